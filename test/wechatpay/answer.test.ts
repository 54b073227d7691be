import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../lib/limits.ts'
import { header, verifyAnswer } from '../../lib/wechatpay/answer.ts'
import { signedAnswer } from '../support/answers.ts'
import { NOW_MS, PUBLIC_KEY_ID, recordedAnswers, wechatpay, wechatpayKeys } from './recorded-answers.ts'

describe.each(recordedAnswers)('an untouched $kind', ({ answer, parts }) => {
  test('is WeChat Pay’s word, and the whole of its signature is kept', () => {
    const trust = verifyAnswer(answer, wechatpayKeys, NOW_MS)

    const { serial, timestamp, nonce } = parts
    const signature = expect.stringMatching(/^[0-9A-Za-z+/]{342}==$/)
    expect(trust).toStrictEqual({ verified: true, signed: { serial, timestamp, nonce, signature } })
  })

  test('is accepted whatever the case of its headers’ names', () => {
    const inCapitals = answer.rawHeaders.map((text, i) => (i % 2 === 0 ? text.toUpperCase() : text))
    const inSmall = answer.rawHeaders.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text))

    const trusts = [inCapitals, inSmall].map((rawHeaders) =>
      verifyAnswer({ ...answer, rawHeaders }, wechatpayKeys, NOW_MS),
    )

    expect(trusts.map(({ verified }) => verified)).toEqual([true, true])
  })

  test('is accepted up to five minutes after it was signed, and not a millisecond later', () => {
    const signedAtMs = 1795487400_000

    expect(verifyAnswer(answer, wechatpayKeys, signedAtMs + 300_000)).toMatchObject({ verified: true })
    expect(verifyAnswer(answer, wechatpayKeys, signedAtMs + 300_001)).toEqual({ verified: false, reason: 'stale' })
  })

  test('is accepted up to five minutes ahead of our clock, and not a millisecond further', () => {
    const signedAtMs = 1795487400_000

    expect(verifyAnswer(answer, wechatpayKeys, signedAtMs - 300_000)).toMatchObject({ verified: true })
    expect(verifyAnswer(answer, wechatpayKeys, signedAtMs - 300_001)).toEqual({ verified: false, reason: 'stale' })
  })
})

test('says how wide the window is to whoever must wait it out', () => {
  const body = Buffer.from('{}')
  const parts = { status: 200, serial: PUBLIC_KEY_ID, timestamp: '1795487400', nonce: 'N', body }
  const answer = signedAnswer(parts, wechatpay.privateKey)

  const onTheLimit = verifyAnswer(answer, wechatpayKeys, 1795487400_000 + LIMITS.signatureWindow)

  expect(onTheLimit.verified).toBe(true)
})

test('checks from cheap to dear: each fault is named before the ones after it', () => {
  const all = ['Wechatpay-Nonce', 'N', 'Wechatpay-Signature', 'AAAA']
  const judge = (rawHeaders: string[]) =>
    verifyAnswer({ status: 200, rawHeaders, body: Buffer.from('{}') }, wechatpayKeys, NOW_MS)

  const trusts = [
    judge([...all, 'Wechatpay-Timestamp', 'yesterday']),
    judge([...all, 'Wechatpay-Timestamp', 'yesterday', 'Wechatpay-Serial', 'unknown']),
    judge([...all, 'Wechatpay-Timestamp', '1000000000', 'Wechatpay-Serial', 'unknown']),
    judge([...all, 'Wechatpay-Timestamp', '1795487400', 'Wechatpay-Serial', 'unknown']),
    judge([...all, 'Wechatpay-Timestamp', '1795487400', 'Wechatpay-Serial', PUBLIC_KEY_ID]),
  ]

  expect(trusts).toEqual([
    { verified: false, reason: 'header' },
    { verified: false, reason: 'timestamp' },
    { verified: false, reason: 'stale' },
    { verified: false, reason: 'serial' },
    { verified: false, reason: 'signature' },
  ])
})

describe('header', () => {
  const rawHeaders = ['Request-ID', '08F0-0', 'X-Empty', '', 'Via', 'a', 'VIA', 'b', 'Value', 'Name', 'Name', 'x']

  test('gives the value as received, whatever the case of its name', () => {
    expect(header({ rawHeaders }, 'request-id')).toBe('08F0-0')
  })

  test('gives nothing when it is missing, empty or there twice', () => {
    expect(header({ rawHeaders }, 'wechatpay-serial')).toBeUndefined()
    expect(header({ rawHeaders }, 'x-empty')).toBeUndefined()
    expect(header({ rawHeaders }, 'via')).toBeUndefined()
  })

  test('takes no value for a name', () => {
    expect(header({ rawHeaders }, 'name')).toBe('x')
  })
})
