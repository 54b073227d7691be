import type { KeyObject } from 'node:crypto'
import { LIMITS } from '../limits.ts'
import { verify } from './signature.ts'
import { stringToVerify } from './signed-message.ts'

/** An answer as received: header text as HTTP carried it, body bytes untouched. */
export type RawAnswer = {
  readonly status: number
  /** Names and values in turn, as `http.IncomingMessage#rawHeaders`. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** What WeChat Pay's signature was made with and over; with the body it can be checked again by anybody. */
export type AnswerSignature = {
  readonly serial: string
  readonly timestamp: string
  readonly nonce: string
  readonly signature: string
}

/** Why an answer is not WeChat Pay's word. */
export type Distrust = 'header' | 'timestamp' | 'stale' | 'serial' | 'signature'

export type Trust =
  | { readonly verified: true; readonly signed: AnswerSignature }
  | { readonly verified: false; readonly reason: Distrust }

/** The one value of a header, whatever the case of its name; undefined when missing, empty or given twice. */
export const header = ({ rawHeaders }: Pick<RawAnswer, 'rawHeaders'>, name: string): string | undefined => {
  // Stryker disable next-line OptionalChaining: equivalent - only an odd i comes here, so there is one before it; the types do not know that
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

/** Is this WeChat Pay's own word? Checked from cheap to dear. `keys` are WeChat Pay's, by their id. */
export const verifyAnswer = (answer: RawAnswer, keys: ReadonlyMap<string, KeyObject>, nowMs: number): Trust => {
  const serial = header(answer, 'wechatpay-serial')
  const timestamp = header(answer, 'wechatpay-timestamp')
  const nonce = header(answer, 'wechatpay-nonce')
  const signature = header(answer, 'wechatpay-signature')
  if (!serial || !timestamp || !nonce || !signature) return distrust('header')
  // HTTP carries no line break in a header; with one, lines of the body could pass for the end of the nonce.
  if (nonce.includes('\n')) return distrust('header')
  if (!/^\d{10}$/.test(timestamp)) return distrust('timestamp')
  if (Math.abs(nowMs - Number(timestamp) * 1000) > LIMITS.signatureWindow) return distrust('stale')
  const key = keys.get(serial)
  if (!key) return distrust('serial')
  if (!verify(stringToVerify(timestamp, nonce, answer.body), signature, key)) return distrust('signature')
  return { verified: true, signed: { serial, timestamp, nonce, signature } }
}

const distrust = (reason: Distrust): Trust => ({ verified: false, reason })
