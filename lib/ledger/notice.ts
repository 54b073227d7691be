import type { Call } from '../wechatpay/order-api.ts'
import type { Cap } from './hourly-cap.ts'
import type { Labels } from './row.ts'

/** A payment notice that was checked, with its complete call: nothing has to be looked up before the call is sent. */
export type PaymentNotice = {
  /** The payee: a direct merchant or a sub-merchant. */
  readonly mchid: string
  readonly out_order_no: string
  readonly call: Call
  /**
   * SHA-256 of the call with paid_time as the POS stated it. It stays the same when a notice is sent again, even if the
   * clock of the POS is ahead and we therefore send another paid_time each time.
   */
  readonly call_hash: string
  /** The clock of the POS was ahead, so `paid_time` was set to now. */
  readonly paid_time_clamped: boolean
  /** ms */
  readonly noticed_at: number
  /** The order is queried before its first sync. */
  readonly mode?: 'check' | 'observe'
  /** What the customer paid offline, in fen. */
  readonly expected_amount?: number
  readonly labels?: Labels
  /** Into how many shards the signer's due rows are divided; absent for the usual number. */
  readonly shards?: number
  /** The counter of this payment and its limit, if the merchant has an hourly cap. */
  readonly cap?: Cap
}
