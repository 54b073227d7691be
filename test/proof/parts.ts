/** A measured check: the proof that measures, and which of its figures are kept. */
export type Part = {
  readonly name: string
  /** As in PROOFS; by default of the same name. */
  readonly proof?: string
  /** Further arguments. */
  readonly options?: readonly string[]
  /** Figures as the command names them, in the words of the tables. */
  readonly figures: Readonly<Record<string, { readonly en: string; readonly zh: string }>>
}

export const PARTS: readonly Part[] = [
  {
    name: 'faults',
    figures: {
      faults: { en: 'faults on the way of an order', zh: '订单途中的故障' },
      'shown able to fail': { en: 'whose test fails without the guard', zh: '去掉防护后测试会失败的' },
    },
  },
  {
    name: 'storm',
    figures: {
      'orders of healthy merchants': { en: 'orders in the storm', zh: '风暴中的订单' },
      'faults injected': { en: 'faults in the storm', zh: '风暴中的故障' },
      'orders lost': { en: 'orders lost', zh: '丢失的订单' },
      'extra syncs': { en: 'extra syncs, at most one for each fault', zh: '多发的同步(每个故障至多一次)' },
      'extra queries': { en: 'extra queries, at most one for each fault', zh: '多发的查单(每个故障至多一次)' },
      'calls that overlapped': { en: 'calls for one order that overlapped', zh: '同一订单重叠的请求' },
      'double charges injected': { en: 'double charges made', zh: '制造的重复支付' },
      'double charges found': { en: 'double charges found', zh: '找出的重复支付' },
    },
  },
  {
    name: 'explore',
    figures: {
      'explored states': { en: 'states of the ledger explored', zh: '遍历的台账状态' },
      violations: { en: 'violations among them', zh: '其中违反约束的' },
      'designs that must fail, and do': {
        en: 'near designs that must fail, and do',
        zh: '必须失败且确实失败的相近设计',
      },
    },
  },
  {
    name: 'fuzz',
    figures: {
      inputs: { en: 'notices, right and wrong', zh: '通知(正确与错误)' },
      'bad inputs, all refused': { en: 'bad inputs, all refused', zh: '错误输入,全部拒绝' },
      'tampered answers, none believed': { en: 'tampered answers, none believed', zh: '被篡改的应答,无一采信' },
    },
  },
  {
    name: 'leaks',
    figures: {
      'values looked for': { en: 'secret and personal values looked for', zh: '查找的秘密值和个人信息' },
      'lines scanned': { en: 'lines scanned for them', zh: '为此扫描的行数' },
      hits: { en: 'leaks found', zh: '发现的泄露' },
      'leaks planted on purpose': { en: 'leaks planted on purpose', zh: '故意植入的泄露' },
      'of them found': { en: 'of those found', zh: '其中被发现的' },
    },
  },
  {
    name: 'mutation',
    options: ['--of', 'core'],
    figures: {
      mutants: { en: 'mutants of the core', zh: '对核心代码的改动' },
      killed: { en: 'noticed by a unit test', zh: '被单元测试发现的' },
      equivalent: { en: 'equivalent, with the reason', zh: '等价的(附原因)' },
      survived: { en: 'survived', zh: '未被发现的' },
    },
  },
  {
    name: 'mutation of the rest',
    proof: 'mutation',
    options: ['--of', 'rest'],
    figures: {
      mutants: { en: 'mutants of the rest of the library', zh: '对其余库代码的改动' },
      killed: { en: 'noticed by a unit test, of those', zh: '其中被单元测试发现的' },
    },
  },
]
