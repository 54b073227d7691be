import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { ConfigError } from '../errors.ts'
import { isObject, membersOf } from '../json.ts'
import { readJson } from '../text.ts'
import type { Signer } from './signed-call.ts'

const PUBLIC_KEY_ID = /^PUB_KEY_ID_[0-9A-Za-z_]{1,64}$/
const SERIAL = /^[0-9A-F]{40}$/

/**
 * Turns a merchant's secret, as text or bytes, into a Signer. The PEM texts become KeyObjects here and are not kept.
 * Throws ConfigError for every mistake; the message quotes nothing of the secret.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053053
 */
export const readMerchantSecret = (source: string | Uint8Array, mchid: string): Signer => {
  const wrong = (problem: string) => new ConfigError(`secret of merchant ${mchid}: ${problem}`)
  const read = readJson(source)
  if ('flaw' in read) throw wrong(read.flaw.en)
  const secret = read.value
  if (!isObject(secret)) throw wrong('is not a JSON object')
  if (secret.mchid !== mchid) throw wrong('mchid is missing or another merchant’s')

  const { serial_no, private_key, not_after, wechatpay_keys } = secret
  if (typeof serial_no !== 'string' || !SERIAL.test(serial_no))
    throw wrong('serial_no must be 40 hexadecimal digits in capitals, leading zeros kept, never decimal')

  const notAfter = not_after === undefined ? undefined : Date.parse(String(not_after))
  if (Number.isNaN(notAfter)) throw wrong("not_after must be the end of the merchant's certificate, as RFC 3339")

  const privateKey = readPrivateKey(private_key)
  if (typeof privateKey === 'string') throw wrong(`private_key ${privateKey}`)

  const entries = Object.entries(membersOf(wechatpay_keys))
  if (entries.length === 0) throw wrong('wechatpay_keys must hold at least one key of WeChat Pay by its id')
  const own = spki(createPublicKey(privateKey))
  const wechatpayKeys = new Map<string, KeyObject>()
  for (const [id, pem] of entries) {
    if (!PUBLIC_KEY_ID.test(id) && !SERIAL.test(id))
      throw wrong('wechatpay_keys: an id must be PUB_KEY_ID_… or the 40 hexadecimal digits of a platform certificate')
    const key = readWechatpayKey(id, pem)
    if (typeof key === 'string') throw wrong(`wechatpay_keys ${id} ${key}`)
    if (spki(key) === own) throw wrong(`wechatpay_keys ${id} is the merchant's own key, not WeChat Pay's`)
    wechatpayKeys.set(id, key)
  }
  return { mchid, serial_no, privateKey, ...(notAfter !== undefined && { notAfter }), wechatpayKeys }
}

const DAY_MS = 86_400_000

/** Whole days until a certificate ends (`notAfter` in ms); negative after that. */
export const daysLeft = (notAfter: number, nowMs: number): number => Math.floor((notAfter - nowMs) / DAY_MS)

/** The key, or what is wrong with it. */
const readPrivateKey = (pem: unknown): KeyObject | string => {
  if (!isPem(pem, 'PRIVATE KEY')) return 'must be PKCS#8 PEM (BEGIN PRIVATE KEY), with its line breaks'
  const key = attempt(() => createPrivateKey(pem))
  return key ? (weakness(key) ?? key) : 'is damaged: no key can be read from it'
}

/** A public key of WeChat Pay by its id, or a platform certificate by its serial. */
const readWechatpayKey = (id: string, pem: unknown): KeyObject | string => {
  if (isPem(pem, 'CERTIFICATE')) {
    const certificate = attempt(() => new X509Certificate(pem))
    if (!certificate) return 'is damaged: no certificate can be read from it'
    // OpenSSL leaves out leading zero bytes of the serial; the merchant platform keeps them.
    if (certificate.serialNumber.padStart(40, '0') !== id) return 'holds a certificate with another serial'
    // Node decodes the key only now, so this may throw although the certificate was read.
    const key = attempt(() => certificate.publicKey)
    return key ? (weakness(key) ?? key) : 'is damaged: no key can be read from it'
  }
  if (!isPem(pem, 'PUBLIC KEY')) return 'must be PEM of a public key (BEGIN PUBLIC KEY) or of a platform certificate'
  const key = attempt(() => createPublicKey(pem))
  return key ? (weakness(key) ?? key) : 'is damaged: no key can be read from it'
}

const weakness = (key: KeyObject): string | undefined => {
  if (key.asymmetricKeyType !== 'rsa') return 'must be an RSA key'
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048 ? 'must be RSA of at least 2048 bits' : undefined
}

const isPem = (value: unknown, label: string): value is string =>
  typeof value === 'string' && new RegExp(`^\\s*-----BEGIN ${label}-----\\r?\\n`).test(value)

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64')

/**
 * The errors of the parsers quote their input, which is the secret, so they are dropped and not even kept as `cause`.
 */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
