import type { Call } from '../wechatpay/order-api.ts'
import { problem, type Reply } from './reply.ts'
import type { Verdict, VerdictKind } from './verdict.ts'

/** Before the cashier takes money: how the order stands at WeChat Pay, and one line of advice. */
export const checkReply = (
  { out_order_no }: Call,
  { kind, verified, status, code, request_id, total_amount, charge }: Verdict,
): Reply => {
  const { may_charge, en, zh } = CASHIER[kind] ?? CASHIER.unknown
  const facts = { out_order_no, verdict: kind, total_amount, may_charge, advice: en, advice_zh: zh, ...charge }
  const isTold = verified && (status === 200 || kind === 'absent' || kind === 'busy')
  if (isTold) return { status: 200, body: { ...facts, request_id } }
  return problem(503, 'Not known now', en, { ...facts, code, request_id })
}

type CashierLine = { readonly may_charge: boolean; readonly en: string; readonly zh: string }

/** `may_charge`: whether WeChat Pay may still charge this order. */
const CASHIER: { readonly [kind in VerdictKind]?: CashierLine } & { readonly unknown: CashierLine } = {
  unpaid: {
    may_charge: true,
    en: 'Take the money, and hand the payment over at once.',
    zh: '可以收款,收款后请立即发送线下收款通知。',
  },
  collected: {
    may_charge: false,
    en: 'Already paid by WeChat Pay: take no money.',
    zh: '支付分已扣款成功,请勿再收款。',
  },
  confirmed: { may_charge: false, en: 'Already paid offline: take no money.', zh: '该订单已线下付款,请勿再收款。' },
  busy: {
    may_charge: true,
    en: 'A charge is running: wait three minutes, then check again.',
    zh: '单据正在扣款中,请三分钟后再查。',
  },
  open: { may_charge: true, en: 'Complete or cancel the order first.', zh: '请先完结或取消订单。' },
  closed: {
    may_charge: false,
    en: 'The order is cancelled or expired: WeChat Pay will not charge it.',
    zh: '订单已取消或已失效,不会再扣款。',
  },
  absent: {
    may_charge: false,
    en: 'No such order: compare the order number.',
    zh: '订单不存在,请核对商户服务订单号。',
  },
  undecided: {
    may_charge: false,
    en: 'The order is done, but nobody can tell who collected: look it up in the merchant platform.',
    zh: '订单已完成,但无法判断收款渠道,请在商户平台核对。',
  },
  unknown: {
    may_charge: true,
    en: 'WeChat Pay cannot tell now: check again in a minute.',
    zh: '暂时无法查询,请一分钟后再查。',
  },
}
