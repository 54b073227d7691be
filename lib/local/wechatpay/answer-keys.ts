import { type KeyPair, keyPair, publicKeyId, serialNo } from '../keys.ts'
import type { WechatpayKey } from './answer-signing.ts'
import { selfSignedCertificate } from './certificate.ts'

export type AnswerKeys = {
  /** The key that a new merchant gets: a public key. */
  readonly first: WechatpayKey
  /** A key that WeChat Pay does not have, to sign forged responses. */
  readonly stranger: () => WechatpayKey
  readonly addPublicKey: () => WechatpayKey
  readonly addPlatformCertificate: () => WechatpayKey
  readonly has: (id: string) => boolean
  /**
   * The switch in the merchant platform: which key signs if a request names none, and whether a request that names
   * another key gets a response signed with that one (switch started) or not (before).
   */
  readonly answerWith: (id: string, options?: { followRequest?: boolean }) => void
  readonly choose: (asked: string | undefined) => WechatpayKey
}

/** Other instances in the same process use the same pairs under other ids, since making new ones takes too long. */
const pairOf = (index: number) => keyPair(`WeChat Pay ${index}`)

const newPublicKey = ({ publicKeyPem, privateKey }: KeyPair): WechatpayKey => ({
  id: publicKeyId(),
  publicKeyPem,
  privateKey,
})

const DAY_MS = 86_400_000

const newPlatformCertificate = (keys: KeyPair, nowMs: number): WechatpayKey => {
  const id = serialNo()
  const certificate = selfSignedCertificate({
    serial_no: id,
    commonName: 'Tenpay.com sign',
    keys,
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 5 * 365 * DAY_MS),
  })
  return { id, publicKeyPem: certificate, privateKey: keys.privateKey }
}

export const createAnswerKeys = (now: () => number): AnswerKeys => {
  const keys = new Map<string, WechatpayKey>()
  const add = (key: WechatpayKey) => {
    keys.set(key.id, key)
    return key
  }
  let made = 0
  const nextPair = () => pairOf(made++)
  const first = add(newPublicKey(nextPair()))
  let standard = first
  let followRequest = true
  let stranger: WechatpayKey | undefined
  return {
    first,
    stranger: () => {
      stranger ??= newPublicKey(keyPair('nobody'))
      return stranger
    },
    addPublicKey: () => add(newPublicKey(nextPair())),
    addPlatformCertificate: () => add(newPlatformCertificate(nextPair(), now())),
    has: (id) => keys.has(id),
    answerWith: (id, options = {}) => {
      const key = keys.get(id)
      if (key === undefined) throw new TypeError(`WeChat Pay has no key ${id}`)
      standard = key
      followRequest = options.followRequest ?? true
    },
    choose: (asked) => (followRequest && asked !== undefined && keys.get(asked)) || standard,
  }
}
