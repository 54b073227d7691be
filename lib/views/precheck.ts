import { plainYuan } from '../money.ts'
import type { Call } from '../wechatpay/order-api.ts'
import type { Verdict } from '../wechatpay/verdict.ts'
import type { VerdictKind } from '../wechatpay/verdict-kinds.ts'
import { problem, type Reply } from './reply.ts'

/** For a cashier before taking money: the state of the order at WeChat Pay, and one line of advice. */
export const precheckReply = ({ out_order_no }: Call, verdict: Verdict): Reply => {
  const { kind, verified, status, code, request_id, total_amount, paid_amount, paying_amount, charge } = verdict
  const { may_charge, en, zh } = kind === 'part_paid' ? partPaid(verdict) : PRECHECK_LINES[kind]
  const sums = { total_amount, paid_amount, paying_amount }
  const facts = { out_order_no, verdict: kind, ...sums, may_charge, advice: en, advice_zh: zh, ...charge }
  const isAnswered = verified && (status === 200 || kind === 'absent' || kind === 'busy')
  if (isAnswered) return { status: 200, body: { ...facts, request_id } }
  return problem(503, 'Not known now', en, { ...facts, code, request_id })
}

type PrecheckLine = { readonly may_charge: boolean; readonly en: string; readonly zh: string }

/**
 * The whole sum would be too much, and a sync would state that all of it was paid offline: a person must look first.
 */
const partPaid = ({ paid_amount = 0, paying_amount = 0, charge }: Verdict): PrecheckLine => ({
  may_charge: true,
  en:
    `Do not take the whole sum: ${plainYuan(paid_amount)} yuan are paid already${charge ? ', charged by WeChat Pay' : ''}, ` +
    `${plainYuan(paying_amount)} yuan are outstanding. A person must look the order up in the merchant platform first.`,
  zh:
    `请勿按总金额收款:已收 ${plainYuan(paid_amount)} 元${charge ? '(支付分扣款)' : ''},待收 ${plainYuan(paying_amount)} 元。` +
    '请先由店长或财务在商户平台核对该订单。',
})

const NOT_KNOWN: PrecheckLine = {
  may_charge: true,
  en: 'WeChat Pay cannot tell now: check again in a minute, before you take money.',
  zh: '暂时无法查询,请一分钟后再查,查明后再收款。',
}

/** `may_charge`: whether WeChat Pay may still charge this order. */
const PRECHECK_LINES: Readonly<Record<Exclude<VerdictKind, 'part_paid'>, PrecheckLine>> = {
  unpaid: {
    may_charge: true,
    en: 'Take the whole sum, and hand the payment over at once.',
    zh: '可以收款:请全额收取,收款后立即发送线下收款通知。',
  },
  collected: {
    may_charge: false,
    en: 'Already paid by WeChat Pay: take no money.',
    zh: '支付分已扣款成功,请勿再收款。',
  },
  confirmed: {
    may_charge: false,
    en: 'Done already, paid offline or nothing to pay: take no money.',
    zh: '该订单已完成(已线下付款或无需付款),请勿再收款。',
  },
  busy: {
    may_charge: true,
    en: 'A charge is running: take no money, and check again in three minutes.',
    zh: '单据正在扣款中,请勿收款,三分钟后再查。',
  },
  open: {
    may_charge: true,
    en: 'Take no money yet. To be paid at the till: cancel the order at WeChat Pay first. To be paid by WeChat Pay: complete it there, and take no money.',
    zh: '请先不要收款。如在门店付款,请先在微信支付取消该订单再收款;如由支付分扣款,请完结订单,门店不再收款。',
  },
  closed: {
    may_charge: false,
    en: 'The order is cancelled or expired, and WeChat Pay will not charge it: what is to be paid is taken at the till.',
    zh: '订单已取消或已失效,支付分不会再扣款;如有应付款,请在门店收取。',
  },
  absent: {
    may_charge: false,
    en: 'No such order: compare the order number before you take money.',
    zh: '订单不存在,请先核对商户服务订单号再收款。',
  },
  undecided: {
    may_charge: false,
    en: 'The order is done, but nobody can tell who collected: take no money before you have looked it up in the merchant platform.',
    zh: '订单已完成,但无法判断收款渠道:请先在商户平台核对,核对前请勿收款。',
  },
  accepted: NOT_KNOWN,
  state: NOT_KNOWN,
  unknown: NOT_KNOWN,
  unsent: NOT_KNOWN,
  throttled: NOT_KNOWN,
  config: NOT_KNOWN,
  invalid: NOT_KNOWN,
}
