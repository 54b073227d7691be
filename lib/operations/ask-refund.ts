import type { Row } from '../ledger/row.ts'
import { afterRefund, nextRefund } from '../ledger/transitions/refund.ts'
import { refundRequest, refundVerdict } from '../wechatpay/refund-api.ts'
import { sendSigned } from '../wechatpay/signed-call.ts'
import { type CallResult, credentialVerdict, isLeaseOver, leaseOver, type OrderDeps, record } from './call-wechatpay.ts'
import { count, latency, rowFields, verdictFields } from './log-fields.ts'

/**
 * Asks WeChat Pay about the next refund of a double charge that this invocation has claimed, and records the result.
 * Never throws: whatever fails, the refund stays due.
 */
export const askRefund = async (row: Row, deps: OrderDeps): Promise<CallResult> => {
  const refund = nextRefund(row)
  if (!refund) return { row, log: { ...rowFields(row), step: 'refund', verdict: 'none noted' }, metrics: {} }
  const { mchid, sub_mchid } = row.call
  const key = { out_refund_no: refund.out_refund_no, ...(sub_mchid !== undefined && { sub_mchid }) }
  const signer = await deps.merchants.signer(mchid).catch(credentialVerdict)
  const startedAt = deps.now()
  if (!('kind' in signer) && isLeaseOver(row, startedAt)) return leaseOver('refund', row)
  const verdict =
    'kind' in signer
      ? signer
      : refundVerdict(key, row.transaction_id ?? '', await sendSigned(refundRequest(key), signer, deps))
  if (verdict.status === 401) deps.merchants.forget(mchid)
  const transition = afterRefund(row, refund, verdict, { now: deps.now(), random: deps.random() })
  const metrics = { ...count(`refund_${verdict.kind}`), ...latency(verdict, deps.now() - startedAt) }
  const log = { ...verdictFields('refund', verdict), out_refund_no: refund.out_refund_no }
  return record(transition, { row, log, metrics }, deps)
}
