// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources as they stand
import type { Row } from '../row.ts'

const SECRET = 'secret'
const SIGN = 'sign'

export const KEYS: readonly Row[] = [
  {
    step: SECRET,
    fault: 'Secrets Manager is down; a copy is warm',
    must: 'the old copy serves for fifteen minutes more',
    guard: 'lib/aws/merchant-secrets.ts createMerchantSecrets secretStale',
    test: [
      'aws/merchant-secrets.test.ts',
      'serves an old copy for 15 minutes more while Secrets Manager fails, asking each time',
    ],
  },
  {
    step: SECRET,
    fault: 'Secrets Manager is down for longer than that',
    must: 'the copy is used no more: a key may have been revoked',
    guard: 'lib/aws/merchant-secrets.ts createMerchantSecrets secretStale',
    test: ['aws/merchant-secrets.test.ts', 'serves no copy that is older than that'],
  },
  {
    step: SECRET,
    fault: 'Secrets Manager is down; no copy',
    must: 'nothing is sent; PENDING, the sync is tried again',
    guard: 'lib/operations/call-wechatpay.ts credentialVerdict verified',
    test: ['operations/call-wechatpay.test.ts', 'is tried again when %s'],
  },
  {
    step: SECRET,
    fault: 'the secret was deleted or spoiled while a copy is warm',
    must: 'no old copy serves: that is no outage',
    guard: 'lib/aws/merchant-secrets.ts createMerchantSecrets error',
    test: ['aws/merchant-secrets.test.ts', 'serves no old copy when the secret was deleted or spoiled'],
  },
  {
    step: SECRET,
    fault: 'one load fails',
    must: 'the failure is not kept',
    guard: 'lib/aws/merchant-secrets.ts createMerchantSecrets loading',
    test: ['aws/merchant-secrets.test.ts', 'does not keep a failed load'],
  },
  {
    step: SECRET,
    fault: 'the secret is rotated between two syncs and the old key is revoked',
    must: 'one 401, PENDING; the copy is dropped, and the next call signs with the new key',
    guard: 'lib/operations/call-wechatpay.ts callWechatPay forget',
    test: [
      'proof/faults/rotated-secret.test.ts',
      'an order whose key was revoked in between is asked about and synced with the new one by the next try',
    ],
  },
  {
    step: SECRET,
    fault: 'the key is revoked and nobody has put another',
    must: 'orders wait as a fault of the deployment, with an alarm; none is rejected',
    guard: 'lib/ledger/transitions/answer.ts syncAnswered isUnsent',
    test: ['proof/faults/rotated-secret.test.ts', 'orders wait, with an alarm, while a revoked key is all there is'],
  },
  {
    step: SECRET,
    fault: 'an EC or Ed25519 key in the secret',
    must: 'refused when it is read, by its kind',
    guard: 'lib/wechatpay/merchant-secret.ts weakness asymmetricKeyType',
    test: ['proof/faults/wrong-keys.test.ts', 'the key of the merchant must not be $what'],
  },
  {
    step: SECRET,
    fault: 'a key of 1024 bits in the secret',
    must: 'refused when it is read',
    guard: 'lib/wechatpay/merchant-secret.ts weakness modulusLength',
    test: ['proof/faults/wrong-keys.test.ts', 'a key of WeChat Pay must not be $what'],
  },
  {
    step: SECRET,
    fault: "the merchant's own key as WeChat Pay's: everything he signs would be believed",
    must: 'refused when it is read',
    guard: 'lib/wechatpay/merchant-secret.ts readMerchantSecret spki',
    test: ['wechatpay/merchant-secret-wechatpay-keys.test.ts', 'with the merchant’s own certificate'],
  },
  {
    step: SECRET,
    fault: "an answer of Secrets Manager that is no JSON, which the parser's error quotes",
    must: 'no word of it goes on',
    guard: 'lib/aws/merchant-secrets.ts fetchSecret instanceof',
    test: ['aws/merchant-secrets.test.ts', 'shows nothing of the key: %s'],
  },
  {
    step: SIGN,
    fault: 'the signed text differs from the sent one',
    must: 'one text is signed and sent',
    guard: 'lib/wechatpay/signed-call.ts signedHeaders stringToSign',
    test: ['wechatpay/signed-call.test.ts', 'of a sync is the request, signed over its five lines, with five headers'],
  },
  {
    step: SIGN,
    fault: 'an order number with | is encoded twice or not at all: another order',
    must: 'encoded once',
    guard: 'lib/wechatpay/order-api.ts syncRequest encodeURIComponent',
    test: ['wechatpay/order-api.test.ts', 'is percent-encoded once in the path: | as %7C, * as it is'],
  },
  {
    step: SIGN,
    fault: 'our clock is wrong by 5 s',
    must: 'nothing is noticed: signed, accepted, believed',
    guard: 'lib/wechatpay/answer.ts verifyAnswer signatureWindow',
    test: ['proof/faults/clocks.test.ts', 'a clock of ours that is %i s off changes nothing'],
  },
  {
    step: SIGN,
    fault: 'our clock is wrong by 10 minutes',
    must: 'WeChat Pay refuses to act, no order ends, and an alarm goes off',
    guard: 'lib/ledger/transitions/answer.ts needsEngineer',
    test: ['proof/faults/clocks.test.ts', 'a clock of ours that is %i s off ends no order, and is an alarm'],
  },
  {
    step: SIGN,
    fault: 'a nonce comes twice',
    must: 'each is new, from a random source',
    guard: 'lib/wechatpay/signed-call.ts randomNonce',
    test: ['wechatpay/signed-call.test.ts', 'makes a nonce of 32 characters that does not come back'],
  },
]
