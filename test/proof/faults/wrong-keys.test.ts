import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import { keyPair } from '../../../lib/local/keys.ts'
import { verifyAnswer } from '../../../lib/wechatpay/answer.ts'
import { readMerchantSecret } from '../../../lib/wechatpay/merchant-secret.ts'
import { pem } from '../../support/keys.ts'
import { NOW_MS, PUBLIC_KEY_ID, recordedAnswers, wechatpay, wechatpayKeys } from '../../wechatpay/recorded-answers.ts'
import { MCHID, whole } from '../../wechatpay/secrets.ts'

const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })

const KINDS = [
  { what: 'elliptic', pair: keyPair('wrong', 'ec') },
  { what: 'Ed25519', pair: keyPair('wrong', 'ed25519') },
  { what: 'RSA of 1024 bits', pair: keyPair('wrong', 'rsa-1024') },
  { what: 'for PSS alone', pair: pss },
]

/** A key of the wrong kind, and one of the right kind but the wrong half. */
const WRONG_PRIVATE = [
  ...KINDS.map(({ what, pair }) => ({ what, text: pem(pair.privateKey) })),
  { what: 'a public one', text: pem(wechatpay.publicKey) },
]
const WRONG_PUBLIC = [
  ...KINDS.map(({ what, pair }) => ({ what, text: pem(pair.publicKey) })),
  { what: 'a private one', text: keyPair('wrong').privateKeyPem },
  { what: 'a word for an HMAC', text: 'c5ac7061fccab6bf3e254dcf98995b8c' },
]

it.each(WRONG_PRIVATE)('the key of the merchant must not be $what', ({ text }) => {
  expect(() => readMerchantSecret(JSON.stringify({ ...whole, private_key: text }), MCHID)).toThrow(
    'private_key must be',
  )
})

it.each(WRONG_PUBLIC)('a key of WeChat Pay must not be $what', ({ text }) => {
  const secret = JSON.stringify({ ...whole, wechatpay_keys: { [PUBLIC_KEY_ID]: text } })

  expect(() => readMerchantSecret(secret, MCHID)).toThrow(`wechatpay_keys ${PUBLIC_KEY_ID} must be`)
})

const [{ answer, parts }] = recordedAnswers
const message = Buffer.concat([Buffer.from(`${parts.timestamp}\n${parts.nonce}\n`), parts.body, Buffer.from('\n')])

/** The recorded answer with other headers of a signature. */
const withHeaders = (changed: Readonly<Record<string, string>>) => ({
  ...answer,
  rawHeaders: answer.rawHeaders.map((value, i) => (i % 2 ? (changed[answer.rawHeaders[i - 1] ?? ''] ?? value) : value)),
})

it.each(['__proto__', 'constructor', 'toString', 'PUB_KEY_ID_0', PUBLIC_KEY_ID.toLowerCase()])(
  'no key stands in for the serial %j',
  (serial) => {
    const trust = verifyAnswer(withHeaders({ 'Wechatpay-Serial': serial }), wechatpayKeys, NOW_MS)

    expect(trust).toEqual({ verified: false, reason: 'serial' })
  },
)

const rsa = (key: KeyObject, padding: number) => sign('RSA-SHA256', message, { key, padding })

const SIGNATURES = [
  { what: 'PSS', bytes: rsa(wechatpay.privateKey, constants.RSA_PKCS1_PSS_PADDING) },
  {
    what: 'an HMAC with the public key',
    bytes: createHmac('sha256', pem(wechatpay.publicKey)).update(message).digest(),
  },
  { what: 'an HMAC stretched to the right length', bytes: Buffer.alloc(256, createHmac('sha256', '').digest()) },
  { what: 'an elliptic key', bytes: sign('sha256', message, keyPair('wrong', 'ec').privateKey) },
  { what: 'an Ed25519 key', bytes: sign(null, message, keyPair('wrong', 'ed25519').privateKey) },
  { what: 'RSA of 1024 bits', bytes: sign('sha256', message, keyPair('wrong', 'rsa-1024').privateKey) },
  { what: 'somebody else', bytes: sign('sha256', message, keyPair('somebody').privateKey) },
  { what: 'the right key over SHA-1', bytes: sign('sha1', message, wechatpay.privateKey) },
]

it.each(SIGNATURES)('an answer is not believed that was signed by $what', ({ bytes }) => {
  const forged = withHeaders({ 'Wechatpay-Signature': bytes.toString('base64') })

  expect(verifyAnswer(answer, wechatpayKeys, NOW_MS).verified).toBe(true)
  expect(verifyAnswer(forged, wechatpayKeys, NOW_MS)).toEqual({ verified: false, reason: 'signature' })
})
