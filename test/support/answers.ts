import { createSign, type KeyObject } from 'node:crypto'
import type { RawAnswer } from '../../lib/wechatpay/answer.ts'

/** A response before it is signed with WeChat Pay's key. */
export type AnswerParts = {
  readonly status: number
  readonly serial: string
  readonly timestamp: string
  readonly nonce: string
  readonly body: Buffer
}

/** A response with the headers of a real one. It is signed here, independently of the code under test. */
export const signedAnswer = (parts: AnswerParts, privateKey: KeyObject): RawAnswer => {
  const { status, serial, timestamp, nonce, body } = parts
  const signature = createSign('sha256')
    .update(`${timestamp}\n${nonce}\n`)
    .update(body)
    .update('\n')
    .sign(privateKey, 'base64')
  const rawHeaders = [
    ['Server', 'nginx'],
    ['Content-Type', 'application/json; charset=utf-8'],
    ['Request-Id', '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0'],
    ['Wechatpay-Nonce', nonce],
    ['Wechatpay-Signature', signature],
    ['Wechatpay-Timestamp', timestamp],
    ['Wechatpay-Serial', serial],
    ['Wechatpay-Signature-Type', 'WECHATPAY2-SHA256-RSA2048'],
  ].flat()
  return { status, rawHeaders, body }
}
