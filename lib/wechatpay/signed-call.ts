import { type KeyObject, randomBytes } from 'node:crypto'
import { header, type RawAnswer, type Trust, verifyAnswer } from './answer.ts'
import { authorizationHeader } from './authorization.ts'
import type { Request } from './order-api.ts'
import type { Send, Sent } from './send.ts'
import { sign } from './signature.ts'
import { stringToSign } from './signed-message.ts'

/** The keys of a signing merchant: its own to sign, and WeChat Pay's to verify answers. */
export type Signer = {
  readonly mchid: string
  /** Serial of the merchant's certificate, 40 hex. */
  readonly serial_no: string
  readonly privateKey: KeyObject
  /** End of the merchant's certificate, in ms: WeChat Pay accepts no signature after it. */
  readonly notAfter?: number
  /** WeChat Pay's public keys by id; the request asks for an answer signed with the first one. */
  readonly wechatpayKeys: ReadonlyMap<string, KeyObject>
}

/** The result of a signed call. `sent_at` is in ms. Only a `verified` answer was signed by WeChat Pay. */
export type Outcome =
  | { readonly kind: 'unsent' | 'lost'; readonly reason: string; readonly sent_at: number }
  | ({ readonly kind: 'answered'; readonly sent_at: number; readonly request_id?: string } & Omit<
      RawAnswer,
      'rawHeaders'
    > &
      Trust)

export type CallDeps = { readonly send: Send; readonly now: () => number; readonly nonce: () => string }

/** 32 characters of `[0-9A-F]` from the system's cryptographic random generator. */
export const randomNonce = (): string => randomBytes(16).toString('hex').toUpperCase()

/** Signs a request, sends it once and verifies the answer. Never throws because of the network. */
export const sendSigned = async (
  request: Request,
  signer: Signer,
  { send, now, nonce }: CallDeps,
): Promise<Outcome> => {
  const sent_at = now()
  const headers = signedHeaders(request, signer, sent_at, nonce())
  return outcome(await send({ ...request, headers }), signer, sent_at, now())
}

/** The headers of a request that is signed now, by WeChat Pay's scheme. */
export const signedHeaders = (
  request: Request,
  signer: Signer,
  nowMs: number,
  nonce: string,
): Readonly<Record<string, string>> => {
  const parts = { ...request, timestamp: String(Math.floor(nowMs / 1000)), nonce }
  const authorization = authorizationHeader({
    mchid: signer.mchid,
    nonce_str: parts.nonce,
    signature: sign(stringToSign(parts), signer.privateKey),
    timestamp: parts.timestamp,
    serial_no: signer.serial_no,
  })
  const [askedKeyId = ''] = signer.wechatpayKeys.keys()
  return {
    Authorization: authorization,
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'User-Agent': 'payscore-sync',
    'Wechatpay-Serial': askedKeyId,
  }
}

const outcome = (sent: Sent, signer: Signer, sent_at: number, received_at: number): Outcome => {
  if (sent.kind !== 'answered') return { ...sent, sent_at }
  const { status, body } = sent.answer
  const request_id = header(sent.answer, 'request-id')
  const trust = verifyAnswer(sent.answer, signer.wechatpayKeys, received_at)
  return { kind: 'answered', sent_at, status, body, ...(request_id && { request_id }), ...trust }
}
