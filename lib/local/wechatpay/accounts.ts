import type { PaddingMix } from './bill-padding.ts'
import { type BillFault, type BillFaultPlan, createBills, type Pace, type Show } from './bills.ts'
import type { Merchants } from './merchants.ts'
import type { Orders } from './orders.ts'
import { createRefunds, type Refund, type RefundSeed, type RefundStatus } from './refunds.ts'
import { createTrades, type OrdinarySeed, type Trade } from './trades.ts'

/** What was paid and what went back, and the bills of it. */
export type Accounts = Pick<ReturnType<typeof createAccounts>, 'refunds' | 'bills'>

/** What happens to money beside the orders, and what can be wrong with a bill. */
export type AccountControls = {
  /** A customer pays by hand for something that is no order of WeChat Pay Score. Gives the transaction_id. */
  readonly ordinaryPayment: (seed: OrdinarySeed) => string
  readonly ordinaryPayments: () => readonly Trade[]
  /**
   * A refund as the merchant platform makes it. Throws where it would not be accepted: it is more than what is left of the
   * charge, or the charge is older than 365 days.
   */
  readonly refund: (seed: RefundSeed) => Refund
  readonly refunds: () => readonly Refund[]
  /** The bill of the day when it was accepted does not follow. */
  readonly setRefund: (out_refund_no: string, status: RefundStatus) => void
  /** The next bill has this fault, wherever it shows. Gives a function that removes it. */
  readonly billFault: (fault: BillFault, plan?: BillFaultPlan) => () => void
  /** From now on each bill begins with so many rows of payments that are in no history; they are never held in memory. */
  readonly padBill: (rows: number, mix?: PaddingMix) => void
  /** From now on the rows of a trade in a bill, and those of its refunds, show this in the columns that it names. */
  readonly showInBill: (of: Show | undefined) => void
  /** Makes the padding of the bill of a day, yyyyMMdd, before it is asked for: a long one takes longer than a caller waits. */
  readonly makeBill: (mchid: string, day: string) => void
  /** From now on each bill is sent as fast as this lets it: it is awaited before each piece, with the bytes so far. */
  readonly paceBill: (wait: Pace | undefined) => void
}

export type KeptAccounts = { readonly ordinaryPayments?: readonly Trade[]; readonly refunds?: readonly Refund[] }

export const createAccounts = (parts: {
  readonly merchants: Merchants
  readonly orders: Orders
  readonly now: () => number
  readonly origin: () => string
  readonly kept?: KeptAccounts
}) => {
  const { merchants, orders, now, origin, kept = {} } = parts
  const trades = createTrades(orders, now, kept.ordinaryPayments)
  const refunds = createRefunds(trades, now, kept.refunds)
  const bills = createBills({ trades, refunds, now, origin })
  const controls: AccountControls = {
    ordinaryPayment: (seed) => {
      const [appid = ''] = merchants.get(seed.mchid).services.values()
      return trades.addOrdinary(seed, appid).transaction_id
    },
    ordinaryPayments: trades.ordinary,
    refund: refunds.add,
    refunds: refunds.all,
    setRefund: refunds.setStatus,
    billFault: bills.fault,
    padBill: bills.pad,
    showInBill: bills.show,
    makeBill: (mchid, day) => bills.make(merchants.get(mchid), day),
    paceBill: bills.pace,
  }
  return { refunds, bills, controls }
}
