import type { Call } from '../wechatpay/order-api.ts'
import type { Cap } from './hourly-cap.ts'
import type { Labels } from './row.ts'

/** An offline payment that was handed over, checked and resolved: the call is whole before any I/O. */
export type PaymentNotice = {
  /** Who was to be paid: a direct merchant, or a sub-merchant. */
  readonly mchid: string
  readonly out_order_no: string
  readonly call: Call
  /**
   * SHA-256 of the call with paid_time as it was stated: it stays the same when a notice comes again, even where a
   * fast clock makes us send another paid_time each time.
   */
  readonly call_hash: string
  /** The till's clock was ahead and `paid_time` was set to now. */
  readonly paid_time_clamped: boolean
  /** ms */
  readonly noticed_at: number
  /** The order is asked about before its first sync. */
  readonly mode?: 'check' | 'observe'
  /** What the customer paid at the till, fen. */
  readonly expected_amount?: number
  readonly labels?: Labels
  /** Where it is counted, and how many the merchant allows there. */
  readonly cap?: Cap
}
