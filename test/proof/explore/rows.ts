import { nextCallAt, type Row } from '../../../lib/ledger/row.ts'
import { isAskedForBill } from '../../../lib/ledger/transitions/bill.ts'
import {
  ageOf,
  askedSince,
  canonicalRow,
  dueAtOf,
  FORMER_ATTEMPT,
  keyOf,
  leasedUntilOf,
  NOW,
  notedSince,
  present,
} from './canonical-row.ts'

/** A row as a number. Rows that are equal, or that no condition can tell apart, have the same number. 0 is no row. */
export type RowId = number
export const NO_ROW: RowId = 0

export type Rows = ReturnType<typeof createRows>

/** All rows of one exploration. */
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

  /** The row in the ledger. Only a broken variant that deletes rows leaves one without its key. */
  const stored = (row: Partial<Row>): RowId => ('pk' in row ? idOf(canonicalRow(row as Row)) : NO_ROW)

  /** What an invocation keeps of the row that it claimed, until its call is answered. */
  const held = (id: RowId): RowId => {
    const row = at(id)
    if (!row) return NO_ROW
    // The answer about an order that had ended brings its row back to how it stood.
    if (row.next !== undefined && isAskedForBill(row)) return id
    const { pk, state, attempt, call, call_hash, day, created_at, v } = row
    const { leased_until, absent_since, mode, expected_amount, cleared, refused, bill_at } = row
    // For a held row the reason is also read later; for any row, a charge and its settlement.
    const { reason }: Partial<Row> = state === 'HELD' ? row : {}
    const { transaction_id, settled_at } = row
    return idOf({
      ...{ pk, state, attempt, call, call_hash, day, created_at, v },
      ...present({
        leased_until,
        absent_since,
        mode,
        expected_amount,
        cleared,
        refused,
        reason,
        transaction_id,
        settled_at,
        bill_at,
      }),
    })
  }

  /** The same, after the last check of the lease. */
  const withoutLease = (id: RowId): RowId => change(id, ({ due_at: _, leased_until: __, ...row }) => row)

  /** The same, after another invocation has claimed the row. */
  const former = (id: RowId): RowId =>
    change(id, (row) => ({
      ...row,
      attempt: row.attempt === 0 ? 0 : FORMER_ATTEMPT,
      ...(row.last_error && { last_error: { ...row.last_error, attempt: FORMER_ATTEMPT } }),
    }))

  const isFormer = (id: RowId): boolean => at(id)?.attempt === FORMER_ATTEMPT

  /** The row after `ms`. */
  const later = (id: RowId, ms: number): RowId =>
    change(id, (row) => ({
      ...row,
      created_at: NOW - ageOf(row.created_at - ms),
      ...present({
        due_at: row.due_at && dueAtOf(row.due_at - ms),
        leased_until: row.leased_until && leasedUntilOf(row.leased_until - ms),
      }),
      ...(row.absent_since !== undefined && { absent_since: NOW - ageOf(row.absent_since - ms) }),
      ...(row.bill_at !== undefined && { bill_at: askedSince(row.bill_at - ms) }),
      ...(row.refunds && { refunds: row.refunds.map((refund) => agedRefund(refund, ms)) }),
    }))

  /** If no frozen invocation will compare them, it does not matter how long the row has been due, or had a lease. */
  const justDue = (id: RowId): RowId =>
    change(id, ({ leased_until, ...row }) => ({
      ...row,
      ...(row.due_at !== undefined && row.due_at < NOW && { due_at: NOW }),
      ...(leased_until !== undefined && leased_until > NOW && { leased_until }),
    }))

  const change = (id: RowId, how: (row: Row) => Row): RowId => {
    const row = at(id)
    return row ? idOf(how(row)) : NO_ROW
  }

  return { at, stored, held, withoutLease, former, isFormer, later, justDue, count: () => rows.length }
}

/** A refund whose asking a settlement ended has no age. */
const agedRefund = <T extends { readonly noted_at: number }>(refund: T, ms: number): T =>
  refund.noted_at === 0 ? refund : { ...refund, noted_at: notedSince(refund.noted_at - ms) }

/** The row for a line of a trace. */
export const rowInWords = (row: Row | undefined): string => {
  if (!row) return 'no row'
  const { state, next, call_hash, taken_at, proved_at, reason, refunds = [], bill_at } = row
  const at = nextCallAt(row)
  const when = at === undefined ? '' : at <= NOW ? ' now' : ` in ${(at - NOW) / 1000} s`
  const owed = next ? `, ${next}${when}` : ''
  const words = [taken_at && 'taken', proved_at && 'proved', reason].filter(Boolean).map((word) => `, ${word}`)
  const noted = refunds.map(({ out_refund_no, status = 'not asked about' }) => `, ${out_refund_no} ${status}`)
  const more = [...words, ...noted, ...(bill_at === undefined ? [] : [', asked for a bill'])]
  return `${state} for ${call_hash}${owed}${more.join('')}${row.due === undefined ? ', not in the index' : ''}`
}
