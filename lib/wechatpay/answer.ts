import type { KeyObject } from 'node:crypto'
import { LIMITS } from '../limits.ts'
import { verify } from './signature.ts'
import { stringToVerify } from './signed-message.ts'

/** An answer as received: header values as Node decodes them, the bytes of the body unchanged. */
export type RawAnswer = {
  readonly status: number
  /** Names and values alternately, as in `http.IncomingMessage#rawHeaders`. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/**
 * The signature of WeChat Pay, with what is needed to check it again: these members, the body and the key of that
 * serial.
 */
export type AnswerSignature = {
  readonly serial: string
  readonly timestamp: string
  readonly nonce: string
  readonly signature: string
}

/** Why an answer cannot be trusted to come from WeChat Pay. */
export type Distrust = 'header' | 'timestamp' | 'stale' | 'serial' | 'signature'

export type Trust =
  | { readonly verified: true; readonly signed: AnswerSignature }
  | { readonly verified: false; readonly reason: Distrust }

/** The value of a header, by its name in lower case; undefined when it is missing, empty or present twice. */
export const header = ({ rawHeaders }: Pick<RawAnswer, 'rawHeaders'>, name: string): string | undefined => {
  // Stryker disable next-line OptionalChaining: equivalent - only an odd i comes here, so there is one before it; the types do not know that
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

/**
 * Checks that WeChat Pay signed the answer, the cheapest check first. `keys` are the public keys of WeChat Pay by their
 * id.
 */
export const verifyAnswer = (answer: RawAnswer, keys: ReadonlyMap<string, KeyObject>, nowMs: number): Trust => {
  const serial = header(answer, 'wechatpay-serial')
  const timestamp = header(answer, 'wechatpay-timestamp')
  const nonce = header(answer, 'wechatpay-nonce')
  const signature = header(answer, 'wechatpay-signature')
  if (!serial || !timestamp || !nonce || !signature) return distrust('header')
  // Node accepts no line break in a header. With one in the nonce, the first lines of a body could be passed off as
  // part of the nonce.
  if (nonce.includes('\n')) return distrust('header')
  if (!/^\d{10}$/.test(timestamp)) return distrust('timestamp')
  if (Math.abs(nowMs - Number(timestamp) * 1000) > LIMITS.signatureWindow) return distrust('stale')
  const key = keys.get(serial)
  if (!key) return distrust('serial')
  if (!verify(stringToVerify(timestamp, nonce, answer.body), signature, key)) return distrust('signature')
  return { verified: true, signed: { serial, timestamp, nonce, signature } }
}

const distrust = (reason: Distrust): Trust => ({ verified: false, reason })
