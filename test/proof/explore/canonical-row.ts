import { isOpenStatus, type Refund, type Row } from '../../../lib/ledger/row.ts'
import { LIMITS } from '../../../lib/limits.ts'
import type { SignedResponse } from '../../../lib/wechatpay/verdict.ts'
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

/** The same for an order that is asked about for a bill. */
export const askedSince = (bill_at: number): number => (NOW - bill_at > LIMITS.billAsk ? NOW - LIMITS.billAsk - 1 : NOW)

/** The same for a refund. */
export const notedSince = (noted_at: number): number => {
  const age = NOW - noted_at
  return NOW - ([LIMITS.giveUp, LIMITS.refundAbsent].map((limit) => limit + 1).find((limit) => age >= limit) ?? 0)
}

/**
 * A refund, as far as a later call or invariant reads it. `answered_at` only tells which one was asked about before the
 * other, and a settlement ends the asking about what was noted before it:
 * 1 is a settlement from before this write.
 */
const refundOf = (refund: Refund, settled_at: number | undefined, turn: number): Refund => {
  const { out_refund_no, noted_at, status, answered_at, transaction_id, refund_amount, total_amount } = refund
  const isPast = settled_at !== undefined && (settled_at > 1 || noted_at <= settled_at)
  const known =
    status === undefined ? undefined : isOpenStatus(status) ? 'unknown' : status === 'refunded' ? status : 'closed'
  return {
    out_refund_no,
    noted_at: isPast ? 0 : notedSince(noted_at),
    ...present({ status: known, answered_at: answered_at === undefined ? undefined : turn }),
    ...(status === 'refunded' && present({ transaction_id, refund_amount, total_amount })),
  }
}

const refundsOf = ({ refunds, settled_at }: Row): Row['refunds'] => {
  const times = [...new Set(refunds?.map(({ answered_at = 0 }) => answered_at))].sort((a, b) => a - b)
  return refunds?.map((refund) => refundOf(refund, settled_at, times.indexOf(refund.answered_at ?? 0) + 1))
}

/** How long ago a frozen invocation read the clock. Long times are treated as equal. */
export const asLongAgo = (ms: number): number => (ms > REMEMBERED ? Math.max(REMEMBERED, ageOf(NOW - ms)) : ms)

/** A row that is due in more than an hour is treated as due in a day. */
export const dueAtOf = (due_at: number | undefined): number | undefined => {
  if (due_at === undefined) return undefined
  if (due_at < NOW) return NOW - asLongAgo(NOW - due_at)
  return due_at > NOW + HOUR ? NOW + DAY : due_at
}

/** A lease that ended is none, but for a frozen invocation that read the clock before. */
export const leasedUntilOf = (leased_until: number | undefined): number | undefined =>
  leased_until === undefined || leased_until >= NOW ? leased_until : NOW - asLongAgo(NOW - leased_until)

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
    leased_until: leasedUntilOf(row.leased_until),
    taken_at: row.taken_at,
    proved_at: row.proved_at,
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
    amount: row.amount,
    settled_by: row.settled_by,
    case: row.case,
    case_at: row.case_at === undefined ? undefined : 1,
    bill_at: row.bill_at === undefined ? undefined : askedSince(row.bill_at),
    refunds: refundsOf(row),
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
    row.leased_until === undefined ? undefined : row.leased_until - NOW,
    row.attempt,
    row.call_hash,
    row.taken_at,
    row.proved_at,
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
    row.amount,
    row.settled_by,
    row.case !== undefined,
    row.bill_at === undefined ? undefined : NOW - row.bill_at,
    row.refunds?.map((refund) => Object.values(refund).join(' ')).join(';'),
  ].join()

const bodies: string[] = []

/** Of each answer its own, by which the explorer tells apart what a row has of them. */
const sentAt = (body: string): number => {
  if (!bodies.includes(body)) bodies.push(body)
  return NOW + bodies.indexOf(body)
}

/** A signed response as far as the explorer tells them apart. */
export const signedWord = (body: string, nonce: string): SignedResponse => ({
  serial: 'PUB_KEY_ID_1',
  timestamp: String(NOW / 1000),
  nonce,
  signature: 'S',
  status: 200,
  body,
  sent_at: sentAt(body),
})
