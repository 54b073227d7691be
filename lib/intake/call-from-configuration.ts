import type { Lookup } from '../config/served.ts'
import { InputError } from '../errors.ts'
import { hashCall, type Row, readRowKey } from '../ledger/row.ts'
import type { Call } from '../wechatpay/order-api.ts'
import { readQueryCall } from './payment-notice.ts'

/**
 * If the last answer blamed the deployment, returns the row with the call built from the present configuration: once
 * the configuration is corrected, the order continues without an operator. Returns any other row unchanged, and also a
 * row whose call would stay the same.
 */
export const renewedCall = (row: Row, merchants: Lookup): Row => {
  const verdict = row.last_error?.verdict
  if (verdict !== 'config' && verdict !== 'absent') return row
  const call = presentCall(row, merchants)
  const call_hash = call && hashCall(call, row.expected_amount)
  if (!call || call_hash === hashCall(row.call, row.expected_amount)) return row
  // call_hash of a clamped notice was made with the stated paid_time, which the row does not have, so it stays.
  return { ...row, call, call_hash: row.paid_time_clamped ? row.call_hash : (call_hash ?? row.call_hash) }
}

/**
 * The service and appid of the notice are kept while the configuration has them. If the service was configured wrongly,
 * the merchant's only service is used.
 */
const presentCall = ({ pk, call }: Row, merchants: Lookup): Call | undefined => {
  const key = readRowKey(pk)
  const { out_order_no, paid_time, service_id, appid } = call
  for (const stated of [{ service_id, appid }, { service_id }, {}]) {
    const found = undefinedOnInputError(() => readQueryCall(key, stated, merchants))
    if (found) return { ...found, out_order_no, paid_time }
  }
  return undefined
}

/** Undefined if the configuration no longer has the merchant or the service. */
const undefinedOnInputError = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}
