import { LIMITS } from '../../limits.ts'
import { and, atMost, before, differs, equals, exists, missing, or } from '../condition.ts'
import type { PaymentNotice } from '../notice.ts'
import { dayKey, dueKeyOf, type Row, rowKey, type Step, waitingKeyOf } from '../row.ts'
import {
  CLEARED_ON_REOPEN,
  isClosedByHand,
  lease,
  noCallInFlight,
  type RowAsRead,
  sameChargeAsRead,
  unchangedSinceRead,
} from './lease.ts'
import type { Transition } from './transition.ts'
import { indexed, withWaitingIndex } from './waiting-index.ts'

/** 0: a statement's line that the ledger lacks. It makes no call: reconcile paces the first, a query where one must come first. */
const booked = (order: PaymentNotice, now: number, statement?: string, isOverCap = false): Transition => ({
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
 * 1: the first notice. Whoever creates the row makes the call; where the order must be looked at first, nobody does,
 * and a query is due at once. What exceeds the cap is held from the start, so that nobody can sync it meanwhile.
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

/** 2: a due step is taken. `repeated` is the call's hash when a notice that came again takes it. */
export const claim = (pk: string, step: Step, now: number, repeated?: string): Transition => {
  const isDue = [exists('due'), atMost('due_at', now), equals('next', step)]
  const isSame = repeated === undefined ? [] : [equals('state', 'PENDING'), equals('call_hash', repeated)]
  return { name: '2 claim', pk, when: and(...isDue, ...isSame), set: lease(now), count: ['attempt'] }
}

/** A till may correct what is held, and what was rejected or withdrawn, but not what a person has closed. */
export const mayReopen = (row: Pick<Row, 'state' | 'reason'>): boolean =>
  row.state === 'HELD' || (row.state === 'REJECTED' && !isClosedByHand(row))

/**
 * 3: a newer notice with another call, after the first was rejected, or while it is held and no query is out. `row` as
 * the notice found it: one that a person has reopened and closed since is another.
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
    // A charge that came since is a person's to see first.
    sameChargeAsRead(row),
    ...(row.state === 'HELD' ? [noCallInFlight(now)] : []),
    or(missing('noticed_at'), before('noticed_at', order.noticed_at)),
  ),
  set: { ...newOrderAttributes(order, now), noticed_at: order.noticed_at, ...firstStep(order, now, isOverCap) },
  count: ['attempt'],
  remove: [
    ...CLEARED_ON_REOPEN.filter((name) => !(isOverCap && name === 'reason')),
    ...attributesOfFormerNotice(order),
  ],
})

/** A notice that contradicts the row and may not reopen it is only counted: the first paid_time stands. */
export const conflict = (order: PaymentNotice): Transition => ({
  name: 'conflict',
  pk: rowKey(order),
  when: and(exists('pk'), differs('call_hash', order.call_hash)),
  count: ['conflicts'],
})

const newOrderAttributes = (order: PaymentNotice, now: number): Partial<Row> => ({
  state: 'PENDING',
  due: dueKeyOf(rowKey(order)),
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

/** What the former notice said and this one does not. */
const attributesOfFormerNotice = ({
  paid_time_clamped,
  mode,
  expected_amount,
  labels,
}: PaymentNotice): readonly (keyof Row)[] => {
  const said = { ...labels, ...(paid_time_clamped && { paid_time_clamped }), ...(mode && { mode }), expected_amount }
  return NOTICE_ATTRIBUTES.filter((name) => said[name] === undefined)
}

const NOTICE_ATTRIBUTES = ['paid_time_clamped', 'mode', 'expected_amount', 'shop_id', 'cashier_id', 'pos_ref'] as const

const firstStep = (order: PaymentNotice, now: number, isOverCap: boolean): Partial<Row> => {
  if (isOverCap) return held(order, now)
  return order.mode ? queryNow(now) : lease(now)
}

/** More payments of one hour than the merchant allows: a charge by WeChat Pay is looked for as soon as of any other order. */
const held = (order: PaymentNotice, now: number): Partial<Row> => ({
  state: 'HELD',
  reason: 'over_cap',
  due: waitingKeyOf(rowKey(order)),
  next: 'query',
  due_at: now + LIMITS.retryFirst,
})

/** Nobody holds the row: its query is due at once. */
const queryNow = (now: number): Partial<Row> => ({ next: 'query', due_at: now })

// Each with what it does to the index of who waits for a person.
export const createFromStatement = indexed(booked)
export const create = indexed(created)
/** What WeChat Pay charged stays on the row, and a person's to look at. */
export const reopen = (...given: Parameters<typeof reopened>): Transition => {
  const [, { transaction_id }] = given
  return withWaitingIndex(reopened(...given), transaction_id === undefined ? {} : { transaction_id })
}
