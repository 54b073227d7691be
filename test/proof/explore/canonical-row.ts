import type { Row } from '../../../lib/ledger/row.ts'
import { LIMITS } from '../../../lib/limits.ts'
import type { VerdictKind } from '../../../lib/wechatpay/verdict-kinds.ts'

/** The explorer's clock always shows this time (ms). When time passes, all stored times move back instead. */
export const NOW = 2_000_000_000_000

/**
 * Times older than this are treated as equal, while an invocation that read the clock before it was frozen has yet to
 * write.
 */
const REMEMBERED = 11 * 60_000

/** An age matters only at the limits that end an order. Below the first limit, every order is treated as new. */
export const ageOf = (since: number): number => {
  const age = NOW - since
  if (age > LIMITS.giveUp) return LIMITS.giveUp + 1
  return age > LIMITS.absentGiveUp ? LIMITS.absentGiveUp + 1 : 0
}

/** How long ago a frozen invocation read the clock. Long times are treated as equal. */
export const asLongAgo = (ms: number): number => (ms > REMEMBERED ? Math.max(REMEMBERED, ageOf(NOW - ms)) : ms)

/** A row that is due in more than an hour is treated as due in a day. */
export const dueAtOf = (due_at: number | undefined): number | undefined => {
  if (due_at === undefined) return undefined
  if (due_at < NOW) return NOW - asLongAgo(NOW - due_at)
  return due_at > NOW + HOUR ? NOW + DAY : due_at
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The attempt of the invocation that claimed the row last. 0 means that nobody has claimed it yet. */
const THIS_ATTEMPT = 2
export const FORMER_ATTEMPT = 1

/** The only parts of last_error that are read later. */
const errorOf = ({ last_error, attempt }: Row): Row['last_error'] => {
  if (!last_error) return undefined
  const { verdict, status } = last_error
  const kind = ALIKE[verdict] ?? 'unknown'
  return {
    verdict: kind,
    at: NOW,
    attempt: last_error.attempt === attempt ? THIS_ATTEMPT : FORMER_ATTEMPT,
    ...(kind === 'config' && status !== undefined && { status }),
  }
}

const ALIKE: { readonly [kind in VerdictKind]?: VerdictKind } = {
  open: 'open',
  undecided: 'undecided',
  absent: 'absent',
  config: 'config',
  unsent: 'unsent',
  // For these verdicts the advice has its own text.
  closed: 'closed',
  confirmed: 'closed',
}

/** The row without what no condition and no later call reads, so that the number of states is finite. */
export const canonicalRow = (row: Row): Row => ({
  pk: row.pk,
  state: row.state,
  attempt: row.attempt === 0 ? 0 : THIS_ATTEMPT,
  call: row.call,
  call_hash: row.call_hash,
  day: row.day,
  created_at: NOW - ageOf(row.created_at),
  v: 1,
  ...present({
    next: row.next,
    due: row.due,
    due_at: dueAtOf(row.due_at),
    receipt: row.receipt,
    proof: row.proof,
    last_error: errorOf(row),
    noticed_at: row.noticed_at,
    absent_since: row.absent_since === undefined ? undefined : NOW - ageOf(row.absent_since),
    reason: row.reason,
    refused: row.refused,
    mode: row.mode,
    expected_amount: row.expected_amount,
    cleared: row.cleared,
    transaction_id: row.transaction_id,
    settled_at: row.settled_at === undefined ? undefined : 1,
    expires_at: row.expires_at === undefined ? undefined : 1,
    waits: row.waits,
  }),
})

type Present<T> = { [name in keyof T]?: Exclude<T[name], undefined> }

/** Leaves out undefined members, since a row in the ledger has none. */
export const present = <T extends object>(members: T): Present<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T> // Object.entries loses the names

export const keyOf = (row: Row): string =>
  [
    row.state,
    row.next,
    row.due !== undefined,
    row.due_at === undefined ? undefined : row.due_at - NOW,
    row.attempt,
    row.call_hash,
    row.receipt?.body,
    row.proof?.body,
    row.last_error?.verdict,
    row.last_error?.attempt,
    row.last_error?.status,
    row.noticed_at,
    row.absent_since === undefined ? undefined : NOW - row.absent_since,
    NOW - row.created_at,
    row.reason,
    row.mode,
    row.expected_amount,
    row.cleared,
    row.transaction_id,
    row.settled_at !== undefined,
    row.expires_at !== undefined,
    row.waits !== undefined,
    row.refused,
  ].join()
