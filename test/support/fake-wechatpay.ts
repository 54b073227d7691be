import type { Send, SendRequest, Sent } from '../../lib/wechatpay/send.ts'
import type { Signer } from '../../lib/wechatpay/signed-call.ts'
import { signedAnswer } from './answers.ts'
import { rsaPair } from './keys.ts'
import { NOW } from './orders.ts'

const WECHATPAY_KEY_ID = 'PUB_KEY_ID_0119000001092026110100000000000000'

/** The key of the merchant of ORDER, and the key of the fake WeChat Pay. */
export const SIGNER: Signer = {
  mchid: '1900000109',
  serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  privateKey: rsaPair('merchant').privateKey,
  wechatpayKeys: new Map([[WECHATPAY_KEY_ID, rsaPair('wechatpay').publicKey]]),
}

/** A response that WeChat Pay signs at the given moment. */
export const answered = (status: number, body: string, nowMs = NOW, nonce = 'N0NCE'): Sent => {
  const timestamp = String(Math.floor(nowMs / 1000))
  const parts = { status, serial: WECHATPAY_KEY_ID, timestamp, nonce, body: Buffer.from(body) }
  return { kind: 'answered', answer: signedAnswer(parts, rsaPair('wechatpay').privateKey) }
}

/** The same response with another signature of the same length. */
export const forged = (sent: Sent): Sent => {
  if (sent.kind !== 'answered') return sent
  const { rawHeaders } = sent.answer
  const at = rawHeaders.indexOf('Wechatpay-Signature') + 1
  const other = rawHeaders.with(at, Buffer.alloc(256, 1).toString('base64'))
  return { kind: 'answered', answer: { ...sent.answer, rawHeaders: other } }
}

const PARTIES = '"appid":"wxd678efh567hg6787","mchid":"1900000109","out_order_no":"1234323JKHDFE1243252"'

/** The order as a query returns it, with these members, signed at the given moment. */
export const orderSays = (members: string, nowMs = NOW): Sent => answered(200, `{${PARTIES},${members}}`, nowMs)

/** Signed responses of WeChat Pay about ORDER. */
export const SAYS = {
  taken: answered(200, `{${PARTIES},"order_id":"15646546545165651651"}`),
  paidToMerchant: answered(200, `{${PARTIES},"state":"USER_PAID","pay_type":"MchChannelPayType"}`),
  charged: answered(200, `{${PARTIES},"state":"USER_PAID","total_amount":3900,"finish_transaction_id":"42000004"}`),
  waitsForPayment: answered(200, `{${PARTIES},"state":"FINISHED"}`),
  notCompleted: answered(200, `{${PARTIES},"state":"USER_ACCEPTED"}`),
  parameterWrong: answered(400, '{"code":"PARAM_ERROR","message":"参数错误"}'),
  alreadyDone: answered(400, '{"code":"ORDER_DONE","message":"订单已完成"}'),
  signatureWrong: answered(401, '{"code":"SIGN_ERROR","message":"签名错误"}'),
} as const

export const NO_ANSWER: Sent = { kind: 'lost', reason: 'ETIMEDOUT' }

/** Sends nothing: each request is recorded, and gets `wechatpay.says`, which a test may set. */
export const fakeSend = (says: Sent) => {
  const wechatpay = { says }
  const sent: SendRequest[] = []
  const send: Send = async (request) => {
    sent.push(request)
    return wechatpay.says
  }
  return { send, sent, wechatpay }
}
