import type { SignedResponse } from '../wechatpay/verdict.ts'
import { type NextCall, readRowKey } from './row.ts'

/** An answer that WeChat Pay signed, and what it answers. */
export type SignedAnswer = SignedResponse & {
  readonly answers: NextCall
  /** Of an answer about a refund alone. */
  readonly out_refund_no?: string
}

/**
 * The first byte of a packed answer. What follows are the lengths of three runs of bytes, which no compression makes
 * smaller; then these, of the signature, the nonce and the request id; then all the rest as text, deflated.
 */
const VERSION = 1
const HEAD_BYTES = 5
/** Set in a length: the bytes were written in capitals. */
const CAPITALS = 0x80

/** The hexadecimal digits with which a text begins, as bytes, and what follows them. */
const hexBegin = (text: string) => {
  const [small = ''] = /^(?:[0-9a-f]{2}){0,120}/.exec(text) ?? []
  const [capital = ''] = /^(?:[0-9A-F]{2}){0,120}/.exec(text) ?? []
  const digits = capital.length > small.length ? capital : small
  const length = (digits.length / 2) | (digits === small ? 0 : CAPITALS)
  return { length, bytes: Buffer.from(digits, 'hex'), rest: text.slice(digits.length) }
}

/**
 * The smallest form of an answer, for a row of the ledger. `unpackAnswer` gives back each character, so that the
 * signature verifies.
 * @param pk of the row: most answers repeat it, so it is left out
 */
export const packAnswer = (answer: SignedAnswer, pk: string): Uint8Array => {
  const { answers, out_refund_no = '', status, sent_at, serial, timestamp, nonce, request_id, signature, body } = answer
  const bytes = Buffer.from(signature, 'base64')
  const isBase64 = bytes.length < 65_536 && bytes.toString('base64') === signature
  const raw = isBase64 ? bytes : Buffer.alloc(0)
  const begin = { nonce: hexBegin(nonce), request_id: hexBegin(request_id ?? '') }
  const id = request_id === undefined ? null : begin.request_id.rest
  const members = [answers, out_refund_no, status, sent_at, serial, timestamp, begin.nonce.rest, id]
  const head = JSON.stringify(isBase64 ? members : [...members, signature])
  const { deflateRawSync } = process.getBuiltinModule('node:zlib')
  // JSON has no line break of its own, so the first one ends it.
  const text = deflateRawSync(`${head}\n${body}`, { level: 9, memLevel: 9, dictionary: dictionaryOf(pk) })
  // A plain Uint8Array, as the SDK gives what it reads.
  const lengths = [raw.length >> 8, raw.length & 0xff, begin.nonce.length, begin.request_id.length]
  const runs = [raw, begin.nonce.bytes, begin.request_id.bytes]
  return new Uint8Array(Buffer.concat([Buffer.from([VERSION, ...lengths]), ...runs, text]))
}

/** Throws if the bytes are none that `packAnswer` gave for this row. */
export const unpackAnswer = (packed: Uint8Array, pk: string): SignedAnswer => {
  const bytes = Buffer.from(packed)
  if (bytes[0] !== VERSION) throw new Error(`a packed answer of an unknown version: ${bytes[0]}`)
  let end = HEAD_BYTES
  const run = (length: number): Buffer => {
    end += length
    return bytes.subarray(end - length, end)
  }
  const hexRun = (length = 0): string => {
    const digits = run(length & ~CAPITALS).toString('hex')
    return length & CAPITALS ? digits.toUpperCase() : digits
  }
  const raw = run(bytes.readUInt16BE(1))
  const begin = { nonce: hexRun(bytes[3]), request_id: hexRun(bytes[4]) }
  const { inflateRawSync } = process.getBuiltinModule('node:zlib')
  const text = inflateRawSync(bytes.subarray(end), { dictionary: dictionaryOf(pk) }).toString('utf8')
  const at = text.indexOf('\n')
  const [answers, out_refund_no, status, sent_at, serial, timestamp, nonce, request_id, unusual] = JSON.parse(
    text.slice(0, at),
  )
  return {
    answers,
    ...(out_refund_no !== '' && { out_refund_no }),
    status,
    sent_at,
    serial,
    timestamp,
    nonce: `${begin.nonce}${nonce}`,
    ...(request_id !== null && { request_id: `${begin.request_id}${request_id}` }),
    signature: unusual ?? raw.toString('base64'),
    body: text.slice(at + 1),
  }
}

const dictionaryOf = (pk: string): Buffer => {
  const { mchid, out_order_no } = readRowKey(pk)
  return Buffer.from(`${DICTIONARY}"mchid":"${mchid}","out_order_no":"${out_order_no}","`)
}

/**
 * What answers of WeChat Pay have in common, as it writes them; what is most usual stands last. A change needs a new
 * version: rows hold what was packed with this one.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012587902
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012556615
 */
const DICTIONARY = [
  '"channel":"ORIGINAL","user_received_account":"',
  '","success_time":"20","create_time":"20","+08:00","status":"SUCCESS","funds_account":"AVAILABLE","amount":{"total":',
  ',"refund":,"from":[],"payer_total":,"payer_refund":,"settlement_total":,',
  '"currency":"CNY","refund_id":"503","out_refund_no":"","out_trade_no":"',
  '"post_payments":[{"name":"","amount":,"description":"","count":1}],"post_discounts":[],',
  '"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":,"description":"","time_range":{"start_time":"20',
  '","end_time":"20"},"location":{"start_location":"","end_location":""},',
  '"service_start_time":"20","service_start_location":"","service_introduction":"","fees":[{"fee_name":"","fee_count":1,"fee_amount":',
  '"risk_amount":,"finish_type":1,"pay_succ_time":"20","finish_transaction_id":"42000","state":"DOING","state_description":"',
  '"pay_type":"MchChannelPayType","sub_mchid":"","channel_id":"","sub_openid":"',
  '"attach":"","notify_url":"https://","order_id":"1","openid":"o","need_collection":true,"collection":{"state":"USER_PAID',
  '","total_amount":,"paying_amount":0,"paid_amount":,"details":[{"seq":1,"amount":,"paid_type":"NEWTON","paid_type":"MCH",',
  '"paid_time":"20","transaction_id":"42000"}]},"state":"USER_PAID","state":"DONE","total_amount":',
  '["refund","query","",204["sync","",200,17,"PUB_KEY_ID_0114","17","08"]\n{"appid":"wx","service_id":"00002000000000',
].join('')
