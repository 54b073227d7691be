import { chinaTimeMs } from '../china-time.ts'
import {
  countDecisions,
  type Decision,
  type LastError,
  type NextCall,
  nextCallAt,
  type Refund,
  type Row,
} from '../ledger/row.ts'
import { provedAt, takenAt } from '../ledger/signed-answers.ts'
import { plainYuan } from '../money.ts'
import type { Text } from '../two-languages.ts'
import { REFUSALS } from '../wechatpay/refusals.ts'
import { REFUND_STATUS } from './state-words.ts'
import { VERDICT_WORDS } from './verdict-words.ts'

/** One entry in the history of an order, or its next call. */
export type HistoryEntry = {
  readonly at: number
  readonly what: Text
  readonly by: 'shop' | 'us' | 'wechatpay' | 'person'
}

/**
 * The history of an order, oldest entry first, and who caused each entry. A row keeps only its last answer, not every
 * one.
 */
export const historyOf = (row: Row): readonly HistoryEntry[] => {
  const { call, noticed_at, created_at, last_error, decisions = [], late_at } = row
  const taken_at = takenAt(row)
  const proved_at = provedAt(row)
  const handedOver = noticed_at ?? created_at
  const [first] = decisions
  const earlier = countDecisions(row) - decisions.length
  const entries: (HistoryEntry | undefined)[] = [
    { at: chinaTimeMs(call.paid_time), by: 'shop', what: PAID },
    { at: handedOver, by: 'shop', what: HANDED_OVER },
    created_at - handedOver > 60_000 ? { at: created_at, by: 'us', what: REOPENED } : undefined,
    taken_at === undefined ? undefined : { at: taken_at, by: 'wechatpay', what: SYNC_TAKEN },
    last_error && { at: last_error.at, by: 'wechatpay', what: answered(last_error) },
    late_at === undefined ? undefined : { at: late_at, by: 'us', what: LATE },
    proved_at === undefined ? undefined : { at: proved_at, by: 'wechatpay', what: proofText(row) },
    ...(row.refunds ?? []).map(refundAnswered),
    earlier > 0 && first ? { at: first.at, by: 'person', what: EARLIER(earlier) } : undefined,
    ...decisions.map(decided),
  ]
  return entries.filter((entry) => entry !== undefined).sort((a, b) => a.at - b.at)
}

/** The next call that is made without a person; undefined when there is none. */
export const nextOf = (row: Row): HistoryEntry | undefined =>
  row.next && { at: nextCallAt(row) ?? 0, by: 'us', what: NEXT[row.next] }

const PAID: Text = { en: 'the customer paid at the till', zh: '顾客线下付款' }
const HANDED_OVER: Text = { en: 'the shop handed the payment over', zh: '收到线下收款通知' }
const REOPENED: Text = { en: 'taken up (again)', zh: '(重新)开始处理' }
const SYNC_TAKEN: Text = { en: 'WeChat Pay took the sync', zh: '微信支付接受同步' }
const LATE: Text = { en: 'this takes too long: an alarm was raised', zh: '超时未完成:已告警' }
const NEXT: Readonly<Record<NextCall, Text>> = {
  sync: { en: 'a sync is sent', zh: '将发送同步' },
  query: { en: 'WeChat Pay is asked', zh: '将查单' },
  refund: { en: 'WeChat Pay is asked about the refund', zh: '将查询退款' },
}

const EARLIER = (count: number): Text => ({
  en: `${count} decisions before this one, whose text is kept no longer`,
  zh: `此前还有 ${count} 次人工处理,其内容不再保留`,
})

const proofText = ({ state, amount, transaction_id }: Row): Text =>
  state === 'DOUBLE_CHARGED'
    ? {
        en: `WeChat Pay says that it charged ${amount === undefined ? 'the customer' : `${plainYuan(amount)} yuan`}, transaction ${transaction_id ?? 'without a number'}`,
        zh: `微信支付查单显示支付分已扣款${amount === undefined ? '' : ` ${plainYuan(amount)} 元`},微信支付订单号${transaction_id === undefined ? '缺失' : ` ${transaction_id}`}`,
      }
    : {
        en: 'WeChat Pay says that the order is done, collected by the merchant alone',
        zh: '微信支付查单显示订单已完成,由商户渠道收款',
      }

const answered = ({ verdict, status, code, request_id, refusal, attempt }: LastError): Text => {
  const facts = [status, code, request_id && `Request-Id ${request_id}`].filter(Boolean).join(', ')
  const meaning = refusal ? REFUSALS[refusal] : undefined
  return {
    en: `attempt ${attempt}: ${meaning?.en.meaning ?? verdict}${facts ? ` (${facts})` : ''}`,
    zh: `第${attempt}次:${meaning?.zh.meaning ?? VERDICT_WORDS[verdict]?.history ?? verdict}${facts ? `(${facts})` : ''}`,
  }
}

/** Undefined until WeChat Pay was asked about the refund. */
const refundAnswered = ({ out_refund_no, status, answered_at, request_id }: Refund): HistoryEntry | undefined => {
  if (status === undefined || answered_at === undefined) return undefined
  const { en, zh } = REFUND_STATUS[status]
  const facts = request_id ? ` (Request-Id ${request_id})` : ''
  return {
    at: answered_at,
    by: 'wechatpay',
    what: { en: `refund ${out_refund_no}: ${en}${facts}`, zh: `退款单号 ${out_refund_no}:${zh}${facts}` },
  }
}

const decided = ({ what, by, at, why }: Decision): HistoryEntry => ({
  at,
  by: 'person',
  what: { en: `${by} decided: ${what} (${why})`, zh: `${by} 人工处理:${DECISIONS[what] ?? what}(${why})` },
})

const DECISIONS: Readonly<Record<string, string>> = {
  expedite: '立即重试',
  reopen: '重新处理',
  close: '人工结案',
  release: '放行',
  settle: '登记重复支付处理结果',
  withdraw: '撤回通知',
}
