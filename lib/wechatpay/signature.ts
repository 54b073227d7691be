import { type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto'

/** RSASSA-PKCS1-v1_5 with SHA-256 over the UTF-8 bytes of `message`, as base64 on one line. */
export const sign = (message: string, privateKey: KeyObject): string =>
  signBytes('RSA-SHA256', Buffer.from(message), privateKey).toString('base64')

/** False for anything but the one canonical base64 text of a right signature. Never throws on a signature's content. */
export const verify = (message: Uint8Array, signature: string, publicKey: KeyObject): boolean => {
  const bytes = Buffer.from(signature, 'base64')
  const isCanonical = bytes.toString('base64') === signature
  return isCanonical && bytes.length === modulusBytes(publicKey) && verifyBytes('RSA-SHA256', message, publicKey, bytes)
}

const modulusBytes = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
