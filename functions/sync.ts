import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { clientSettings } from '../lib/aws/client.ts'
import { createMerchants } from '../lib/aws/merchants.ts'
import { readConfig } from '../lib/config.ts'
import type { Handled, Internal } from '../lib/lambda/handled.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import { LIMITS } from '../lib/order/limits.ts'
import { readPaidOrder } from '../lib/order/paid-order.ts'
import { syncReply } from '../lib/order/reply.ts'
import { readTrigger } from '../lib/order/trigger.ts'
import { syncVerdict } from '../lib/order/verdict.ts'
import { syncRequest } from '../lib/wechatpay/order-api.ts'
import { createSend } from '../lib/wechatpay/send.ts'
import { randomNonce, sendSigned } from '../lib/wechatpay/signed-call.ts'

const config = readConfig()
const merchants = createMerchants(new SecretsManagerClient(clientSettings), {
  prefix: config.secretsPrefix,
  maxAgeMs: config.secretMaxAgeMs,
})
const send = createSend(config.wechatpayOrigin, {
  timeoutMs: LIMITS.call,
  maxAnswerBytes: LIMITS.answerBytes,
  maxIdleMs: LIMITS.socketIdle,
})

/** One offline payment in, one signed sync call out. */
const sync = async (event: unknown): Promise<Handled> => {
  const { via, ...trigger } = readTrigger(event, Date.now())
  const { mchid, call, paid_time_clamped } = readPaidOrder({ via, ...trigger }, config.merchants, Date.now())
  const signer = await merchants.signer(call.mchid)

  const verdict = syncVerdict(
    call,
    await sendSigned(syncRequest(call), signer, { send, now: Date.now, nonce: randomNonce }),
  )

  if (verdict.status === 401) merchants.forget(call.mchid)
  const { kind, status, code, request_id } = verdict
  return {
    reply: syncReply(call, verdict),
    log: { via, mchid, out_order_no: call.out_order_no, verdict: kind, status, code, request_id, paid_time_clamped },
  }
}

export const handler = middy<unknown, unknown, Error, Context, Internal>()
  .use(logLine('sync'))
  .use(respond())
  .handler(sync)
