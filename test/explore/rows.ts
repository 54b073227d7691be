import { LIMITS } from '../../lib/order/limits.ts'
import type { Row } from '../../lib/order/row.ts'

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

const dueAtOf = (due_at: number | undefined): number | undefined =>
  due_at !== undefined && due_at < NOW ? NOW - asLongAgo(NOW - due_at) : due_at

/** What the ledger remembers of the attempt that holds the row, and of any attempt before. */
const THIS_ATTEMPT = 2
const FORMER_ATTEMPT = 1

type Optional =
  | 'next'
  | 'due'
  | 'due_at'
  | 'receipt'
  | 'proof'
  | 'last_error'
  | 'noticed_at'
  | 'absent_since'
  | 'reason'

/** Leaves out what no condition and no later step reads, so that what is left is finite. */
const essence = (row: Row, due_at: number | undefined): Row => ({
  pk: row.pk,
  state: row.state,
  attempt: row.attempt,
  call: row.call,
  call_hash: row.call_hash,
  day: row.day,
  created_at: NOW - ageOf(row.created_at),
  v: 1,
  ...present('next', row.next),
  ...present('due', row.due),
  ...present('due_at', due_at),
  ...present('receipt', row.receipt),
  ...present('proof', row.proof),
  ...present('last_error', row.last_error?.verdict === 'open' ? { verdict: 'open', at: NOW, attempt: 0 } : undefined),
  ...present('noticed_at', row.noticed_at),
  ...present('absent_since', row.absent_since === undefined ? undefined : NOW - ageOf(row.absent_since)),
  ...present('reason', row.reason),
  ...present('expires_at', row.expires_at === undefined ? undefined : 1),
})

const present = <K extends Optional | 'expires_at'>(name: K, value: Row[K] | undefined): Partial<Pick<Row, K>> =>
  value === undefined ? {} : ({ [name]: value } as Pick<Row, K>) // a computed name is typed as any text

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
    row.last_error !== undefined,
    row.noticed_at,
    row.absent_since === undefined ? undefined : NOW - row.absent_since,
    NOW - row.created_at,
    row.reason,
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

  /** What stands in the ledger. */
  const stored = (row: Row): RowId =>
    // Only a design that deletes rows leaves one without its key.
    'pk' in row ? idOf({ ...essence(row, dueAtOf(row.due_at)), attempt: THIS_ATTEMPT }) : NO_ROW

  /** What an invocation holds in its hands since it claimed the row, to be used when its call is answered. */
  const held = (id: RowId): RowId => {
    const row = at(id)
    if (!row) return NO_ROW
    const { pk, state, attempt, call, call_hash, day, created_at, v } = row
    return idOf({
      ...{ pk, state, attempt, call, call_hash, day, created_at, v },
      ...present('due_at', row.due_at),
      ...present('absent_since', row.absent_since),
    })
  }

  /** The same, once the lease has been looked at for the last time. */
  const withoutLease = (id: RowId): RowId => change(id, ({ due_at: _, ...row }) => row)

  /** The same, after somebody else took the row. */
  const former = (id: RowId): RowId => change(id, (row) => ({ ...row, attempt: FORMER_ATTEMPT }))

  /** The row `ms` later. */
  const later = (id: RowId, ms: number): RowId =>
    change(id, (row) => ({
      ...row,
      created_at: NOW - ageOf(row.created_at - ms),
      ...present('due_at', row.due_at && dueAtOf(row.due_at - ms)),
      ...(row.absent_since !== undefined && { absent_since: NOW - ageOf(row.absent_since - ms) }),
    }))

  /** Once no sleeper is left to ask, it is all one how long a row has been due. */
  const justDue = (id: RowId): RowId =>
    change(id, (row) => (row.due_at !== undefined && row.due_at < NOW ? { ...row, due_at: NOW } : row))

  const change = (id: RowId, how: (row: Row) => Row): RowId => {
    const row = at(id)
    return row ? idOf(how(row)) : NO_ROW
  }

  return { at, stored, held, withoutLease, former, later, justDue, count: () => rows.length }
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
