import { isRefundUrgent } from '../../bill/classify.ts'
import { daysBetween } from '../../china-time.ts'
import { type Advice, adviceOf } from '../../ledger/advice.ts'
import { type BookRow, type OrderKey, type Refund, readRowKey } from '../../ledger/row.ts'
import { caseDay, paidDay } from '../found.ts'

/** A double charge that is not settled, as people are told of it: nothing in it names a customer. */
export type OpenCase = OrderKey & {
  readonly shop_id?: string
  /** What WeChat Pay charged, in fen. */
  readonly amount?: number
  readonly transaction_id?: string
  /** The day of the payment at the till, yyyyMMdd. */
  readonly paid: string
  /** Days in China since the double charge is known. */
  readonly days: number
  /** Little time is left to refund it through WeChat Pay. */
  readonly isUrgent: boolean
  readonly refunds: readonly Pick<Refund, 'out_refund_no' | 'status'>[]
  readonly advice: Advice
}

/** @param today yyyyMMdd in China */
export const openCaseOf = (row: BookRow, today: string): OpenCase => {
  const { pk, shop_id, amount, transaction_id, refunds = [] } = row
  const paid = paidDay(row)
  return {
    ...readRowKey(pk),
    ...(shop_id !== undefined && { shop_id }),
    ...(amount !== undefined && { amount }),
    ...(transaction_id !== undefined && { transaction_id }),
    paid,
    days: daysBetween(caseDay(row), today),
    isUrgent: isRefundUrgent(paid, today),
    refunds: refunds.map(({ out_refund_no, status }) => ({ out_refund_no, ...(status && { status }) })),
    advice: adviceOf(row),
  }
}

/** Oldest first; of the same day by merchant and order number, so that a list is the same however it was read. */
export const oldestFirst = (cases: readonly OpenCase[]): readonly OpenCase[] =>
  cases.toSorted((a, b) => b.days - a.days || compare(a.mchid, b.mchid) || compare(a.out_order_no, b.out_order_no))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export type CaseTotals = {
  readonly open: number
  /** In fen. A charge whose sum is not known counts as nothing. */
  readonly amount: number
  readonly oldest_days: number
}

export const totalsOf = (cases: readonly OpenCase[]): CaseTotals => ({
  open: cases.length,
  amount: cases.reduce((sum, { amount = 0 }) => sum + amount, 0),
  oldest_days: cases.reduce((oldest, { days }) => Math.max(oldest, days), 0),
})

/** The cases by what is to be done about them, each list in the order of the cases. */
export const byAdvice = (cases: readonly OpenCase[]): readonly (readonly [Advice, readonly OpenCase[]])[] => [
  ...Map.groupBy(cases, ({ advice }) => advice),
]
