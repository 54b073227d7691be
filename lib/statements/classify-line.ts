import { chinaTimeMs } from '../china-time.ts'
import { type Advice, adviceOf } from '../ledger/advice.ts'
import type { BookRow } from '../ledger/row.ts'
import { hasOpenCharge, readRowKey, type State } from '../ledger/row.ts'
import { provedAt, takenAt } from '../ledger/signed-answers.ts'
import { LIMITS } from '../limits.ts'
import type { LineClass } from './line-classes.ts'
import type { Payment, StatementLine } from './parse/statement-line.ts'
import type { Problem } from './problem.ts'
import type { Telling } from './seen-order-numbers.ts'

/** One line of a report, or one order that the ledger has and the statement lacks. Sums are in fen, times in ms. */
export type Entry = {
  readonly class: LineClass | 'ledger_only'
  /** Undefined for an order that the statement lacks. */
  readonly line?: number
  /** If the line is no payment, this is the text that the file has in its place. */
  readonly out_order_no: string
  /** As the statement has it: 14 or 8 digits. For an order that the statement lacks, as the ledger has it. */
  readonly paid_time?: string
  readonly ledger_paid_time?: string
  readonly amount?: number
  /** The amount of the payment notice, if the statement has another one. */
  readonly ledger_amount?: number
  /** Who was paid, if it is a sub-merchant; of a line that is not taken, what it says. */
  readonly sub_mchid?: string
  readonly shop_id?: string
  readonly cashier_id?: string
  readonly pos_ref?: string
  readonly state?: State
  readonly confirmed?: boolean
  /** When the row of the order was created. */
  readonly since?: number
  readonly synced_at?: number
  /** The amount that WeChat Pay charged in addition. */
  readonly charged?: number
  readonly transaction_id?: string
  readonly settled?: boolean
  readonly problem?: Problem
  readonly advice?: Advice
  /** Nothing changes until a person acts. */
  readonly needs_person: boolean
  /** The class may still change, by the next answer of WeChat Pay or by an operator decision. */
  readonly is_open: boolean
}

/**
 * @param mark the name of the statement, which is stored in the rows that it creates
 * @param first the first line of this order, if this is a later one
 */
export const classifyLine = (line: Payment, row: BookRow, mark: string, first?: Telling): Entry => {
  const entry = entryOf(row)
  const { labels = {}, expected_amount = entry.amount, out_order_no } = line.order
  const told = {
    ...entry,
    ...labels,
    ...(expected_amount !== undefined && { amount: expected_amount }),
    line: line.line,
    out_order_no,
    paid_time: line.paid_time,
  }
  // Only the first line of an order says what became of it.
  if (first) {
    const problem = contradiction(line, first)
    return problem
      ? { ...told, class: 'repeated_differs', problem, needs_person: true }
      : { ...told, class: 'repeated', needs_person: false }
  }
  const name = classOf(line, row, mark)
  return {
    ...told,
    class: name,
    ...(differs(line, row) && { ledger_paid_time: row.call.paid_time }),
    ...(amountDiffers(line, row) && { ledger_amount: row.expected_amount }),
    ...(name === 'amount_differs' && { problem: AMOUNT_DIFFERS, needs_person: true }),
  }
}

/** Classifies a line that holds no payment. */
export const classifyOther = (line: Exclude<StatementLine, Payment>, problem?: Problem): Entry => {
  const plain = { line: line.line, out_order_no: line.text, needs_person: problem !== undefined, is_open: false }
  switch (line.kind) {
    case 'malformed':
      return { ...plain, ...line.kept, class: 'malformed', problem: problem ?? line.problem, needs_person: true }
    case 'not_paid':
      return { ...plain, ...line.kept, class: 'not_paid', problem: line.problem }
    case 'till_sum':
      return {
        ...plain,
        ...(line.sum.amount !== undefined && { amount: line.sum.amount }),
        class: 'till_sum',
        ...(problem && { problem }),
      }
  }
}

