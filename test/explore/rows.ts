import { LIMITS } from '../../lib/order/limits.ts'
import type { Row } from '../../lib/order/row.ts'
import type { VerdictKind } from '../../lib/order/verdict.ts'

/** The explorer's clock always shows this moment (ms): when time passes, what is remembered of it moves back instead. */
export const NOW = 2_000_000_000_000

/** A row as a number: equal rows, and rows that no condition can tell apart, have the same. 0 is no row. */
export type RowId = number
export const NO_ROW: RowId = 0

/** How far back a moment is told apart while somebody is about to write who looked at his clock before he slept. */
const REMEMBERED = 11 * 60_000

/** Ages matter only at the limits that end an order: within them, an order is as young as it can be. */
const ageOf = (since: number): number => {
  const age = NOW - since
  if (age > LIMITS.giveUp) return LIMITS.giveUp + 1
  return age > LIMITS.absentGiveUp ? LIMITS.absentGiveUp + 1 : 0
}

/** How long ago a sleeper looked at the clock, as far as that is told apart. */
export const asLongAgo = (ms: number): number => (ms > REMEMBERED ? Math.max(REMEMBERED, ageOf(NOW - ms)) : ms)

/** What is due in more than an hour is due in a day. */
const dueAtOf = (due_at: number | undefined): number | undefined => {
  if (due_at === undefined) return undefined
  if (due_at < NOW) return NOW - asLongAgo(NOW - due_at)
  return due_at > NOW + HOUR ? NOW + DAY : due_at
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Whoever claimed the row last holds this attempt; 0 stays apart, since nobody ever claimed then. */
const THIS_ATTEMPT = 2
const FORMER_ATTEMPT = 1

/** Of what went wrong last, only this is ever looked at. */
const errorOf = ({ last_error, attempt }: Row): Row['last_error'] => {
  if (!last_error) return undefined
  const { verdict } = last_error
  const kind = ALIKE[verdict] ?? 'unknown'
  return { verdict: kind, at: NOW, attempt: last_error.attempt === attempt ? THIS_ATTEMPT : FORMER_ATTEMPT }
}

const ALIKE: { readonly [kind in VerdictKind]?: VerdictKind } = {
  open: 'open',
  absent: 'absent',
  config: 'unsent',
  unsent: 'unsent',
  throttled: 'unsent',
}

/** Leaves out what no condition and no later step reads, so that what is left is finite. */
const essence = (row: Row): Row => ({
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
    mode: row.mode,
    expected_amount: row.expected_amount,
    cleared: row.cleared,
    transaction_id: row.transaction_id,
    expires_at: row.expires_at === undefined ? undefined : 1,
  }),
})

type Present<T> = { [name in keyof T]?: Exclude<T[name], undefined> }

/** Without the members that are undefined, which the ledger does not have either. */
const present = <T extends object>(members: T): Present<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T> // types forget names

const keyOf = (row: Row): string =>
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
    row.noticed_at,
    row.absent_since === undefined ? undefined : NOW - row.absent_since,
    NOW - row.created_at,
    row.reason,
    row.mode,
    row.expected_amount,
    row.cleared,
    row.transaction_id,
    row.expires_at !== undefined,
  ].join()

export type Rows = ReturnType<typeof createRows>

/** The rows of one exploration. */
export const createRows = () => {
  const rows: (Row | undefined)[] = [undefined]
  const ids = new Map<string, RowId>()

  const idOf = (row: Row): RowId => {
    const key = keyOf(row)
    const known = ids.get(key)
    if (known !== undefined) return known
    rows.push(row)
    ids.set(key, rows.length - 1)
    return rows.length - 1
  }

  const at = (id: RowId): Row | undefined => rows[id]

  /** What stands in the ledger. Only a design that deletes rows leaves one without its key. */
  const stored = (row: Partial<Row>): RowId => ('pk' in row ? idOf(essence(row as Row)) : NO_ROW)

  /** What an invocation holds in its hands since it claimed the row, to be used when its call is answered. */
  const held = (id: RowId): RowId => {
    const row = at(id)
    if (!row) return NO_ROW
    const { pk, state, attempt, call, call_hash, day, created_at, v } = row
    const { due_at, absent_since, mode, expected_amount, cleared } = row
    const reason = state === 'HELD' ? row.reason : undefined
    return idOf({
      ...{ pk, state, attempt, call, call_hash, day, created_at, v },
      ...present({ due_at, absent_since, mode, expected_amount, cleared, reason }),
    })
  }

  /** The same, once the lease has been looked at for the last time. */
  const withoutLease = (id: RowId): RowId => change(id, ({ due_at: _, ...row }) => row)

  /** The same, after somebody else took the row. */
  const former = (id: RowId): RowId =>
    change(id, (row) => ({
      ...row,
      attempt: row.attempt === 0 ? 0 : FORMER_ATTEMPT,
      ...(row.last_error && { last_error: { ...row.last_error, attempt: FORMER_ATTEMPT } }),
    }))

  const isFormer = (id: RowId): boolean => at(id)?.attempt === FORMER_ATTEMPT

  /** The row `ms` later. */
  const later = (id: RowId, ms: number): RowId =>
    change(id, (row) => ({
      ...row,
      created_at: NOW - ageOf(row.created_at - ms),
      ...present({ due_at: row.due_at && dueAtOf(row.due_at - ms) }),
      ...(row.absent_since !== undefined && { absent_since: NOW - ageOf(row.absent_since - ms) }),
    }))

  /** Once no sleeper is left to ask, it is all one how long a row has been due. */
  const justDue = (id: RowId): RowId =>
    change(id, (row) => (row.due_at !== undefined && row.due_at < NOW ? { ...row, due_at: NOW } : row))

  const change = (id: RowId, how: (row: Row) => Row): RowId => {
    const row = at(id)
    return row ? idOf(how(row)) : NO_ROW
  }

  return { at, stored, held, withoutLease, former, isFormer, later, justDue, count: () => rows.length }
}

/** For a line of a trace. */
export const rowInWords = (row: Row | undefined): string => {
  if (!row) return 'no row'
  const { state, next, due_at, call_hash, receipt, proof, reason } = row
  const when = due_at === undefined ? '' : due_at <= NOW ? ' now' : ` in ${(due_at - NOW) / 1000} s`
  const owed = next ? `, ${next}${when}` : ''
  const words = [receipt && 'receipt', proof && 'proof', reason].filter(Boolean).map((word) => `, ${word}`)
  return `${state} for ${call_hash}${owed}${words.join('')}${row.due === undefined ? ', not in the index' : ''}`
}
