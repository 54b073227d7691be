import { generateKeyPairSync, type KeyObject } from 'node:crypto'

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

const pairs = new Map<string, Pair>()

/**
 * A temporary RSA key pair. Within a test process the same name and size give the same pair, since making one is slow.
 */
export const rsaPair = (owner: string, modulusLength = 2048): Pair => {
  const id = `${owner} ${modulusLength}`
  const pair = pairs.get(id) ?? generateKeyPairSync('rsa', { modulusLength })
  pairs.set(id, pair)
  return pair
}

/** PKCS#8 PEM of a private key, SPKI PEM of a public one. */
export const pem = (key: KeyObject): string =>
  String(key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }))
