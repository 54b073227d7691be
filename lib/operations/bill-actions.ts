import { type LedgerReader, READ_BATCH } from '../aws/ledger-reader.ts'
import type { BookRow } from '../ledger/row.ts'
import { askForBill, noteRefundOfBill, noteTransaction } from '../ledger/transitions/bill.ts'
import { isCase } from '../ledger/transitions/case-index.ts'
import type { Transition } from '../ledger/transitions/transition.ts'
import { type LedgerDeps, publishDueNow } from './call-wechatpay.ts'

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
  /** A signer's double charges that are not settled. */
  readonly openCases: (signer: string) => AsyncIterable<BookRow>
  /** The case that knows this transaction. */
  readonly caseByTransaction: (signer: string, transaction_id: string) => Promise<BookRow | undefined>
}

/** How long the list of a signer's cases is used again: a bill may have a refund in every line. */
const CASES_MAX_AGE = 60_000

export const createBillActions = (reader: Pick<LedgerReader, 'readMany' | 'cases'>, deps: LedgerDeps): BillActions => {
  const follow = async (transition: Transition | undefined): Promise<FollowedUp> => {
    if (!transition) return 'not needed'
    const applied = await deps.ledger.apply(transition)
    if (!applied) return 'changed'
    await publishDueNow(applied.row, deps)
    return 'asked'
  }

  const openCases = async function* (signer: string): AsyncGenerator<BookRow> {
    for await (const page of reader.cases(signer))
      for (let at = 0; at < page.length; at += READ_BATCH) {
        const rows = await reader.readMany(page.slice(at, at + READ_BATCH).map(({ pk }) => pk))
        // The index may still have a case that was settled.
        for (const row of rows.values()) if (isCase(row)) yield row
      }
  }

  const listed = new Map<string, { readonly at: number; readonly pks: Promise<ReadonlyMap<string, string>> }>()
  const pkByTransaction = (signer: string): Promise<ReadonlyMap<string, string>> => {
    const known = listed.get(signer)
    if (known && deps.now() - known.at < CASES_MAX_AGE) return known.pks
    const pks = listCases(signer, reader)
    listed.set(signer, { at: deps.now(), pks })
    return pks
  }

  return {
    askOrder: (row, day) => follow(askForBill(row, day, deps.now())),
    askRefund: (row, { out_refund_no }) => follow(noteRefundOfBill(row, out_refund_no, deps.now())),
    noteTransaction: (row, { transaction_id, amount }) => follow(noteTransaction(row, transaction_id, amount)),
    openCases,
    caseByTransaction: async (signer, transaction_id) => {
      const pk = (await pkByTransaction(signer)).get(transaction_id)
      return pk === undefined ? undefined : (await reader.readMany([pk])).get(pk)
    },
  }
}

const listCases = async (signer: string, reader: Pick<LedgerReader, 'cases'>): Promise<ReadonlyMap<string, string>> => {
  const pks = new Map<string, string>()
  for await (const page of reader.cases(signer))
    for (const { pk, transaction_id = '' } of page) for (const number of transaction_id.split(',')) pks.set(number, pk)
  return pks
}
