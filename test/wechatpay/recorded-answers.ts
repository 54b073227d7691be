import type { RawAnswer } from '../../lib/wechatpay/answer.ts'
import { type AnswerParts, signedAnswer } from '../support/answers.ts'
import { rsaPair } from '../support/keys.ts'

export const PUBLIC_KEY_ID = 'PUB_KEY_ID_0119000001092026112400000000000001'
export const PLATFORM_SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'
export const MERCHANT_SERIAL = '0DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C'

export const wechatpay = rsaPair('WeChat Pay')
export const platform = rsaPair('WeChat Pay, platform certificate')
export const merchant = rsaPair('merchant')

/** WeChat Pay's keys as a merchant holds them while it goes from a certificate to a public key. */
export const wechatpayKeys = new Map([
  [PUBLIC_KEY_ID, wechatpay.publicKey],
  [PLATFORM_SERIAL, platform.publicKey],
])

/** 3.25 s after the answers were signed. */
export const NOW_MS = 1795487403_250

const fourFields =
  '{"appid": "wx0a1b2c3d4e5f6789", "mchid": "1900000109", "order_id": "15646546545165651651", "out_order_no": "1234323JKHDFE1243252"}'

const wholeOrder = `{
  "out_order_no" : "1234323JKHDFE1243252",
  "service_id" : "2002000000000558128851361561536",
  "appid" : "wx0a1b2c3d4e5f6789",
  "mchid" : "1900000109",
  "service_introduction" : "某某酒店",
  "state" : "DONE",
  "time_range" : { "start_time" : "20261123130000", "end_time" : "20261124100000" },
  "risk_fund" : { "name" : "DEPOSIT", "amount" : 10000, "description" : "酒店的押金" },
  "total_amount" : 40000,
  "need_collection" : true,
  "collection" : {
    "state" : "USER_PAID",
    "total_amount" : 40000,
    "paying_amount" : 0,
    "paid_amount" : 40000,
    "details" : [ { "seq" : 1, "amount" : 40000, "paid_type" : "MCH", "paid_time" : "20261124103000" } ]
  },
  "notify_url" : "https:\\/\\/pos.example.com\\/notify",
  "order_id" : "15646546545165651651",
  "openid" : "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
}
`

const refusal = '{"code": "INVALID_REQUEST", "message": "当前订单状态不合法"}'

const signed = { serial: PUBLIC_KEY_ID, timestamp: '1795487400', nonce: 'c5ac7061fccab6bf3e254dcf98995b8c' }

export type Recorded = {
  readonly kind: string
  readonly parts: AnswerParts
  readonly privateKey: typeof wechatpay.privateKey
  readonly answer: RawAnswer
}

const record = (kind: string, parts: AnswerParts, { privateKey } = wechatpay): Recorded => ({
  kind,
  parts,
  privateKey,
  answer: signedAnswer(parts, privateKey),
})

/** One answer of each kind, with the bodies' spaces and escapes as a server may choose them. */
export const recordedAnswers = [
  record('200 with four fields', { ...signed, status: 200, body: Buffer.from(fourFields) }),
  record('200 with the whole order', { ...signed, status: 200, body: Buffer.from(wholeOrder) }),
  record('signed 400', { ...signed, status: 400, serial: PLATFORM_SERIAL, body: Buffer.from(refusal) }, platform),
  record('204 without a body', { ...signed, status: 204, body: Buffer.alloc(0) }),
] as const
