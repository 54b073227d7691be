import type { DecisionName } from '../intake/operator-decision.ts'
import type { Json } from '../json.ts'
import { hasOpenCharge, nextCallAt, type Row, type State } from '../ledger/row.ts'
import { provedAt } from '../ledger/signed-answers.ts'
import { isClosedByHand } from '../ledger/transitions/lease.ts'
import { adviceFacts, isoTime, lastAnswer, nextAttemptAt, orderFacts, orderView, syncedAt } from './order-view.ts'

/** What the caller gets: HTTP status, headers and body. A direct invocation gets only the body. */
export type Reply = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Json
}

/**
 * Problem details of RFC 9457. `detail` says what was seen and what it means; the members beside it are for programs.
 */
export const problem = (status: number, title: string, detail: string, more: Json = {}): Reply => ({
  status,
  body: { type: 'about:blank', title, status, detail, ...more },
})

/** The reply to whoever handed the payment over. `replayed`: this invocation made no call. */
export const rowReply = (row: Row, now: number, replayed: boolean): Reply => {
  switch (row.state) {
    case 'SYNCED':
      return { status: 200, body: { ...syncedBody(row), replayed } }
    case 'PENDING':
    case 'HELD':
      return pendingReply(row, now, replayed)
    case 'REJECTED':
      return endReply(422, 'Not synced', row, { reason: row.reason, ...chargeOf(row), replayed })
    case 'DOUBLE_CHARGED':
      return endReply(409, 'Charged twice', row, { ...chargeOf(row), replayed })
  }
}

/** The members of a reply that tell what WeChat Pay charged. */
const chargeOf = ({ amount, transaction_id }: Row) => ({ amount, transaction_id })

const endReply = (status: number, title: string, row: Row, more: Json): Reply => {
  const { meaning, ...advice } = adviceFacts(row)
  const { code, request_id } = row.last_error ?? {}
  return problem(status, title, meaning, { ...orderFacts(row), ...advice, code, request_id, ...more })
}

/** The reply to a request for the state of an order. */
export const statusReply = (row: Row | undefined): Reply =>
  row
    ? { status: 200, body: orderView(row) }
    : problem(404, 'Unknown order', 'no offline payment was handed over for this order', {
        next_step:
          'Compare mchid and the order number. If they are right, and the customer has paid offline, hand the payment over.',
        next_step_zh: '请核对商户号和商户服务订单号;若无误且顾客已线下付款,请发送线下收款通知。',
      })

/** The decision was carried out. */
export const decidedReply = (row: Row): Reply => ({ status: 200, body: orderView(row) })

/** The decision is not possible in the present state of the order. */
export const refusedReply = (row: Row, what: DecisionName, now: number, notDouble = false): Reply => {
  const isCallInFlight = row.leased_until !== undefined && row.leased_until > now
  const isOver =
    (row.state === 'DOUBLE_CHARGED' && row.settled_at !== undefined) ||
    (row.state === 'SYNCED' && row.due === undefined && !hasOpenCharge(row))
  return endReply(409, isCallInFlight ? 'A call may be out' : 'Not possible now', row, {
    decision: what,
    ...(isCallInFlight || isOver ? { possible: [] } : possibleOf(row, what, notDouble)),
    ...chargeOf(row),
    next_attempt_at: nextAttemptAt(row),
    ...(row.state === 'DOUBLE_CHARGED' && row.settled_at !== undefined && settlement(row, row.settled_at)),
  })
}

const possibleOf = (row: Row, what: DecisionName, notDouble: boolean) => {
  const isCharged = hasOpenCharge(row)
  // If only a part was charged, a sync may still be sent for the rest.
  const table = isCharged && row.reason !== 'part_paid' ? POSSIBLE_WHEN_CHARGED : POSSIBLE
  const possible = table[row.state].filter((name) => name !== 'close' || row.due !== undefined)
  // The same decision may be possible once the operator says that the charge is known: `not_double`.
  const needsNotDouble = isCharged && !notDouble && possible.includes(what) && (what === 'close' || what === 'withdraw')
  return needsNotDouble ? { possible, needs: 'not_double' } : { possible: possible.filter((name) => name !== what) }
}

