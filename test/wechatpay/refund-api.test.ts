import { describe, expect, it, test } from 'vitest'
import { OUT_REFUND_NO, refundRequest, refundVerdict } from '../../lib/wechatpay/refund-api.ts'
import { signed, unsigned } from './answers.ts'

const KEY = { out_refund_no: 'REF|1*2@shop' }
const CHARGES = '4200002601202611240000000001,4200002601202611240000000002'

const answer = (change: object = {}) =>
  JSON.stringify({
    refund_id: '50303108562026112416012874',
    out_refund_no: 'REF|1*2@shop',
    transaction_id: '4200002601202611240000000002',
    out_trade_no: '1234567890',
    channel: 'ORIGINAL',
    user_received_account: '\u62db\u5546\u94f6\u884c\u4fe1\u7528\u53610403',
    success_time: '2026-11-25T15:16:00+08:00',
    create_time: '2026-11-25T15:10:00+08:00',
    status: 'SUCCESS',
    funds_account: 'AVAILABLE',
    amount: { total: 3900, refund: 1950, payer_total: 3900, payer_refund: 1950, currency: 'CNY' },
    ...change,
  })
const refusal = (code: string) => `{"code":"${code}","message":"\u9519\u8bef"}`
const verdictOf = (outcome: Parameters<typeof refundVerdict>[2]) => refundVerdict(KEY, CHARGES, outcome)

describe('a refund', () => {
  test('is asked about by its number', () => {
    expect(refundRequest(KEY)).toStrictEqual({
      method: 'GET',
      target: '/v3/refund/domestic/refunds/REF%7C1*2%40shop',
      body: '',
    })
  })

  test('of a sub-merchant names it', () => {
    expect(refundRequest({ out_refund_no: 'R-1', sub_mchid: '1900000109' })).toStrictEqual({
      method: 'GET',
      target: '/v3/refund/domestic/refunds/R-1?sub_mchid=1900000109',
      body: '',
    })
  })

  test('has a number of 1 to 64 characters', () => {
    const isNumber = (text: string) => OUT_REFUND_NO.test(text)

    expect(['a', 'aZ09_-|*@', 'x'.repeat(64)].every(isNumber)).toBe(true)
    expect(['', 'x'.repeat(65), 'a b', 'a/b', '../x', '退1', 'a\n'].some(isNumber)).toBe(false)
  })

  it('that succeeded says how much is back, and is kept as it was signed', () => {
    const verdict = verdictOf(signed(200, answer()))

    expect(verdict).toMatchObject({
      kind: 'refunded',
      verified: true,
      refund_id: '50303108562026112416012874',
      transaction_id: '4200002601202611240000000002',
      refund_amount: 1950,
      success_time: '2026-11-25T15:16:00+08:00',
      signedResponse: { status: 200, body: answer() },
    })
  })

  it.each([
    ['PROCESSING', 'processing'],
    ['ABNORMAL', 'abnormal'],
    ['CLOSED', 'closed'],
  ])('of status %s is %s', (status, kind) => {
    const body = answer({ status, success_time: undefined, amount: {} })

    expect(verdictOf(signed(200, body))).toMatchObject({ kind, verified: true })
  })

  it.each([
    ['of another number', { out_refund_no: 'REF-2' }, 'unknown', 'OTHER_REFUND'],
    ['of another transaction', { transaction_id: '4200002601202611240000000003' }, 'other_order', undefined],
    ['of a part of a transaction', { transaction_id: '4200002601' }, 'other_order', undefined],
    ['of no transaction', { transaction_id: '' }, 'unknown', 'TRANSACTION_ID'],
    ['of two transactions', { transaction_id: CHARGES }, 'unknown', 'TRANSACTION_ID'],
    ['of a status unheard of', { status: 'REVIEWING' }, 'unknown', 'STATUS'],
    ['of a status by another name', { status: 'constructor' }, 'unknown', 'STATUS'],
    ['of no status', { status: undefined }, 'unknown', 'STATUS'],
    ['that succeeded without a sum', { amount: { total: 3900 } }, 'unknown', 'AMOUNT'],
    ['that succeeded with half a fen', { amount: { total: 3900, refund: 19.5 } }, 'unknown', 'AMOUNT'],
  ])('%s settles nothing', (_, change, kind, code) => {
    const verdict = verdictOf(signed(200, answer(change)))

    expect(verdict).toMatchObject({ kind, verified: true })
    expect(verdict.code).toBe(code)
  })

  it('that succeeded by an answer too large to be kept settles nothing', () => {
    const padded = (bytes: number) => answer() + ' '.repeat(bytes - Buffer.byteLength(answer()))
    const tooLarge = verdictOf(signed(200, padded(6 * 1024 + 1)))

    expect(tooLarge).toMatchObject({ kind: 'unknown', code: 'ANSWER_TOO_LARGE', verified: true })
    expect(verdictOf(signed(200, padded(6 * 1024)))).toMatchObject({ kind: 'refunded' })
  })

  it('without a signature settles nothing', () => {
    expect(verdictOf(unsigned(200, answer(), 'serial'))).toMatchObject({
      kind: 'unknown',
      code: 'UNTRUSTED_SERIAL',
      verified: false,
    })
  })

  it.each([
    [404, 'RESOURCE_NOT_EXISTS', 'absent', 'unknown'],
    [404, 'REFUND_NOT_EXISTS', 'absent', 'unknown'],
    [400, 'RESOURCE_NOT_EXISTS', 'unknown', 'unknown'],
    [404, 'MCH_NOT_EXISTS', 'config', 'config'],
    [404, 'NOT_FOUND', 'unknown', 'unknown'],
    [400, 'PARAM_ERROR', 'config', 'config'],
    [400, 'INVALID_REQUEST', 'unknown', 'unknown'],
    [401, 'SIGN_ERROR', 'config', 'config'],
    [403, 'NO_AUTH', 'config', 'config'],
    [429, 'FREQUENCY_LIMITED', 'throttled', 'throttled'],
    [500, 'SYSTEM_ERROR', 'unknown', 'unknown'],
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
