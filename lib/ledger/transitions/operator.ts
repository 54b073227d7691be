import { LIMITS } from '../../limits.ts'
import { after, and, type Condition, equals, exists, missing, or } from '../condition.ts'
import { countDecisions, type Decision, dueKeyOf, hasOpenCharge, type Row, type SettledBy } from '../row.ts'
import {
  CLEARED_ON_REOPEN,
  CLOSED_BY_HAND,
  DUE_ATTRIBUTES,
  expiry,
  isUnsent,
  noCallInFlight,
  type RowAsRead,
  sameChargeAsRead,
  unchangedSinceRead,
} from './lease.ts'
import { chargeOfAnotherState, settledAttributes, settledRemoves } from './refund.ts'
import type { Transition } from './transition.ts'

/**
 * Adds to an operator's transition who decided, when and why. The row keeps the newest decisions only, since a DynamoDB
 * item holds at most 400 KB. `row` is the row as it was read: of two decisions made at the same time one is refused, so
 * that neither overwrites the other.
 */
export const withDecision = (
  transition: Transition,
  row: Pick<Row, 'decisions' | 'decided'>,
  decision: Decision,
): Transition => ({
  ...transition,
  when: and(transition.when, row.decided === undefined ? missing('decided') : equals('decided', row.decided)),
  set: {
    ...transition.set,
    decisions: [...(row.decisions ?? []), decision].slice(-LIMITS.decisionsKept),
    decided: countDecisions(row) + 1,
  },
  ...(transition.otherwise && { otherwise: withDecision(transition.otherwise, row, decision) }),
})

/**
 * 13: makes the next call due soon, and not at once: a notice that comes again and again would have WeChat Pay asked
 * each time. A synced row is excluded: its query must wait until it can prove the sync. Whoever has the row keeps it.
 */
export const expedite = ({ pk }: Pick<Row, 'pk'>, now: number): Transition => ({
  name: '13 expedite',
  pk,
  when: and(equals('state', 'PENDING'), exists('due'), after('due_at', now + LIMITS.lease)),
  set: { due_at: now + LIMITS.lease },
})

/** 14: reopens a rejected order with the same call; a query comes first, once nobody has the row any more. */
export const reopenByOperator = (row: RowAsRead & Pick<Row, 'call'>, now: number): Transition => ({
  name: '14 reopen',
  pk: row.pk,
  when: and(unchangedSinceRead(row), equals('state', 'REJECTED')),
  set: { state: 'PENDING', next: 'query', due: dueKeyOf(row), due_at: now, created_at: now },
  count: ['attempt'],
  remove: CLEARED_ON_REOPEN,
})

/**
 * A charge by WeChat Pay does not end with the notice, unless the operator has seen it and says that it is no double
 * charge.
 */
const chargeIsKnown = (row: Row, notDouble: boolean): Condition =>
  notDouble ? sameChargeAsRead(row) : missing('transaction_id')

const endAttributes = (row: Row, reason: string, now: number, notDouble: boolean): Partial<Row> => ({
  reason,
  expires_at: expiry(now),
  ...(notDouble && hasOpenCharge(row) && { settled_at: now }),
})

/** 15: no further call is made. It needs that no call is in flight. */
export const close = (row: Row, why: string, now: number, notDouble = false): Transition => ({
  name: '15 close',
  pk: row.pk,
  when: and(
    ...[unchangedSinceRead(row), or(equals('state', 'PENDING'), equals('state', 'HELD')), noCallInFlight(now)],
    // The query for a trade bill is answered first: it may find a charge.
    missing('bill_at'),
    chargeIsKnown(row, notDouble),
  ),
  set: { state: 'REJECTED', ...endAttributes(row, CLOSED_BY_HAND + why, now, notDouble) },
  remove: DUE_ATTRIBUTES,
  otherwise: stopAsking(row, why, now, notDouble),
})

/** 15 for a synced row: it stays synced, only the queries end. */
const stopAsking = (row: Row, why: string, now: number, notDouble: boolean): Transition => ({
  name: '15 stop asking',
  pk: row.pk,
  when: and(
    unchangedSinceRead(row),
    equals('state', 'SYNCED'),
    exists('due'),
    // An order that is only asked about because of a trade bill was closed, or proved, before.
    missing('bill_at'),
    noCallInFlight(now),
    chargeIsKnown(row, notDouble),
  ),
  set: { state: 'SYNCED', ...endAttributes(row, CLOSED_BY_HAND + why, now, notDouble) },
  remove: DUE_ATTRIBUTES,
})

