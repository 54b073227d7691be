import { createSign, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'

/** A key with which WeChat Pay signs. */
export type WechatpayKey = {
  /** `PUB_KEY_ID_…` of a public key, or the serial number (40 hexadecimal digits) of a platform certificate. */
  readonly id: string
  /** What merchants configure: a public key or a certificate. */
  readonly publicKeyPem: string
  readonly privateKey: KeyObject
}

/** The values of the four `Wechatpay-…` headers of a response. */
export type AnswerSignature = {
  readonly timestamp: string
  readonly nonce: string
  readonly signature: string
  readonly serial: string
}

/** A body with `padding` spaces after its text, too many to keep in memory. */
export type PaddedBody = { readonly text: string; readonly padding: number }

const SPACES = Buffer.alloc(1 << 20, ' ')

/** The padding in pieces, to keep memory use low. */
export function* spaces(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= SPACES.length) yield left < SPACES.length ? SPACES.subarray(0, left) : SPACES
}

const stamp = (atMs: number) => ({
  timestamp: String(Math.floor(atMs / 1000)),
  nonce: randomBytes(16).toString('hex').toUpperCase(),
})

const messageOf = (body: string, { timestamp, nonce }: ReturnType<typeof stamp>): Buffer =>
  Buffer.from(`${timestamp}\n${nonce}\n${body}\n`)

/** Signs `timestamp\nnonce\nbody\n` (验签名串). Without a body, the third line is empty. */
export const signAnswer = (body: string, atMs: number, { id, privateKey }: WechatpayKey): AnswerSignature => {
  const stamped = stamp(atMs)
  const signature = sign('RSA-SHA256', messageOf(body, stamped), privateKey)
  return { ...stamped, signature: signature.toString('base64'), serial: id }
}

const signOnAnotherThread = promisify(sign)

/** The same, while this thread goes on. */
export const signAnswerLater = async (
  body: string,
  atMs: number,
  { id, privateKey }: WechatpayKey,
): Promise<AnswerSignature> => {
  const stamped = stamp(atMs)
  const signature = await signOnAnotherThread('RSA-SHA256', messageOf(body, stamped), privateKey)
  return { ...stamped, signature: signature.toString('base64'), serial: id }
}

/** The same for a body that is too long for one string. */
export const signPaddedAnswer = (body: PaddedBody, atMs: number, { id, privateKey }: WechatpayKey): AnswerSignature => {
  const { timestamp, nonce } = stamp(atMs)
  const signer = createSign('RSA-SHA256').update(`${timestamp}\n${nonce}\n${body.text}`)
  for (const piece of spaces(body.padding)) signer.update(piece)
  return { timestamp, nonce, signature: signer.update('\n').sign(privateKey, 'base64'), serial: id }
}
