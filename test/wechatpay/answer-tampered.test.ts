import { describe, expect, test } from 'vitest'
import { verifyAnswer } from '../../lib/wechatpay/answer.ts'
import { NOW_MS, recordedAnswers, wechatpayKeys } from './recorded-answers.ts'
import { alteredBodies } from './tampering/bodies.ts'
import { flippedBits } from './tampering/flipped-bits.ts'
import { alteredHeaders } from './tampering/headers.ts'
import { alteredSignatureTexts } from './tampering/signature-texts.ts'
import { alteredSignatures } from './tampering/signatures.ts'
import { alteredTimes } from './tampering/times.ts'

const families = [
  ...flippedBits,
  ...alteredHeaders,
  ...alteredTimes,
  ...alteredSignatureTexts,
  ...alteredSignatures,
  ...alteredBodies,
].map(([what, reasons, tamper]) => ({
  what,
  reasons,
  judged: recordedAnswers.flatMap(tamper).map(({ how, answer }) => ({
    how,
    trust: verifyAnswer(answer, wechatpayKeys, NOW_MS),
  })),
}))
const all = families.flatMap(({ judged }) => judged)

describe.each(families)('an answer with $what', ({ reasons, judged }) => {
  test(`is refused, and for the right reason, in each of ${judged.length} cases`, () => {
    const wrong = judged.filter(({ trust }) => trust.verified || !reasons.includes(trust.reason))

    expect(wrong).toEqual([])
    expect(judged.length).toBeGreaterThan(0)
  })
})

test(`none of ${all.length} tampered answers is accepted`, () => {
  const accepted = all.filter(({ trust }) => trust.verified)

  expect(accepted).toEqual([])
  expect(all.length).toBeGreaterThanOrEqual(15_000)
})