/** A payment that another line of the statement reverses, and that the ledger does not have. A person must decide. */
export const classifyUndone = ({ line, order, paid_time }: Payment, undoneIn: number): Entry => ({
  class: 'not_paid',
  line,
  out_order_no: order.out_order_no,
  paid_time,
  ...(order.expected_amount !== undefined && { amount: order.expected_amount }),
  ...(order.call.sub_mchid !== undefined && { sub_mchid: order.call.sub_mchid }),
  ...order.labels,
  problem: {
    en: `line ${undoneIn} of this list says that this payment went back; it was not booked. If the customer did pay, hand the payment over by a notice`,
    zh: `本明细第 ${undoneIn} 行为该订单的退款或撤销,因此未登记;如顾客确已付款,请另行发送线下收款通知`,
  },
  needs_person: true,
  is_open: false,
})

/** Classifies an order that the statement lacks. */
export const classifyLedgerOnly = (row: BookRow): Entry => ({
  ...entryOf(row),
  class: 'ledger_only',
  paid_time: row.call.paid_time,
})

const classOf = (line: Payment, row: BookRow, mark: string): LineClass => {
  if (hasOpenCharge(row)) return 'charged_twice'
  switch (row.state) {
    case 'DOUBLE_CHARGED':
      return 'charged_twice'
    case 'REJECTED':
      return 'rejected'
    case 'HELD':
      return 'held'
    case 'PENDING':
      return amountDiffers(line, row) ? 'amount_differs' : 'pending'
    case 'SYNCED':
      if (amountDiffers(line, row)) return 'amount_differs'
      if (differs(line, row)) return 'paid_time_differs'
      return row.statement === mark ? 'synced_by_statement' : 'synced_before'
  }
}

/**
 * Compares with the first paid_time. A paid_time that was corrected because of a fast clock is not compared. If one side has
 * only a day, only the days are compared.
 */
const differs = ({ paid_time }: Payment, row: BookRow): boolean => {
  if (row.paid_time_clamped) return false
  const known = row.call.paid_time
  if (paid_time.length === 8) return known.slice(0, 8) !== paid_time
  // The ledger stores a day without a time as midnight of that day.
  if (known.endsWith('000000')) return known.slice(0, 8) !== paid_time.slice(0, 8)
  return Math.abs(chinaTimeMs(known) - chinaTimeMs(paid_time)) > LIMITS.paidTimeDiffers
}

/** Amounts are compared only if both sides have one. */
const amountDiffers = ({ order }: Payment, row: BookRow): boolean =>
  order.expected_amount !== undefined &&
  row.expected_amount !== undefined &&
  order.expected_amount !== row.expected_amount

const AMOUNT_DIFFERS: Problem = {
  en: 'the amount in this list is not the one that was handed over before, which stands: compare the order number and both amounts with the receipt',
  zh: '本明细的金额与此前通知的金额不一致,以此前为准;请用小票核对商户服务订单号和两个金额',
}

/** Says how a later line of an order differs from the first one. */
const contradiction = ({ order, paid_time }: Payment, first: Telling): Problem | undefined => {
  const digits = Math.min(paid_time.length, first.paid_time.length)
  const isOtherTime = paid_time.slice(0, digits) !== first.paid_time.slice(0, digits)
  const isOtherSum =
    order.expected_amount !== undefined && first.amount !== undefined && order.expected_amount !== first.amount
  if (!isOtherTime && !isOtherSum) return undefined
  const [en, zh] = isOtherTime
    ? isOtherSum
      ? ['time and amount', '收款时间和金额']
      : ['time', '收款时间']
    : ['amount', '金额']
  return {
    en: `this order stands in line ${first.line} with another ${en}; that line stands, this one was not booked: compare both with their receipts`,
    zh: `该订单号已在第 ${first.line} 行出现,但${zh}不同;以第 ${first.line} 行为准,本行未登记,请核对两张小票`,
  }
}

const entryOf = (row: BookRow): Omit<Entry, 'class'> => {
  const advice = adviceOf(row)
  const synced_at = row.state === 'SYNCED' ? (takenAt(row) ?? provedAt(row)) : undefined
  const isEnded = row.state === 'DOUBLE_CHARGED' && row.settled_at !== undefined
  return {
    out_order_no: readRowKey(row.pk).out_order_no,
    state: row.state,
    confirmed: row.state === 'SYNCED' && provedAt(row) !== undefined,
    since: row.created_at,
    ...(row.expected_amount !== undefined && { amount: row.expected_amount }),
    ...(row.call.sub_mchid !== undefined && { sub_mchid: row.call.sub_mchid }),
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
