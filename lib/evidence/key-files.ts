import { createHash, type KeyObject } from 'node:crypto'
import type { EvidenceStore } from '../aws/evidence-store.ts'
import type { Signer } from '../wechatpay/signed-call.ts'

/** A key of WeChat Pay as it is kept, and where it came from. */
export type KeyFile = {
  /** PUB_KEY_ID_… or the serial of a platform certificate. */
  readonly id: string
  readonly pem: string
  /** The secret in which it was first seen, whose that is, and when (RFC 3339). */
  readonly secret: string
  readonly mchid: string
  readonly since: string
  /** Of the key alone (SubjectPublicKeyInfo, DER), by which it is compared. */
  readonly sha256: string
}

export const keyObject = (id: string): string => `keys/${id}.pem`

export const keyDigest = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')

/** openssl reads such a file as it is: what stands before the first dashes is a comment. */
export const keyText = ({ id, pem, secret, mchid, since, sha256 }: KeyFile): string =>
  `Id: ${id}\nSecret: ${secret}\nMerchant: ${mchid}\nSince: ${since}\nSHA-256: ${sha256}\n\n${pem}`

/** Undefined if it is no such file. */
export const readKeyText = (text: string): KeyFile | undefined => {
  const match =
    /^Id: (\w+)\nSecret: (.*)\nMerchant: (\d+)\nSince: (\S+)\nSHA-256: ([0-9a-f]{64})\n\n(-----BEGIN PUBLIC KEY-----\n[\s\S]+)$/.exec(
      text,
    )
  if (!match) return undefined
  const [, id = '', secret = '', mchid = '', since = '', sha256 = '', pem = ''] = match
  return { id, secret, mchid, since, sha256, pem }
}

/**
 * Keeps every key of WeChat Pay that a signer knows, once and for ever: its answers are verified by it after the key was
 * rotated. A function keeps in memory which it has seen.
 */
export const createKeyArchive = (store: Pick<EvidenceStore, 'putOnce'>, secretsPrefix: string) => {
  const kept = new Set<string>()
  return async ({ mchid, wechatpayKeys }: Signer, now: number): Promise<void> => {
    for (const [id, key] of wechatpayKeys) {
      if (kept.has(id)) continue
      const pem = String(key.export({ type: 'spki', format: 'pem' }))
      const secret = `${secretsPrefix}/${mchid}`
      const text = keyText({ id, pem, secret, mchid, since: new Date(now).toISOString(), sha256: keyDigest(key) })
      await store.putOnce(keyObject(id), Buffer.from(text), 'application/x-pem-file')
      kept.add(id)
    }
  }
}
