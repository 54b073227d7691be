import { generateKeyPairSync, type KeyObject, randomBytes, randomInt } from 'node:crypto'

/** `rsa-2048` is what WeChat Pay issues; the others are for inputs that must be refused. */
export type KeyKind = 'rsa-2048' | 'rsa-1024' | 'ec' | 'ed25519'

export type KeyPair = {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** PKCS#8, `BEGIN PRIVATE KEY`: the form of `apiclient_key.pem`. */
  readonly privateKeyPem: string
  /** SPKI, `BEGIN PUBLIC KEY`: the form of the WeChat Pay public key. */
  readonly publicKeyPem: string
}

type RawPair = { privateKey: KeyObject; publicKey: KeyObject }

const generate: Readonly<Record<KeyKind, () => RawPair>> = {
  'rsa-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'rsa-1024': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  ec: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: () => generateKeyPairSync('ed25519'),
}

const pool = new Map<string, KeyPair>()

/**
 * The key pair of an owner. Made once in a process and then handed out again, since making one takes long:
 * the same owner has the same pair, two owners never share one. Nothing is ever written to disk.
 */
export const keyPair = (owner: string, kind: KeyKind = 'rsa-2048'): KeyPair => {
  const slot = `${kind} ${owner}`
  const known = pool.get(slot)
  if (known !== undefined) return known
  const { privateKey, publicKey } = generate[kind]()
  const pair: KeyPair = {
    privateKey,
    publicKey,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
  pool.set(slot, pair)
  return pair
}

/**
 * A new certificate serial number: 40 hexadecimal digits in upper case. It may begin with one zero but not with two,
 * as a certificate would not carry the empty byte.
 */
export const serialNo = (): string =>
  Buffer.concat([Buffer.from([randomInt(1, 256)]), randomBytes(19)])
    .toString('hex')
    .toUpperCase()

/** A new id of a WeChat Pay public key: `PUB_KEY_ID_` and 34 digits, the first of them always 0. */
export const publicKeyId = (): string => `PUB_KEY_ID_0${Array.from({ length: 33 }, () => randomInt(10)).join('')}`
