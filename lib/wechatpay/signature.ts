import { type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto'

/** Signs the UTF-8 bytes of `message` with RSASSA-PKCS1-v1_5 and SHA-256; returns base64 on one line. */
export const sign = (message: string, privateKey: KeyObject): string =>
  signBytes('RSA-SHA256', Buffer.from(message), privateKey).toString('base64')

/** True only for a valid signature in its one canonical base64 form. Never throws, whatever the signature contains. */
export const verify = (message: Uint8Array, signature: string, publicKey: KeyObject): boolean => {
  const bytes = Buffer.from(signature, 'base64')
  const isCanonical = bytes.toString('base64') === signature
  return isCanonical && bytes.length === modulusBytes(publicKey) && verifyBytes('RSA-SHA256', message, publicKey, bytes)
}

const modulusBytes = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
