import { LIMITS } from '../../limits.ts'
import type { VerdictKind } from '../../wechatpay/verdict-kinds.ts'
import { and, atMost, type Condition, equals, exists, missing, or } from '../condition.ts'
import type { NextCall, Row } from '../row.ts'
import type { Transition } from './transition.ts'

/** What a write needs of the row that was read before a decision was made. */
export type RowAsRead = Pick<Row, 'pk' | 'attempt'>

/** Attributes removed when there is no further call. */
export const DUE_ATTRIBUTES = ['due', 'due_at', 'next', 'leased_until'] as const

/** Attributes removed when an order is reopened. What WeChat Pay charged belongs to the order, so it stays. */
export const CLEARED_ON_REOPEN = [
  'expires_at',
  'reason',
  'last_error',
  'late_at',
  'absent_since',
  'cleared',
  'refused',
  'settled_at',
  'bill_at',
] as const

/**
 * If the invocation ends before the call returns, the next call is a query, since WeChat Pay may have taken the sync. A
 * refund is asked about again.
 */
// Stryker disable next-line StringLiteral: equivalent - either is no question about a refund
export const lease = (now: number, step: NextCall = 'sync'): Partial<Row> => ({
  next: step === 'refund' ? 'refund' : 'query',
  leased_until: now + LIMITS.lease,
})

/** The same for a row that was not due before: reconcile finds it if its first call fails. */
export const firstLease = (now: number): Partial<Row> => ({ ...lease(now), due_at: now + LIMITS.lease })

/**
 * The recorded answer ends the lease of its attempt. A write that holds for any attempt may come under the lease of
 * another one, and leaves it alone.
 */
export const withLeaseEnded = (transition: Transition): Transition => {
  const { when, remove = [] } = transition
  return isFenced(when) && !remove.includes('leased_until')
    ? { ...transition, remove: [...remove, 'leased_until'] }
    : transition
}

const isFenced = (condition: Condition): boolean =>
  condition.op === 'and' ? condition.all.some(isFenced) : condition.op === '=' && condition.name === 'attempt'

export const sameAttemptAndPending = (row: Row): Condition =>
  and(equals('attempt', row.attempt), equals('state', 'PENDING'))

export const sameAttemptAndDue = (row: Row): Condition => and(equals('attempt', row.attempt), exists('due'))

/**
 * There was no connection, or no key to sign with. Every answer shows that the request was sent, even one that refuses
 * it: a refusal does not say which order it is for.
 */
export const isUnsent = (kind: VerdictKind, { status }: { readonly status?: number }): boolean =>
  kind === 'unsent' || (kind === 'config' && status === undefined)

/** No lease is left. Of a delayed write too: a lease that began after `now` ends later. */
export const noCallInFlight = (now: number): Condition => or(missing('leased_until'), atMost('leased_until', now))

/** No invocation has claimed the row since it was read. */
export const unchangedSinceRead = ({ attempt }: RowAsRead): Condition => equals('attempt', attempt)

/** No other charge was recorded since the row was read. */
export const sameChargeAsRead = ({ transaction_id }: Pick<Row, 'transaction_id'>): Condition =>
  transaction_id === undefined ? missing('transaction_id') : equals('transaction_id', transaction_id)

/** `reason` begins with this when an operator closed the order. */
export const CLOSED_BY_HAND = 'closed by hand: '

// Stryker disable next-line StringLiteral: equivalent - neither begins as the reason of a close does
export const isClosedByHand = ({ state, reason = '' }: Pick<Row, 'state' | 'reason'>): boolean =>
  state === 'REJECTED' && reason.startsWith(CLOSED_BY_HAND)

/** DynamoDB's TTL needs seconds. */
export const expiry = (now: number): number => Math.ceil((now + LIMITS.keepEnded) / 1000)
