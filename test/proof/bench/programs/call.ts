import { LIMITS } from '../../../../lib/limits.ts'
import { readMerchantSecret } from '../../../../lib/wechatpay/merchant-secret.ts'
import { syncRequest } from '../../../../lib/wechatpay/order-api.ts'
import { createSend } from '../../../../lib/wechatpay/send.ts'
import { randomNonce, sendSigned } from '../../../../lib/wechatpay/signed-call.ts'
import { WORK } from '../work.ts'

// Our WeChat call alone, for comparison with other clients.
const signer = readMerchantSecret(process.env.BENCH_SECRET ?? '', WORK.mchid)
const send = createSend(new URL(process.env.WECHATPAY_ORIGIN ?? ''), {
  timeoutMs: LIMITS.call,
  maxAnswerBytes: LIMITS.answerBytes,
  maxIdleMs: LIMITS.socketIdle,
})

export const once = async (): Promise<void> => {
  const outcome = await sendSigned(syncRequest(WORK), signer, { send, now: Date.now, nonce: randomNonce })
  if (outcome.kind !== 'answered' || !outcome.verified) throw new Error('the answer is not verified')
  JSON.parse(outcome.body.toString())
}
