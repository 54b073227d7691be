import type { BookRow } from '../ledger/row.ts'

/** What became of a follow-up. `changed`: somebody wrote the row meanwhile, and its line must be classed again. */
export type FollowedUp = 'asked' | 'not needed' | 'changed'

/**
 * What a day's bill may do to the ledger, each of which may be done twice. `row` is as it was read before its line was
 * classed, so a write checks that it did not change since. None of them says that anything was charged or refunded: that
 * is for WeChat Pay's signed answer.
 */
export type BillActions = {
  /** The order is queried now. Not needed where it was asked for this day's bill before. @param day yyyyMMdd of the bill */
  readonly askOrder: (row: BookRow, day: string) => Promise<FollowedUp>
  /** The refund's number is noted, and the refund is queried now. */
  readonly askRefund: (
    row: BookRow,
    refund: { readonly out_refund_no: string; readonly transaction_id: string },
  ) => Promise<FollowedUp>
  /** The charge of a case that had no number to refund by. `amount` is in fen. */
  readonly noteTransaction: (
    row: BookRow,
    charge: { readonly transaction_id: string; readonly amount: number },
  ) => Promise<FollowedUp>
  /** The merchant's double charges that are not settled. */
  readonly openCases: (mchid: string) => AsyncIterable<BookRow>
  /** The case that knows this transaction. */
  readonly caseByTransaction: (mchid: string, transaction_id: string) => Promise<BookRow | undefined>
}

/** Until the transitions are there: nothing of a bill is acted on. */
export const createBillActions = (): BillActions => ({
  askOrder: async () => 'not needed',
  askRefund: async () => 'not needed',
  noteTransaction: async () => 'not needed',
  openCases: async function* () {},
  caseByTransaction: async () => undefined,
})
