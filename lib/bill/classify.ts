import { daysBetween } from '../china-time.ts'
import type { BookRow, State } from '../ledger/row.ts'
import { provedAt } from '../ledger/signed-answers.ts'
import type { BillVerdict } from '../wechatpay/bill-api.ts'
import type { Candidate } from './candidate.ts'
import type { BillClass, LineClass } from './classes.ts'
import type { BillReading } from './read-bill.ts'

/** What of a row a class depends on. */
export type Situation = Pick<BookRow, 'state' | 'reason' | 'order_id' | 'transaction_id' | 'proved_at' | 'proof'>

/** What a charge is by the state of its order, when neither the transaction nor a newer answer says more. */
const BY_STATE: Readonly<Record<State, LineClass>> = {
  PENDING: 'charged_while_open',
  HELD: 'charged_while_open',
  SYNCED: 'charged_after_sync',
  REJECTED: 'charged_after_end',
  DOUBLE_CHARGED: 'charged_again',
}

/**
 * What a line of a bill is together with the row of its order, or with the row that knows its transaction.
 *
 * A refund of which no charge is known says that there was one: the order is asked about, and the line is to be classified
 * again after that, since no later bill repeats it.
 * @param row undefined where the ledger has none
 * @param agreedAt ms, since when the bill is known to be true, kept over every run: a proof that is younger was given after it
 */
export const classify = (candidate: Candidate, row: Situation | undefined, agreedAt: number): LineClass => {
  if (!row) return 'plain'
  const isRefund = candidate.kind === 'refund'
  if (transactionsOf(row).includes(candidate.transaction_id)) return isRefund ? 'refunded' : 'known'
  if (candidate.by === 'transaction') return 'plain'
  const isSure = isOfOrder(candidate, row)
  if (row.state === 'DOUBLE_CHARGED' && row.transaction_id === undefined && isSure)
    return isRefund ? 'refunded' : 'numbered'
  // The shop took its notice back: the charge is as it should be.
  if (row.state === 'REJECTED' && row.reason?.startsWith('withdrawn')) return 'plain'
  if (row.state === 'SYNCED' && (provedAt(row) ?? 0) > agreedAt) return isSure ? 'contradiction' : 'plain'
  return BY_STATE[row.state]
}

/** As the ledger keeps them: of several, parted by commas. */
const transactionsOf = ({ transaction_id = '' }: Situation): readonly string[] => transaction_id.split(',')

/** WeChat Pay names this very order: not one of another service with the same number. */
const isOfOrder = (candidate: Candidate, { order_id }: Situation): boolean =>
  candidate.by === 'order' && (order_id === undefined || order_id === candidate.order_id)

/** The days after which a missing refund is told again. */
const TOLD_AFTER_DAYS = [1, 3, 7, 30]
/** From so many days after the payment it is told daily: at 365 it cannot be refunded through WeChat Pay any more. */
const TOLD_DAILY_FROM = 300

/** Little time is left to refund it through WeChat Pay. Both days as yyyyMMdd in China. */
export const isRefundUrgent = (paidDay: string, today: string): boolean =>
  daysBetween(paidDay, today) >= TOLD_DAILY_FROM

/**
 * Is an open case without a refund to be told of on this day? All as yyyyMMdd in China: days and not hours, so that one run
 * a day tells each of them once. @param known since when the double charge is known, which may be long after the payment
 */
export const isRefundMissing = (
  { known, paid }: { readonly known: string; readonly paid: string },
  today: string,
): boolean => {
  const days = daysBetween(known, today)
  // A run may read a case that its own questions have just found: nobody has missed its refund yet.
  return TOLD_AFTER_DAYS.includes(days) || (days > 0 && isRefundUrgent(paid, today))
}

/** From this hour in China a bill that cannot be had is late, and no run of the day is waited for. */
const LATE_HOUR = 18

/** @param now yyyyMMddHHmmss in China */
export const isLateInDay = (now: string): boolean => Number(now.slice(8, 10)) >= LATE_HOUR

/** What is known of a day's bill when a run ends. */
export type BillDay = {
  readonly verdict: BillVerdict['kind']
  /** Of a bill that was downloaded. */
  readonly reading?: BillReading
  /** Charges and refunds of that day that the ledger knows. */
  readonly knownCharges: number
  /** yyyyMMddHHmmss in China. */
  readonly now: string
}

/** Undefined where the bill agreed, and where it is to be asked for again without a word. */
export const classifyDay = ({ verdict, reading, knownCharges, now }: BillDay): BillClass | undefined => {
  if (verdict === 'none') return knownCharges > 0 ? 'no_bill_but_charged' : 'no_bill'
  if (reading?.agreed) return undefined
  if (reading && !isDamage(reading)) return 'unreadable'
  if (!isLateInDay(now)) return undefined
  return reading ? 'unreadable' : 'late_bill'
}

/** The bytes are not those that WeChat Pay spoke of: the next download may bring them. */
export const isDamage = ({ refusal }: BillReading & { readonly agreed: false }): boolean =>
  ['hash', 'lost', 'packed'].includes(refusal.reason)
