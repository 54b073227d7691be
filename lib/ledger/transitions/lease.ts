import { LIMITS } from '../../limits.ts'
import type { VerdictKind } from '../../wechatpay/verdict-kinds.ts'
import { after, and, atMost, type Condition, equals, exists, missing, or } from '../condition.ts'
import type { NextCall, Row } from '../row.ts'

/** What a write needs of the row that was read before a decision was made. */
export type RowAsRead = Pick<Row, 'pk' | 'attempt'>

export const DUE_ATTRIBUTES = ['due', 'due_at', 'next'] as const

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
  due_at: now + LIMITS.lease,
})

export const sameAttemptAndPending = (row: Row): Condition =>
  and(equals('attempt', row.attempt), equals('state', 'PENDING'))

export const sameAttemptAndDue = (row: Row): Condition => and(equals('attempt', row.attempt), exists('due'))

/**
 * There was no connection, or no key to sign with. Every answer shows that the request was sent, even one that refuses
 * it: a refusal does not say which order it is for.
 */
export const isUnsent = (kind: VerdictKind, { status }: { readonly status?: number }): boolean =>
  kind === 'unsent' || (kind === 'config' && status === undefined)

/**
 * The lease has ended, or `due_at` is later than any lease can end, whatever the two clocks say. A delayed write cannot
 * know of a lease that began after `now`: it needs `unchangedSinceRead` as well.
 */
export const noCallInFlight = (now: number): Condition =>
  or(atMost('due_at', now), after('due_at', now + LIMITS.callMayBeOut))

/** The same for a row that may have no call to make. */
export const noCallDueOrInFlight = (now: number): Condition => or(missing('due_at'), noCallInFlight(now))

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
