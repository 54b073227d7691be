import { LINE_CLASSES, type LineClass, REFUND_MISSING } from '../bill/classes.ts'
import { chinaDay } from '../china-time.ts'
import type { BookRow, State } from '../ledger/row.ts'
import type { FollowedUp } from '../operations/bill-actions.ts'

/** What people are told of: a line of the bill that concerns an order, or a case that no bill has a refund of. */
export type Found = {
  readonly class: Exclude<LineClass, 'plain'> | 'refund_missing'
  readonly mchid: string
  readonly out_order_no: string
  readonly state: State
  readonly transaction_id?: string
  readonly out_refund_no?: string
  /** Fen: charged, or to be given back. */
  readonly amount?: number
  /** yyyyMMddHHmmss, or yyyyMMdd, in China. */
  readonly time: string
  readonly shop_id?: string
  /** What this run did about it. `no number`: nobody can ask about a refund without its number. */
  readonly did?: FollowedUp | 'no number'
}

export type FoundClass = Found['class']

/** Those that ask something of people come first. */
export const FOUND_CLASSES: Readonly<Record<FoundClass, (typeof LINE_CLASSES)[LineClass] | typeof REFUND_MISSING>> = (({
  plain: _,
  ...classes
}) => ({ ...classes, refund_missing: REFUND_MISSING }))(LINE_CLASSES)

export const FOUND_CLASS_NAMES = Object.keys(FOUND_CLASSES) as readonly FoundClass[]

/** The day in China since when the double charge is known. */
export const caseDay = (row: Pick<BookRow, 'day' | 'case_at'>): string =>
  row.case_at === undefined ? paidDay(row) : chinaDay(row.case_at)

/** The day of the payment at the till, from the row's key of the index `day`. */
export const paidDay = ({ day }: Pick<BookRow, 'day'>): string => day.split('#')[1] ?? ''
