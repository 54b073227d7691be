import { LIMITS } from '../../limits.ts'
import { and, atMost, before, differs, equals, exists, missing, or } from '../condition.ts'
import type { PaymentNotice } from '../notice.ts'
import { dayKey, dueKeyOf, type NextCall, type Placed, type Row, rowKey, waitingKeyOf } from '../row.ts'
import {
  CLEARED_ON_REOPEN,
  firstLease,
  isClosedByHand,
  lease,
  noCallInFlight,
  type RowAsRead,
  sameChargeAsRead,
  unchangedSinceRead,
} from './lease.ts'
import type { Transition } from './transition.ts'
import { indexed, withWaitingIndex } from './waiting-index.ts'

/**
 * 0: creates the row for a line of a statement that the ledger lacks. It makes no call: reconcile dispatches the first
 * one, which is a query if the order must be queried first.
 */
const createdFromStatement = (
  order: PaymentNotice,
  now: number,
  statement?: string,
  isOverCap = false,
): Transition => ({
  name: '0 book',
  pk: rowKey(order),
  when: missing('pk'),
  set: {
    ...newOrderAttributes(order, now),
    attempt: 0,
    ...(isOverCap ? held(order, now) : { next: order.mode ? 'query' : 'sync', due_at: now }),
    ...(statement !== undefined && { statement }),
  },
})

/**
 * 1: the first notice. The invocation that creates the row makes the sync. If the order must be queried first, no call
 * is made now, and a query is due at once. A payment above the cap is held from the start, so that no invocation can
 * sync it meanwhile.
 */
const created = (order: PaymentNotice, now: number, isOverCap = false): Transition => ({
  name: '1 create',
  pk: rowKey(order),
  when: missing('pk'),
  set: {
    ...newOrderAttributes(order, now),
    noticed_at: order.noticed_at,
    attempt: isOverCap || order.mode ? 0 : 1,
    ...firstStep(order, now, isOverCap),
  },
})

/** 2: claims the row for a due call. `repeated` is the hash of the call when the same notice, sent again, claims it. */
export const claim = (pk: string, step: NextCall, now: number, repeated?: string): Transition => {
  const isDue = [exists('due'), atMost('due_at', now), noCallInFlight(now), equals('next', step)]
  const isSame = repeated === undefined ? [] : [equals('state', 'PENDING'), equals('call_hash', repeated)]
  return { name: '2 claim', pk, when: and(...isDue, ...isSame), set: lease(now, step), count: ['attempt'] }
}

/** A POS may correct an order that is held, rejected or withdrawn, but not one that an operator has closed. */
export const mayReopen = (row: Pick<Row, 'state' | 'reason'>): boolean =>
  row.state === 'HELD' || (row.state === 'REJECTED' && !isClosedByHand(row))

/**
 * 3: a newer notice with another call, after the first was rejected, or while it is held and no query is in flight.
 * `row` is the row as this notice read it: if an operator has reopened and closed the order since, the write is
 * refused.
 */
const reopened = (
  order: PaymentNotice,
  row: RowAsRead & Pick<Row, 'state' | 'transaction_id'>,
  now: number,
  isOverCap = false,
): Transition => ({
  name: '3 reopen',
  pk: rowKey(order),
  when: and(
    differs('call_hash', order.call_hash),
    unchangedSinceRead(row),
    equals('state', row.state),
    // If a charge was recorded since the row was read, an operator must see it first.
    sameChargeAsRead(row),
    // A held order is asked about once a day, a rejected one when a trade bill has a charge for it.
    noCallInFlight(now),
    or(missing('noticed_at'), before('noticed_at', order.noticed_at)),
  ),
  set: { ...newOrderAttributes(order, now), noticed_at: order.noticed_at, ...firstStep(order, now, isOverCap) },
  count: ['attempt'],
  remove: [
    ...CLEARED_ON_REOPEN.filter((name) => !(isOverCap && name === 'reason')),
    ...attributesOfFormerNotice(order),
  ],
})

/** A notice that contradicts the row and may not reopen it is only counted: the first paid_time stays. */
export const conflict = (order: PaymentNotice): Transition => ({
  name: 'conflict',
  pk: rowKey(order),
  when: and(exists('pk'), differs('call_hash', order.call_hash)),
  count: ['conflicts'],
})

const newOrderAttributes = (order: PaymentNotice, now: number): Partial<Row> => ({
  state: 'PENDING',
  due: dueKeyOf(placed(order)),
  ...(order.shards !== undefined && { shards: order.shards }),
  call: order.call,
  call_hash: order.call_hash,
  day: dayKey(rowKey(order), order.call.paid_time),
  created_at: now,
  v: 1,
  ...(order.paid_time_clamped && { paid_time_clamped: true }),
  ...(order.mode && { mode: order.mode }),
  ...(order.expected_amount !== undefined && { expected_amount: order.expected_amount }),
  ...order.labels,
})

const placed = (order: PaymentNotice): Placed => ({ ...order, pk: rowKey(order) })

/** Attributes that the former notice set and this one does not. */
const attributesOfFormerNotice = ({
  paid_time_clamped,
  mode,
  expected_amount,
  labels,
  shards,
}: PaymentNotice): readonly (keyof Row)[] => {
  const clamped = paid_time_clamped || undefined
  const stated = { ...labels, paid_time_clamped: clamped, mode, expected_amount, shards }
  return NOTICE_ATTRIBUTES.filter((name) => stated[name] === undefined)
}

const NOTICE_ATTRIBUTES = [
  ...(['paid_time_clamped', 'mode', 'expected_amount', 'shards'] as const),
  ...(['shop_id', 'cashier_id', 'pos_ref'] as const),
]

const firstStep = (order: PaymentNotice, now: number, isOverCap: boolean): Partial<Row> => {
  if (isOverCap) return held(order, now)
  return order.mode ? queryNow(now) : firstLease(now)
}

/**
 * The merchant has more payments of one hour than its cap allows. The query that looks for a charge by WeChat Pay is
 * due as soon as for any other order.
 */
const held = (order: PaymentNotice, now: number): Partial<Row> => ({
  state: 'HELD',
  reason: 'over_cap',
  due: waitingKeyOf(placed(order)),
  next: 'query',
  due_at: now + LIMITS.retryFirst,
})

/** No invocation holds a lease: the query is due at once. */
const queryNow = (now: number): Partial<Row> => ({ next: 'query', due_at: now })

// Each of these also updates the index of rows that wait for a person.
export const createFromStatement = indexed(createdFromStatement)
export const create = indexed(created)
/** What WeChat Pay charged stays on the row, so the row still waits for a person. */
export const reopen = (...args: Parameters<typeof reopened>): Transition => {
  const [, { transaction_id }] = args
  // Stryker disable next-line ConditionalExpression: equivalent - an undefined transaction is none
  return withWaitingIndex(reopened(...args), transaction_id === undefined ? {} : { transaction_id })
}
