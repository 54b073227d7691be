import { LIMITS } from '../../limits.ts'
import type { VerdictKind } from '../../wechatpay/verdict-kinds.ts'
import { after, and, atMost, type Condition, equals, exists, missing, or } from '../condition.ts'
import type { Row } from '../row.ts'

/** A row as it was read before somebody decided. */
export type RowAsRead = Pick<Row, 'pk' | 'attempt'>

export const DUE_ATTRIBUTES = ['due', 'due_at', 'next'] as const

/** What a row that is taken up again must not remember. What WeChat Pay charged is the order's, and stays. */
export const CLEARED_ON_REOPEN = [
  'expires_at',
  'reason',
  'last_error',
  'late_at',
  'absent_since',
  'cleared',
  'refused',
  'settled_at',
] as const

/** If nobody comes back from this call, it is asked about before it is repeated. */
export const lease = (now: number): Partial<Row> => ({ next: 'query', due_at: now + LIMITS.lease })

export const sameAttemptAndPending = (row: Row): Condition =>
  and(equals('attempt', row.attempt), equals('state', 'PENDING'))

export const sameAttemptAndDue = (row: Row): Condition => and(equals('attempt', row.attempt), exists('due'))

/** No connection, or no key to sign with. Whatever was answered was sent, and a refusal does not say of which order it is. */
export const isUnsent = (kind: VerdictKind, { status }: { readonly status?: number }): boolean =>
  kind === 'unsent' || (kind === 'config' && status === undefined)

/**
 * The lease has ended, or the row waits for longer than any lease, whatever the two clocks say. A write that is late on
 * its way knows nothing of a lease that began after `now`: it needs `asRead` as well.
 */
export const noCallInFlight = (now: number): Condition =>
  or(atMost('due_at', now), after('due_at', now + LIMITS.callMayBeOut))

/** Nobody has claimed the row since it was read. */
export const unchangedSinceRead = ({ attempt }: RowAsRead): Condition => equals('attempt', attempt)

/** No other charge since the row was read. */
export const sameChargeAsRead = ({ transaction_id }: Pick<Row, 'transaction_id'>): Condition =>
  transaction_id === undefined ? missing('transaction_id') : equals('transaction_id', transaction_id)

/** What a person ends begins so in `reason`. */
export const CLOSED_BY_HAND = 'closed by hand: '

export const isClosedByHand = ({ state, reason = '' }: Pick<Row, 'state' | 'reason'>): boolean =>
  state === 'REJECTED' && reason.startsWith(CLOSED_BY_HAND)

/** DynamoDB's TTL counts in seconds. */
export const expiry = (now: number): number => Math.ceil((now + LIMITS.keepEnded) / 1000)
