import type { BookRow } from '../aws/ledger-reader.ts'
import { type Advice, adviceOf } from '../order/advice.ts'
import { LIMITS } from '../order/limits.ts'
import { hasOpenCharge, readRowKey, type State } from '../order/row.ts'
import { chinaTimeMs } from './china-time.ts'
import type { LineClass } from './classes.ts'
import type { Problem } from './problem.ts'
import type { StatementLine } from './statement-line.ts'

/** What a report says of one line, or of an order that the ledger has and the statement lacks. Sums are fen, times ms. */
export type Entry = {
  readonly class: LineClass | 'ledger_only'
  /** Absent where the statement has none. */
  readonly line?: number
  /** Of a malformed line: what stands in its place. */
  readonly out_order_no: string
  /** As the list states it, 14 or 8 digits; of an order that it lacks, as the ledger does. */
  readonly paid_time?: string
  readonly ledger_paid_time?: string
  readonly amount?: number
  readonly shop_id?: string
  readonly cashier_id?: string
  readonly pos_ref?: string
  readonly state?: State
  readonly confirmed?: boolean
  /** Since when the order stands in the ledger. */
  readonly since?: number
  readonly synced_at?: number
  /** What WeChat Pay charged as well. */
  readonly charged?: number
  readonly transaction_id?: string
  readonly settled?: boolean
  readonly problem?: Problem
  readonly advice?: Advice
  /** Somebody must do something, or else this stays as it is. */
  readonly needs_person: boolean
  /** It may still change by itself, or by what a person does. */
  readonly is_open: boolean
}

/** @param mark the statement, as it is written into the rows that it brings */
export const judgeLine = (
  line: Extract<StatementLine, { order: unknown }>,
  row: BookRow,
  mark: string,
  isRepeated: boolean,
): Entry => {
  const entry = entryOf(row)
  const { labels = {}, expected_amount = entry.amount, out_order_no } = line.order
  return {
    ...entry,
    ...labels,
    ...(expected_amount !== undefined && { amount: expected_amount }),
    class: isRepeated ? 'repeated' : classOf(line, row, mark),
    line: line.line,
    out_order_no,
    paid_time: line.paid_time,
    ...(differs(line, row) && { ledger_paid_time: row.call.paid_time }),
    // It is told where the order stands first.
    ...(isRepeated && { needs_person: false }),
  }
}

/** A line that tells of no payment. */
export const judgeMalformed = ({ line, problem, text }: Extract<StatementLine, { problem: unknown }>): Entry => ({
  class: 'malformed',
  line,
  out_order_no: text,
  problem,
  needs_person: true,
  is_open: false,
})

/** An order that the statement lacks. */
export const judgeLedgerOnly = (row: BookRow): Entry => ({
  ...entryOf(row),
  class: 'ledger_only',
  paid_time: row.call.paid_time,
})

const classOf = (line: Extract<StatementLine, { order: unknown }>, row: BookRow, mark: string): LineClass => {
  if (hasOpenCharge(row)) return 'charged_twice'
  switch (row.state) {
    case 'DOUBLE_CHARGED':
      return 'charged_twice'
    case 'REJECTED':
      return 'rejected'
    case 'HELD':
      return 'held'
    case 'PENDING':
      return 'pending'
    case 'SYNCED':
      if (differs(line, row)) return 'paid_time_differs'
      return row.statement === mark ? 'synced_by_statement' : 'synced_before'
  }
}

/** The first paid_time stands. One that a fast clock made us alter says nothing, and a day alone names no moment. */
const differs = ({ paid_time }: Extract<StatementLine, { order: unknown }>, row: BookRow): boolean => {
  if (row.paid_time_clamped) return false
  const known = row.call.paid_time
  if (paid_time.length === 8) return known.slice(0, 8) !== paid_time
  // The ledger may have a day alone, as its midnight.
  if (known.endsWith('000000')) return known.slice(0, 8) !== paid_time.slice(0, 8)
  return Math.abs(chinaTimeMs(known) - chinaTimeMs(paid_time)) > LIMITS.paidTimeDiffers
}

const entryOf = (row: BookRow): Omit<Entry, 'class'> => {
  const advice = adviceOf(row)
  const synced_at = row.state === 'SYNCED' ? (row.receipt ?? row.proof)?.sent_at : undefined
  const isEnded = row.state === 'DOUBLE_CHARGED' && row.settled_at !== undefined
  return {
    out_order_no: readRowKey(row.pk).out_order_no,
    state: row.state,
    confirmed: row.state === 'SYNCED' && row.proof !== undefined,
    since: row.created_at,
    ...(row.expected_amount !== undefined && { amount: row.expected_amount }),
    ...(row.shop_id !== undefined && { shop_id: row.shop_id }),
    ...(row.cashier_id !== undefined && { cashier_id: row.cashier_id }),
    ...(row.pos_ref !== undefined && { pos_ref: row.pos_ref }),
    ...(synced_at !== undefined && { synced_at }),
    ...(row.amount !== undefined && { charged: row.amount }),
    ...(row.transaction_id !== undefined && { transaction_id: row.transaction_id }),
    ...((row.state === 'DOUBLE_CHARGED' || row.transaction_id !== undefined) && {
      settled: row.settled_at !== undefined,
    }),
    advice,
    needs_person: advice.turn !== 'service',
    is_open: row.due !== undefined || (advice.turn !== 'service' && !isEnded),
  }
}
