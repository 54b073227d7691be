import { generateKeyPairSync, type KeyObject, randomBytes, randomInt } from 'node:crypto'

/** WeChat Pay issues `rsa-2048`; the other kinds are for tests of invalid keys. */
export type KeyKind = 'rsa-2048' | 'rsa-1024' | 'ec' | 'ed25519'

export type KeyPair = {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** PKCS#8, `BEGIN PRIVATE KEY`, as in `apiclient_key.pem`. */
  readonly privateKeyPem: string
  /** SPKI, `BEGIN PUBLIC KEY`, as in the file of a WeChat Pay public key. */
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
 * The key pair of an owner. It is made once per process, since that takes long. Two owners never have the same pair. It
 * is never written to disk.
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
 * A new serial number of a certificate: 40 hexadecimal digits in upper case. It may begin with one zero but not with
 * two, since a DER integer has no unnecessary zero byte.
 */
export const serialNo = (): string =>
  Buffer.concat([Buffer.from([randomInt(1, 256)]), randomBytes(19)])
    .toString('hex')
    .toUpperCase()

/** A new id of a WeChat Pay public key: `PUB_KEY_ID_` and 34 digits, the first of them always 0. */
export const publicKeyId = (): string => `PUB_KEY_ID_0${Array.from({ length: 33 }, () => randomInt(10)).join('')}`
