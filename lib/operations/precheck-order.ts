import { precheckReply } from '../views/precheck.ts'
import { queryVerdict } from '../wechatpay/classify-answer.ts'
import { type Call, queryRequest } from '../wechatpay/order-api.ts'
import { sendSigned } from '../wechatpay/signed-call.ts'
import type { WechatPayDeps } from './call-wechatpay.ts'
import type { Replied } from './result.ts'

/**
 * Queries WeChat Pay for the state of an order, for a cashier who is about to take money. One signed query; writes
 * nothing.
 */
export const precheckOrder = async (call: Call, deps: WechatPayDeps): Promise<Replied> => {
  const signer = await deps.merchants.signer(call.mchid)
  const verdict = queryVerdict(call, await sendSigned(queryRequest(call), signer, deps))
  if (verdict.status === 401) deps.merchants.forget(call.mchid)
  const { kind, status, code, request_id } = verdict
  return {
    reply: precheckReply(call, verdict),
    log: { via: 'check', mchid: call.mchid, out_order_no: call.out_order_no, verdict: kind, status, code, request_id },
  }
}
