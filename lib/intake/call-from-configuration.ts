import type { Merchant } from '../config/merchants.ts'
import { InputError } from '../errors.ts'
import { hashCall, type Row, readRowKey } from '../ledger/row.ts'
import type { Call } from '../wechatpay/order-api.ts'
import { readQueryCall } from './payment-notice.ts'

/**
 * A row whose last answer blamed the deployment, with the call as today's configuration has it: once that is mended,
 * the order goes on by itself. Any other row, and one that configuration has nothing new for, is given back as it is.
 */
export const renewedCall = (row: Row, merchants: ReadonlyMap<string, Merchant>): Row => {
  const verdict = row.last_error?.verdict
  if (verdict !== 'config' && verdict !== 'absent') return row
  const call = callNow(row, merchants)
  const call_hash = call && hashCall(call, row.expected_amount)
  if (!call || call_hash === hashCall(row.call, row.expected_amount)) return row
  // The hash of a call whose paid_time was altered is of the one that was stated: nobody knows it here.
  return { ...row, call, call_hash: row.paid_time_clamped ? row.call_hash : (call_hash ?? row.call_hash) }
}

/**
 * What the notice chose stays as long as configuration has it. The service may have been mistyped itself: then the
 * merchant's only one is meant.
 */
const callNow = ({ pk, call }: Row, merchants: ReadonlyMap<string, Merchant>): Call | undefined => {
  const key = readRowKey(pk)
  const { out_order_no, paid_time, service_id, appid } = call
  for (const asked of [{ service_id, appid }, { service_id }, {}]) {
    const found = attempt(() => readQueryCall(key, asked, merchants))
    if (found) return { ...found, out_order_no, paid_time }
  }
  return undefined
}

/** Undefined where configuration does not know the merchant or the service any more. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}
