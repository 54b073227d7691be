import { describe, expect, it, test } from 'vitest'
import { downloadRequest, downloadVerdict, tradeBillRequest, tradeBillVerdict } from '../../lib/wechatpay/bill-api.ts'
import { signed, unsigned } from './answers.ts'

const ORIGIN = new URL('https://api.mch.weixin.qq.com')
const SHA1 = '79bb0f45fc4c42234a918000b2668d689e2bde04'
const URL_GIVEN = 'https://api2.mch.weixin.qq.com/v3/billdownload/file?token=oMmUqPjv_pgVEbq41QjzZawTaL'

const answer = (change: object = {}) =>
  JSON.stringify({ hash_type: 'SHA1', hash_value: SHA1, download_url: URL_GIVEN, ...change })
const refusal = (code: string) => `{"code":"${code}","message":"\u9519\u8bef"}`
const verdictOf = (outcome: Parameters<typeof tradeBillVerdict>[1]) => tradeBillVerdict(ORIGIN, outcome)

describe('a trade bill', () => {
  test('is asked for by its day, whole and packed', () => {
    expect(tradeBillRequest({ bill_date: '2026-11-24' })).toStrictEqual({
      method: 'GET',
      target: '/v3/bill/tradebill?bill_date=2026-11-24&bill_type=ALL&tar_type=GZIP',
      body: '',
    })
  })

  test('of one sub-merchant names it', () => {
    expect(tradeBillRequest({ bill_date: '2026-11-24', sub_mchid: '1900000109' })).toStrictEqual({
      method: 'GET',
      target: '/v3/bill/tradebill?bill_date=2026-11-24&bill_type=ALL&tar_type=GZIP&sub_mchid=1900000109',
      body: '',
    })
  })

  test('that is ready says where it is and what its SHA-1 must be', () => {
    const verdict = verdictOf(signed(200, answer({ hash_value: SHA1.toUpperCase() })))

    expect(verdict).toMatchObject({
      kind: 'ready',
      verified: true,
      sha1: SHA1,
      download: { origin: new URL('https://api2.mch.weixin.qq.com') },
      signedResponse: { status: 200 },
    })
    expect(verdict.kind === 'ready' && downloadRequest(verdict.download)).toStrictEqual({
      method: 'GET',
      target: '/v3/billdownload/file?token=oMmUqPjv_pgVEbq41QjzZawTaL',
      body: '',
    })
  })

  it.each([
    ['of another hash', { hash_type: 'SHA256' }, 'HASH_TYPE'],
    ['without a hash', { hash_type: undefined }, 'HASH_TYPE'],
    ['with a hash too short', { hash_value: SHA1.slice(1) }, 'HASH_VALUE'],
    ['with a hash that is none', { hash_value: SHA1.replace('7', 'g') }, 'HASH_VALUE'],
    ['with a number for a hash', { hash_value: 7 }, 'HASH_VALUE'],
    ['at a stranger’s', { download_url: 'https://example.com/v3/billdownload/file?token=1' }, 'DOWNLOAD_URL'],
    ['nowhere', { download_url: null }, 'DOWNLOAD_URL'],
  ])('%s is not fetched', (_, change, code) => {
    expect(verdictOf(signed(200, answer(change)))).toMatchObject({ kind: 'unknown', code, verified: true })
  })

  it('without a signature is not fetched', () => {
    expect(verdictOf(unsigned(200, answer(), 'signature'))).toMatchObject({
      kind: 'unknown',
      code: 'UNTRUSTED_SIGNATURE',
      verified: false,
    })
  })

  it.each([
    [400, 'NO_STATEMENT_EXIST', 'none', 'unknown'],
    [404, 'NO_STATEMENT_EXIST', 'none', 'unknown'],
    [500, 'NO_STATEMENT_EXIST', 'unknown', 'unknown'],
    [400, 'STATEMENT_CREATING', 'creating', 'creating'],
    [400, 'PARAM_ERROR', 'config', 'config'],
    [400, 'INVALID_REQUEST', 'config', 'config'],
    [401, 'SIGN_ERROR', 'config', 'config'],
    [403, 'NO_AUTH', 'config', 'config'],
    [429, 'FREQUENCY_LIMITED', 'throttled', 'throttled'],
    [500, 'SYSTEM_ERROR', 'unknown', 'unknown'],
    [400, 'NEVER_HEARD_OF', 'unknown', 'unknown'],
    [302, 'NO_AUTH', 'unknown', 'unknown'],
  ])('refused with %i %s is %s, and without a signature %s', (status, code, kind, unsignedKind) => {
    expect(verdictOf(signed(status, refusal(code)))).toMatchObject({ kind, verified: true, code })
    expect(verdictOf(unsigned(status, refusal(code)))).toMatchObject({ kind: unsignedKind, verified: false, code })
  })

  it.each([
    ['unsent', 'unsent'],
    ['lost', 'unknown'],
  ] as const)('whose call was %s is %s', (kind, expected) => {
    expect(verdictOf({ kind, reason: 'ECONNRESET', sent_at: 1 })).toMatchObject({ kind: expected, code: 'ECONNRESET' })
  })
})

describe('a download', () => {
  it.each([
    [200, '', { kind: 'ready', status: 200 }],
    [206, '', { kind: 'unknown', status: 206 }],
    [301, '', { kind: 'redirected', status: 301 }],
    [302, refusal('INVALID_REQUEST'), { kind: 'redirected', status: 302 }],
    [400, refusal('INVALID_REQUEST'), { kind: 'expired', status: 400, code: 'INVALID_REQUEST' }],
    [400, refusal('PARAM_ERROR'), { kind: 'unknown', status: 400, code: 'PARAM_ERROR' }],
    [401, refusal('SIGN_ERROR'), { kind: 'config', status: 401, code: 'SIGN_ERROR' }],
    [403, refusal('NO_AUTH'), { kind: 'config', status: 403, code: 'NO_AUTH' }],
    [429, 'slow down', { kind: 'throttled', status: 429 }],
    [502, '<html>', { kind: 'unknown', status: 502 }],
    [400, refusal('not a code'), { kind: 'unknown', status: 400 }],
  ])('answered with %i %s is told apart', (status, body, expected) => {
    expect(downloadVerdict(status, Buffer.from(body))).toStrictEqual(expected)
  })
})
