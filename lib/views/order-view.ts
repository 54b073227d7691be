import type { Json } from '../json.ts'
import { type Advice, adviceOf } from '../ledger/advice.ts'
import { countDecisions, nextCallAt, type Refund, type Row, readRowKey } from '../ledger/row.ts'
import { provedAt, takenAt } from '../ledger/signed-answers.ts'

/** RFC 3339 in UTC. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

/** The key of an order, and its state. */
export const orderFacts = ({ pk, order_id, state, attempt }: Row) => ({ ...readRowKey(pk), order_id, state, attempt })

/** When WeChat Pay is called next, at the earliest. */
export const nextAttemptAt = (row: Row): string | undefined => {
  const at = nextCallAt(row)
  return at === undefined ? undefined : isoTime(at)
}

/** When the sync was sent that WeChat Pay took; if its answer was lost, when the query was sent that proved it. */
export const syncedAt = (row: Row): string | undefined => {
  const at = takenAt(row) ?? provedAt(row)
  return at === undefined ? undefined : isoTime(at)
}

/** What the state means, whose turn it is, and what to do. */
export const adviceFacts = (row: Row) => adviceMembers(adviceOf(row))

/** An advice in the members that callers and events get. */
export const adviceMembers = ({ turn, en, zh }: Advice) => ({
  meaning: en.meaning,
  meaning_zh: zh.meaning,
  turn,
  next_step: en.next,
  next_step_zh: zh.next,
})

/** The last answer of WeChat Pay, or the reason why none came. */
export const lastAnswer = ({ last_error }: Row) => {
  if (!last_error) return undefined
  const { verdict, at, status, code, request_id, detail } = last_error
  return { verdict, at: isoTime(at), status, code, request_id, detail }
}

/** What WeChat Pay said of a refund, without its answer, which names the account that got the money. */
const refundView = ({ noted_at, answered_at, ...refund }: Refund) => ({
  ...refund,
  noted_at: isoTime(noted_at),
  answered_at: answered_at === undefined ? undefined : isoTime(answered_at),
})

/**
 * Everything in the ledger that a caller may read about an order. The members are listed one by one, without the bodies
 * of WeChat Pay's answers, since those hold personal data.
 */
export const orderView = (row: Row): Json => ({
  ...orderFacts(row),
  ...adviceFacts(row),
  confirmed: row.state === 'SYNCED' && provedAt(row) !== undefined,
  order_api: row.call.order_api,
  service_id: row.call.service_id,
  paid_time: row.call.paid_time,
  paid_time_clamped: row.paid_time_clamped,
  mode: row.mode,
  expected_amount: row.expected_amount,
  shop_id: row.shop_id,
  cashier_id: row.cashier_id,
  pos_ref: row.pos_ref,
  next: row.next,
  next_attempt_at: nextAttemptAt(row),
  last_error: lastAnswer(row),
  reason: row.reason,
  amount: row.amount,
  transaction_id: row.transaction_id,
  conflicts: row.conflicts,
  earlier_decisions: countDecisions(row) - (row.decisions?.length ?? 0) || undefined,
  decisions: row.decisions?.map(({ at, ...decision }) => ({ ...decision, at: isoTime(at) })),
  late_since: row.late_at === undefined ? undefined : isoTime(row.late_at),
  created_at: isoTime(row.created_at),
  synced_at: row.state === 'SYNCED' ? syncedAt(row) : undefined,
  settled_at: row.settled_at === undefined ? undefined : isoTime(row.settled_at),
  settled_by: row.settled_by,
  case_since: row.case_at === undefined ? undefined : isoTime(row.case_at),
  refunds: row.refunds?.map(refundView),
  bill: row.bill,
})