/** Decisions that are possible for an order that WeChat Pay charged; `close` and `withdraw` need `not_double`. */
const POSSIBLE_WHEN_CHARGED: Readonly<Record<State, readonly DecisionName[]>> = {
  PENDING: ['expedite', 'close', 'withdraw'],
  HELD: ['settle', 'close', 'withdraw'],
  SYNCED: ['settle', 'close'],
  REJECTED: ['settle', 'reopen'],
  DOUBLE_CHARGED: ['settle'],
}
/** Who settled the charge, when and how, for an operator who wants to settle it again. */
const settlement = ({ decisions = [], reason }: Row, settled_at: number) => ({
  settled_at: isoTime(settled_at),
  settled_by: decisions.findLast(({ what }) => what === 'settle')?.by,
  settled_as: reason,
  next_step: 'Nothing. If that was wrong, settle it once more with correct: both stay on the order.',
  next_step_zh: '无需处理。如登记有误,请加 correct 重新登记,两次登记都会保留。',
})

/** Decisions that are possible in each state, while no call is in flight. */
const POSSIBLE: Readonly<Record<State, readonly DecisionName[]>> = {
  PENDING: ['expedite', 'close', 'withdraw'],
  HELD: ['release', 'close', 'withdraw'],
  SYNCED: ['close'],
  REJECTED: ['reopen'],
  DOUBLE_CHARGED: ['settle'],
}

/** Another call for the same order, while the first notice is in force. */
export const conflictReply = (row: Row): Reply =>
  problem(409, 'Conflict', 'another notice with another service_id, paid_time or amount stands for this order', {
    ...orderFacts(row),
    paid_time: row.call.paid_time,
    ...(isClosedByHand(row) ? CLOSED_BY_OPERATOR : AFTER_CONFLICT[row.state]),
  })

const SEND_AGAIN = {
  next_step: 'If this notice is the right one, send it again in a minute: a newer notice replaces this one.',
  next_step_zh: '若本通知正确,请一分钟后重新发送:较新的通知会取代现有通知。',
}

/** A payment notice cannot override the decision of an operator. */
const CLOSED_BY_OPERATOR = {
  next_step:
    'A person closed this order, so no notice takes it up again. If the customer did pay for it, ask an operator to reopen it; while WeChat Pay has not taken the first notice, withdraw that, then send this one again.',
  next_step_zh:
    '该订单已由人工结案,收款通知不能将其恢复。若顾客确已为该订单付款,请由运维人员重新处理(reopen);在微信支付接受首次通知之前,可撤回首次通知后重新发送本通知。',
}

/** WeChat Pay cannot undo a sync. */
const SYNC_IS_FINAL = {
  next_step: 'Nothing more can be sent for this order. Compare its number with the receipt: was another order meant?',
  next_step_zh: '该订单已无法再次同步。请核对商户服务订单号与小票,确认是否应为其他订单。',
}

const AFTER_CONFLICT: Readonly<Record<State, typeof SYNC_IS_FINAL>> = {
  PENDING: {
    next_step: 'If the first notice was wrong, withdraw it, then send this one again.',
    next_step_zh: '若首次通知有误,请先撤回,再重新发送本通知。',
  },
  HELD: SEND_AGAIN,
  REJECTED: SEND_AGAIN,
  SYNCED: SYNC_IS_FINAL,
  DOUBLE_CHARGED: SYNC_IS_FINAL,
}

const pendingReply = (row: Row, now: number, replayed: boolean): Reply => {
  const nextAt = nextCallAt(row) ?? now
  return {
    status: 202,
    headers: { 'retry-after': String(Math.max(1, Math.ceil((nextAt - now) / 1000))) },
    body: {
      reason: row.reason,
      ...chargeOf(row),
      ...orderFacts(row),
      next_attempt_at: isoTime(nextAt),
      last_error: lastAnswer(row),
      ...adviceFacts(row),
      replayed,
    },
  }
}

/** WeChat Pay's page for this API promises the first four members. */
const syncedBody = (row: Row) => ({
  appid: row.call.appid,
  ...orderFacts(row),
  confirmed: provedAt(row) !== undefined,
  synced_at: syncedAt(row),
})
