import type { Mail } from './digests.ts'

/** What is to be done about a case, by the words of the mail. */
export type NextStep = 'refund' | 'wait' | 'look the refund up' | 'refund the rest'

/** How the advice of each begins. */
const STEPS: Readonly<Record<NextStep, readonly [turn: string, zh: string, en: string]>> = {
  refund: [
    '财务 accountant',
    '请核对商户服务订单号与小票。若为同一订单,请按微信支付订单号退款',
    'Compare the order number with the receipt. The same order: refund one side',
  ],
  wait: [
    '系统 this service',
    '无需处理,将自动查询退款结果。',
    'Nothing. WeChat Pay is asked until the refund has ended.',
  ],
  'look the refund up': [
    '财务 accountant',
    '请按商户退款单号在商户平台核对',
    'Look the refund up in the merchant platform by its number.',
  ],
  'refund the rest': [
    '财务 accountant',
    '请退还其余款项并登记其商户退款单号',
    'Refund the rest, and settle with the number of that refund',
  ],
}

/** A case as people are told of it. */
export type ToldCase = {
  /** `mchid#out_order_no` */
  readonly key: string
  readonly fen: number
  readonly days: number
  /** 2026-11-24 */
  readonly paid: string
  readonly transaction_id: string
  readonly next: NextStep
}

/** What a mail, an event or a page tells; `unread`: what of it has not the form that people know. */
export type Told = { readonly cases: readonly ToldCase[]; readonly unread: readonly string[] }

/** How many, how much and how old, as it is said once. */
export type Totals = { readonly open: number; readonly fen?: number; readonly oldest: number }

export type ToldByMail = Told & {
  /** By the subject, in Chinese and in English; none where no case is open. */
  readonly totals: readonly Totals[]
  /** How many cases it does not list. */
  readonly more: readonly number[]
  readonly pages: readonly string[]
  /** How many trade bills it names. */
  readonly bills: number
}

