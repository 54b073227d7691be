import { msOfChinaTime } from './paid-time.ts'
import type { Trade, Trades } from './trades.ts'

export type RefundStatus = 'SUCCESS' | 'PROCESSING' | 'ABNORMAL' | 'CLOSED'

export type Refund = {
  readonly trade: Trade
  readonly out_refund_no: string
  readonly refund_id: string
  /** Fen. */
  readonly amount: number
  /** When it was accepted, ms. */
  readonly acceptedAt: number
  /** As it was when it was accepted: a bill never tells more. */
  readonly acceptedAs: RefundStatus
  status: RefundStatus
  /** When the money was back, ms. */
  succeededAt: number | undefined
  /** Members that replace those of answers about it. */
  readonly shows?: Readonly<Record<string, unknown>>
}

export type RefundSeed = {
  /** Who signed for the trade. */
  readonly mchid: string
  readonly transaction_id: string
  readonly out_refund_no: string
  /** Fen. */
  readonly amount: number
  /** By default `PROCESSING`: accepted is not refunded. */
  readonly status?: RefundStatus
  /** Members that replace those of answers about it. */
  readonly shows?: Readonly<Record<string, unknown>>
}

export type Refunds = {
  readonly all: () => readonly Refund[]
  readonly find: (mchid: string, sub_mchid: string | undefined, out_refund_no: string) => Refund | undefined
  /** Throws where WeChat Pay would not accept it. */
  readonly add: (seed: RefundSeed) => Refund
  readonly setStatus: (out_refund_no: string, status: RefundStatus) => void
}

export const OUT_REFUND_NO = /^[0-9A-Za-z_\-|*@]{1,64}$/

const DAY_MS = 86_400_000
const LAST_DAY = 365
const MOST_PARTS = 50

/**
 * Refunds as the merchant platform makes them. No API here makes one.
 * @param kept refunds of an earlier run
 */
export const createRefunds = (trades: Trades, now: () => number, kept: readonly Refund[] = []): Refunds => {
  const refunds = kept.map((refund) => ({ ...refund }))

  const find = (mchid: string, sub_mchid: string | undefined, out_refund_no: string) =>
    refunds.find(
      ({ trade, ...refund }) =>
        trade.mchid === mchid && trade.sub_mchid === sub_mchid && refund.out_refund_no === out_refund_no,
    )

  /** Why a refund is not accepted. */
  const flawOf = (trade: Trade, { out_refund_no, amount }: RefundSeed): string | undefined => {
    const parts = refunds.filter(
      (part) => part.trade.transaction_id === trade.transaction_id && part.status !== 'CLOSED',
    )
    const given = parts.reduce((sum, part) => sum + part.amount, 0)
    if (!OUT_REFUND_NO.test(out_refund_no)) return 'its number is none'
    if (find(trade.mchid, trade.sub_mchid, out_refund_no)) return 'its number is used already'
    if (!Number.isSafeInteger(amount) || amount < 1) return 'its amount is none'
    if (given + amount > trade.amount) return `it is more than what is left of the charge, ${trade.amount - given}`
    if (parts.length >= MOST_PARTS) return `a charge goes back in ${MOST_PARTS} parts at most`
    if (now() - msOfChinaTime(trade.paid_time) > LAST_DAY * DAY_MS) return `the charge is older than ${LAST_DAY} days`
    return undefined
  }

  const add = (seed: RefundSeed): Refund => {
    const { mchid, transaction_id, out_refund_no, amount, status = 'PROCESSING', shows } = seed
    const trade = trades.find(mchid, transaction_id)
    if (trade === undefined) throw new TypeError(`${mchid} has no transaction ${transaction_id}`)
    const flaw = flawOf(trade, seed)
    if (flaw !== undefined) throw new TypeError(`refund ${out_refund_no} is not accepted: ${flaw}`)
    const refund: Refund = {
      trade,
      out_refund_no,
      refund_id: `5030${trade.paid_time.slice(0, 8)}${String(refunds.length + 1).padStart(16, '0')}`,
      amount,
      acceptedAt: now(),
      acceptedAs: status,
      status,
      succeededAt: status === 'SUCCESS' ? now() : undefined,
      ...(shows && { shows }),
    }
    refunds.push(refund)
    return refund
  }

  return {
    all: () => [...refunds],
    find,
    add,
    setStatus: (out_refund_no, status) => {
      const [refund, other] = refunds.filter((one) => one.out_refund_no === out_refund_no)
      if (refund === undefined) throw new TypeError(`WeChat Pay has no refund ${out_refund_no}`)
      if (other !== undefined) throw new TypeError(`two merchants have a refund ${out_refund_no}`)
      refund.status = status
      refund.succeededAt = status === 'SUCCESS' ? now() : undefined
    },
  }
}
