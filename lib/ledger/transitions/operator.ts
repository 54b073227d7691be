import { LIMITS } from '../../limits.ts'
import { after, and, type Condition, differs, equals, exists, missing, or } from '../condition.ts'
import { countDecisions, type Decision, dueKeyOf, hasOpenCharge, type Row } from '../row.ts'
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
import type { Transition } from './transition.ts'

/**
 * A person's transition with who, when and why, which stay on the row: the newest of them, since DynamoDB takes a row of
 * 400 KB. `row` as it was read; whoever decides at the same time is refused, so that neither decision takes the other's place.
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
 * 13: asked again at once, but never within a lease nor before a sync can be proved. Fenced by the row as it was read:
 * whoever claims it after that has a lease that this moment knows nothing of.
 */
export const expedite = (row: RowAsRead, now: number): Transition => ({
  name: '13 expedite',
  pk: row.pk,
  when: and(unchangedSinceRead(row), equals('state', 'PENDING'), exists('due'), after('due_at', now + LIMITS.lease)),
  set: { due_at: now + LIMITS.lease },
})

/** 14: a rejected order is taken up again with the same call; a query comes first. */
export const reopenByOperator = (pk: string, now: number): Transition => ({
  name: '14 reopen',
  pk,
  when: equals('state', 'REJECTED'),
  set: { state: 'PENDING', next: 'query', due: dueKeyOf(pk), due_at: now, created_at: now },
  count: ['attempt'],
  remove: CLEARED_ON_REOPEN,
})

/** What WeChat Pay charged does not end with the notice, unless the person has seen it and says that it is no double charge. */
const chargeIsKnown = (row: Row, notDouble: boolean): Condition =>
  notDouble ? sameChargeAsRead(row) : missing('transaction_id')

const ended = (row: Row, reason: string, now: number, notDouble: boolean): Partial<Row> => ({
  reason,
  expires_at: expiry(now),
  ...(notDouble && hasOpenCharge(row) && { settled_at: now }),
})

/** 15: nothing more shall be done, while no call can be out. */
export const close = (row: Row, why: string, now: number, notDouble = false): Transition => ({
  name: '15 close',
  pk: row.pk,
  when: and(
    ...[unchangedSinceRead(row), or(equals('state', 'PENDING'), equals('state', 'HELD')), noCallInFlight(now)],
    chargeIsKnown(row, notDouble),
  ),
  set: { state: 'REJECTED', ...ended(row, CLOSED_BY_HAND + why, now, notDouble) },
  remove: DUE_ATTRIBUTES,
  otherwise: stopAsking(row, why, now, notDouble),
})

/** 15 of a synced row: it stays synced, only the asking ends. */
const stopAsking = (row: Row, why: string, now: number, notDouble: boolean): Transition => ({
  name: '15 stop asking',
  pk: row.pk,
  when: and(
    unchangedSinceRead(row),
    equals('state', 'SYNCED'),
    exists('due'),
    noCallInFlight(now),
    chargeIsKnown(row, notDouble),
  ),
  set: { state: 'SYNCED', ...ended(row, CLOSED_BY_HAND + why, now, notDouble) },
  remove: DUE_ATTRIBUTES,
})

/** 16: a person has refunded the double charge, or found that it was none. */
export const settle = (row: RowAsRead, outcome: string, now: number): Transition => ({
  name: '16 settle',
  pk: row.pk,
  when: and(equals('state', 'DOUBLE_CHARGED'), missing('settled_at')),
  set: settled(outcome, now),
  otherwise: settleCharge(row, outcome, now),
})

/** 16 once more: the first was wrong. It was a person's word, and stays among the row's decisions. */
export const correctSettlement = (pk: string, outcome: string, now: number): Transition => ({
  name: '16 correct',
  pk,
  when: and(equals('state', 'DOUBLE_CHARGED'), exists('settled_at')),
  set: settled(outcome, now),
})

const settled = (outcome: string, now: number): Partial<Row> => ({
  state: 'DOUBLE_CHARGED',
  settled_at: now,
  reason: outcome,
  expires_at: expiry(now),
})

/** 16 of a charge on a row whose state says something else, while no call can be out. Of a part the rest is still open. */
const settleCharge = (row: RowAsRead, outcome: string, now: number): Transition => ({
  name: '16 settle the charge',
  pk: row.pk,
  when: and(
    ...[unchangedSinceRead(row), exists('transaction_id'), differs('state', 'PENDING'), differs('reason', 'part_paid')],
    ...[missing('settled_at'), or(missing('due_at'), noCallInFlight(now))],
  ),
  set: settled(outcome, now),
  remove: DUE_ATTRIBUTES,
})

/**
 * 18: a held order may be synced after all. One that WeChat Pay charged needs no sync, unless it was only a part. Of one
 * over the cap nobody has said more than that it may go its way: where it must be looked at first, it still is.
 */
export const release = (row: Row, now: number): Transition => ({
  name: '18 release',
  pk: row.pk,
  when: and(
    // A person releases what he saw: it may have been held for something else since, or charged.
    ...[unchangedSinceRead(row), equals('state', 'HELD'), equals('reason', row.reason ?? ''), noCallInFlight(now)],
    ...(row.reason === 'part_paid' ? [] : [missing('transaction_id')]),
  ),
  set: {
    state: 'PENDING',
    due_at: now,
    created_at: now,
    ...(row.reason === 'over_cap' && row.mode ? { next: 'query' } : { next: 'sync', cleared: true }),
  },
  count: ['attempt'],
  remove: ['reason', 'last_error', 'late_at', 'absent_since', 'refused'],
})

/**
 * 19: the shop takes its notice back. Undefined when it may be too late: a call is out, or WeChat Pay may have taken
 * one. Only the row as it was read is withdrawn.
 */
export const withdraw = (row: Row, why: string, now: number, notDouble = false): Transition | undefined => {
  if (row.state !== 'HELD' && (row.state !== 'PENDING' || !isNothingTaken(row))) return undefined
  const when = [
    unchangedSinceRead(row),
    equals('state', row.state),
    ...(row.state === 'HELD' ? [noCallInFlight(now)] : []),
  ]
  return {
    name: '19 withdraw',
    pk: row.pk,
    when: and(...when, chargeIsKnown(row, notDouble)),
    set: { state: 'REJECTED', ...ended(row, `withdrawn: ${why}`, now, notDouble) },
    remove: DUE_ATTRIBUTES,
  }
}

/**
 * No attempt is under way, and the last one proves that none before it was taken: a sync goes out again only after an
 * answer that rules the earlier ones out.
 */
const isNothingTaken = ({ attempt, next, last_error }: Row): boolean => {
  if (attempt === 0) return true
  if (last_error?.attempt !== attempt) return false
  const { verdict } = last_error
  if (verdict === 'absent' || verdict === 'open') return true
  return next === 'sync' && isUnsent(verdict, last_error)
}
