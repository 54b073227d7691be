import { verify } from 'node:crypto'
import type { Merchant, Merchants } from './merchants.ts'
import type { RefusalName } from './refusals.ts'

const SCHEME = 'WECHATPAY2-SHA256-RSA2048'
const MEMBERS = ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const

type Authorization = { readonly [Name in (typeof MEMBERS)[number]]: string }

/** The five members, each once, in double quotes, in any order, separated only by commas. */
const parseAuthorization = (header: string): Authorization | undefined => {
  const found = new Map<string, string>()
  for (const part of header.slice(SCHEME.length + 1).split(',')) {
    const [, name, value] = /^([a-z_]+)="([^"]+)"$/.exec(part) ?? []
    if (name === undefined || value === undefined || found.has(name)) return undefined
    found.set(name, value)
  }
  const [mchid, nonce_str, signature, timestamp, serial_no] = MEMBERS.map((name) => found.get(name))
  if (mchid === undefined || nonce_str === undefined || signature === undefined) return undefined
  if (timestamp === undefined || serial_no === undefined || found.size !== MEMBERS.length) return undefined
  return { mchid, nonce_str, signature, timestamp, serial_no }
}

/** The mchid in an Authorization header, not verified; '' if there is none. */
export const claimedMchid = (header: string | undefined): string => /[ ,]mchid="([^"]+)"/.exec(header ?? '')?.[1] ?? ''

export type SignedParts = {
  readonly method: string
  /** Path and query as received. */
  readonly target: string
  readonly body: string
}

export type Stranger = { readonly refusal: RefusalName; readonly detail?: object }

/** How many characters of the body a refusal repeats. */
const SHOWN_BODY_LENGTH = 8

/** The 签名串 that WeChat Pay expects, for a developer to compare. */
const signInformation = (head: string, { method, target, body }: SignedParts) => ({
  detail: { issue: 'sign not match' },
  field: 'signature',
  location: 'authorization',
  sign_information: {
    method,
    sign_message_length: Buffer.byteLength(`${head}${body}\n`),
    truncated_sign_message: `${head}${body.slice(0, SHOWN_BODY_LENGTH)}\n`,
    url: target,
  },
})

const WINDOW_SECONDS = 300

/** Nonces are kept while their timestamp may be valid: at most two windows. */
const createNonces = () => {
  const lifeSeconds = 2 * WINDOW_SECONDS
  let current = new Set<string>()
  let previous = new Set<string>()
  let turnAt = 0
  const turn = (nowSeconds: number) => {
    if (nowSeconds < turnAt) return
    previous = nowSeconds < turnAt + lifeSeconds ? current : new Set()
    current = new Set()
    turnAt = nowSeconds + lifeSeconds
  }
  /** True the first time only. */
  return (nonce: string, nowSeconds: number): boolean => {
    turn(nowSeconds)
    if (current.has(nonce) || previous.has(nonce)) return false
    current.add(nonce)
    return true
  }
}

/** Strict base64: Buffer.from would accept invalid characters. */
const strictBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/**
 * Verifies who signed a request. The timestamp is checked before the signature, and a nonce counts as used only after a
 * valid signature.
 */
export const createSignatureCheck = (merchants: Merchants, now: () => number) => {
  const isNew = createNonces()
  return (header: string | undefined, parts: SignedParts): Merchant | Stranger => {
    if (header === undefined) return { refusal: 'authorization-malformed' }
    if (!header.startsWith(`${SCHEME} `)) return { refusal: 'authorization-type-wrong' }
    const authorization = parseAuthorization(header)
    if (authorization === undefined) return { refusal: 'authorization-malformed' }
    const { mchid, nonce_str, timestamp, serial_no } = authorization
    if (!/^\d{10}$/.test(timestamp) || !/^[0-9A-Za-z]{1,32}$/.test(nonce_str)) {
      return { refusal: 'authorization-malformed' }
    }
    const nowSeconds = Math.floor(now() / 1000)
    if (Math.abs(nowSeconds - Number(timestamp)) > WINDOW_SECONDS) return { refusal: 'timestamp-too-far' }
    const merchant = merchants.find(mchid)
    const certificate = merchant?.certificates.get(serial_no)
    if (merchant === undefined || certificate === undefined) return { refusal: 'serial-wrong' }
    if (certificate.revoked) return { refusal: 'certificate-revoked' }
    const head = `${parts.method}\n${parts.target}\n${timestamp}\n${nonce_str}\n`
    const signature = strictBase64(authorization.signature)
    const message = Buffer.from(`${head}${parts.body}\n`)
    if (signature === undefined || !verify('RSA-SHA256', message, certificate.publicKey, signature)) {
      return { refusal: 'sign-mismatch', detail: signInformation(head, parts) }
    }
    // A copy, since a substring would keep the whole header in memory, for hundreds of thousands of requests.
    const nonce = Buffer.from(`${mchid} ${nonce_str}`).toString()
    return isNew(nonce, nowSeconds) ? merchant : { refusal: 'nonce-reused' }
  }
}