/** What an operator says of a case, and on whose word it is settled. */
export type Settlement = { readonly outcome: string; readonly by: SettledBy }

type SettledRow = RowAsRead & Pick<Row, 'bill_at'>

/**
 * 16: an operator says that the money of a double charge was given back at the till, or that there was no double charge.
 * A refund by WeChat Pay is not settled by an operator's word: `noteRefund`.
 */
export const settle = (row: SettledRow, settlement: Settlement, now: number): Transition => ({
  name: '16 settle',
  pk: row.pk,
  when: and(
    ...[unchangedSinceRead(row), equals('state', 'DOUBLE_CHARGED'), missing('settled_at'), noCallInFlight(now)],
  ),
  set: settledAttributes(settlement, now),
  count: ['attempt'],
  remove: settledRemoves(row),
  otherwise: settleCharge(row, settlement, now),
})

/** 16 again: replaces a settlement that was wrong. The first one stays among the row's decisions. */
export const correctSettlement = (row: SettledRow, settlement: Settlement, now: number): Transition => ({
  name: '16 correct',
  pk: row.pk,
  when: and(...[unchangedSinceRead(row), equals('state', 'DOUBLE_CHARGED'), exists('settled_at'), noCallInFlight(now)]),
  set: settledAttributes(settlement, now),
  count: ['attempt'],
  remove: settledRemoves(row),
})

/**
 * 16 for a charge on a row in another state, while no call is in flight. `part_paid` is excluded: the rest is still
 * open.
 */
const settleCharge = (row: SettledRow, settlement: Settlement, now: number): Transition => ({
  name: '16 settle the charge',
  pk: row.pk,
  when: chargeOfAnotherState(row, now),
  set: settledAttributes(settlement, now),
  count: ['attempt'],
  remove: settledRemoves(row),
})

/**
 * 18: a held order may be synced after all, once nobody has the row any more. If WeChat Pay charged it, it needs no sync, unless only a part was charged.
 * A release from the hourly cap does not confirm the amount: if the order must be queried first, the query still comes
 * first.
 */
export const release = (row: Row, now: number): Transition => ({
  name: '18 release',
  pk: row.pk,
  when: and(
    // The operator releases what was shown: since then the order may be held for another reason, or charged.
    ...[unchangedSinceRead(row), equals('state', 'HELD'), equals('reason', row.reason ?? '')],
    ...(row.reason === 'part_paid' ? [] : [missing('transaction_id')]),
  ),
  set: {
    state: 'PENDING',
    due_at: now,
    created_at: now,
    ...(row.reason === 'over_cap' && row.mode ? { next: 'query' } : { next: 'sync', cleared: true }),
  },
  count: ['attempt'],
  remove: ['reason', 'last_error', 'late_at', 'absent_since', 'refused', 'bill_at'],
})

/**
 * 19: the shop withdraws its notice. Returns undefined when that may be too late: a call is in flight, or WeChat Pay
 * may have taken one. Only the row as it was read is withdrawn.
 */
export const withdraw = (row: Row, why: string, now: number, notDouble = false): Transition | undefined => {
  if (row.state !== 'HELD' && (row.state !== 'PENDING' || !isNoSyncTaken(row))) return undefined
  const when = [
    unchangedSinceRead(row),
    equals('state', row.state),
    ...(row.state === 'HELD' ? [noCallInFlight(now)] : []),
  ]
  return {
    name: '19 withdraw',
    pk: row.pk,
    when: and(...when, chargeIsKnown(row, notDouble)),
    set: { state: 'REJECTED', ...endAttributes(row, `withdrawn: ${why}`, now, notDouble) },
    remove: [...DUE_ATTRIBUTES, 'bill_at'],
  }
}

/**
 * No call is in flight, and the last answer proves that WeChat Pay took no earlier sync: a sync is sent again only
 * after an answer that rules out the earlier ones.
 */
const isNoSyncTaken = ({ attempt, next, last_error }: Row): boolean => {
  if (attempt === 0) return true
  if (last_error?.attempt !== attempt) return false
  const { verdict } = last_error
  if (verdict === 'absent' || verdict === 'open') return true
  return next === 'sync' && isUnsent(verdict, last_error)
}