const NOTHING_OPEN = [
  /^payscore-sync: \d+ trade bills? to look at, nothing open$/,
  /^没有未了结的疑似重复支付\(/,
  /^no double charge is open \(/,
]
const TOTALS = [
  /^payscore-sync: (?<open>[\d,]+) double charges? not settled, oldest (?<oldest>\d+)d$/,
  /^(?<open>[\d,]+) 笔疑似重复支付未了结,合计 ¥(?<yuan>[\d,.]+),最早一笔已 (?<oldest>\d+) 天\(/,
  /^(?<open>[\d,]+) double charges? not settled, ¥(?<yuan>[\d,.]+) in all, the oldest for (?<oldest>\d+) days? \(/,
]

/** Reads a mail block by block, as a person does. */
export const readMail = ({ subject, message }: Mail): ToldByMail => {
  const [head = '', ...blocks] = message.trimEnd().split('\n\n')
  const said = [subject, ...head.split('\n')]
  const isEmpty = NOTHING_OPEN.every((form, at) => form.test(said[at] ?? ''))
  const totals = isEmpty ? [] : TOTALS.flatMap((form, at) => totalsIn(form.exec(said[at] ?? '')))
  const rest = { more: [] as number[], pages: [] as string[], bills: 0 }
  const unread = [...(!isEmpty && totals.length < said.length ? [said.join(' / ')] : [])]
  const cases: ToldCase[] = []
  for (const block of blocks) {
    const lines = block.split('\n')
    const [first = ''] = lines
    if (first.startsWith('【')) {
      const told = readAdvised(lines)
      cases.push(...told.cases)
      unread.push(...told.unread)
    } else if (/^另有 [\d,]+ 笔,见以下页面。\n[\d,]+ more stand on the pages below.$/.test(block))
      rest.more.push(...lines.map((line) => numberIn(/[\d,]+/.exec(line)?.[0])))
    else if (first === '上次邮件以来的交易账单 Trade bills since the last mail')
      rest.bills += lines.filter((line) => line.startsWith('- ')).length
    else if (first === '页面 Pages') rest.pages.push(...lines.slice(1))
    else unread.push(block)
  }
  return { cases, unread, totals, ...rest }
}

const totalsIn = (found: RegExpExecArray | null): readonly Totals[] => {
  const { open, yuan, oldest } = found?.groups ?? {}
  if (open === undefined) return []
  return [{ open: numberIn(open), ...(yuan !== undefined && { fen: fenIn(yuan) }), oldest: numberIn(oldest) }]
}

/** Whose turn it is and what it means, in two lines; the next step, in two; and the cases. */
const readAdvised = ([turn = '', _meaning, zh = '', en = '', ...cases]: readonly string[]): Told => {
  const next = /^下一步:/.test(zh) && /^Next: /.test(en) && stepOf(zh.slice(4), en.slice(6))
  if (!next || !turn.startsWith(`【${STEPS[next][0]}】`)) return { cases: [], unread: [turn, zh, en, ...cases] }
  return readCases(
    cases.map((line) => line.replace(/^- /, '')),
    next,
  )
}

const stepOf = (zh: string, en: string): NextStep | undefined =>
  (Object.keys(STEPS) as NextStep[]).find((step) => zh.startsWith(STEPS[step][1]) && en.startsWith(STEPS[step][2]))

const CASE =
  /^(?<mchid>\d+)\/(?<number>\S+) · ¥(?<yuan>[\d,.]+) · (?<days>\d+)天 \k<days>d · 收款 paid (?<paid>[\d-]{10}) · 微信支付订单号 transaction_id (?<transaction>\d+)(?: · 退款 refund [^·]+)*$/

const readCases = (lines: readonly string[], next: NextStep): Told => {
  const found = lines.map((line) => ({ line, said: CASE.exec(line)?.groups }))
  return {
    cases: found.flatMap(({ said }) => {
      if (!said) return []
      const { mchid, number, yuan = '', days, paid = '', transaction = '' } = said
      const key = `${mchid}#${number}`
      return [{ key, fen: fenIn(yuan), days: numberIn(days), paid, transaction_id: transaction, next }]
    }),
    unread: found.flatMap(({ line, said }) => (said ? [] : [line])),
  }
}

export type ToldByEvent = Told & { readonly totals: Totals; readonly more: number; readonly day: string }

/** Reads the detail of the event. */
export const readEvent = (detail: string): ToldByEvent => {
  const { day, open, amount, oldest_days, more, cases } = JSON.parse(detail)
  const all = (cases as readonly Readonly<Record<string, unknown>>[]).map((one) =>
    toldOf({ ...one, yuan: Number(one.amount) / 100, zh: one.next_step_zh, en: one.next_step }),
  )
  return { ...bothOf(all), totals: { open, fen: amount, oldest: oldest_days }, more, day }
}

/** Reads the page for a spreadsheet, by the names of its columns. */
export const readCsv = (text: string): Told => {
  const [head = '', ...lines] = text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\r\n')
  const names = cellsOf(head).map((name) => name.split(' ').at(-1) ?? '')
  return bothOf(
    lines.map((line) => {
      const cells = cellsOf(line)
      const { next_step_zh: zh, next_step: en, ...one } = Object.fromEntries(names.map((name, at) => [name, cells[at]]))
      return toldOf({ ...one, yuan: one.charged_yuan, zh, en })
    }),
  )
}

const cellsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    (quoted?.replaceAll('""', '"') ?? plain).replace(/^`/, ''),
  )

/** Reads the page for people. */
export const readHtml = (page: string): Told => {
  const lists = [
    ...page.matchAll(/<div class="todo"><p>(.*?)<\/p><p lang="en">(.*?)<\/p><\/div>\n<ul>(.*?)<\/ul>/gs),
  ].map(([, zh = '', en = '', items = '']): Told => {
    const lines = [...items.matchAll(/<li>(.*?)<\/li>/gs)].map(([, line = '']) => line)
    const next = stepOf(zh, en)
    return next ? readCases(lines, next) : { cases: [], unread: lines }
  })
  return { cases: lists.flatMap(({ cases }) => cases), unread: lists.flatMap(({ unread }) => unread) }
}

/** A case of members, each as it stands there. */
const toldOf = (said: Readonly<Record<string, unknown>>): ToldCase | string => {
  const { mchid, out_order_no, yuan, days, paid, transaction_id, zh, en } = said
  const next = stepOf(String(zh), String(en))
  if (!next) return JSON.stringify(said)
  return {
    key: `${mchid}#${out_order_no}`,
    fen: Math.round(Number(yuan) * 100),
    days: Number(days),
    paid: String(paid),
    transaction_id: String(transaction_id),
    next,
  }
}

const bothOf = (all: readonly (ToldCase | string)[]): Told => ({
  cases: all.filter((one) => typeof one !== 'string'),
  unread: all.filter((one) => typeof one === 'string'),
})

const numberIn = (text = ''): number => Number(text.replaceAll(',', ''))
const fenIn = (yuan: string): number => Math.round(numberIn(yuan) * 100)
