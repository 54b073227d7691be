import { describe, expect, it } from 'vitest'
import { queryVerdict, syncVerdict } from '../../lib/wechatpay/classify-answer.ts'
import { CALLS, PERSONAL, payafterOrder, REQUEST_ID, SIGNED, serviceOrder, signed, unsigned } from './answers.ts'
import { NOW } from './samples.ts'
import { done, MCH, NEWTON, PAYAFTER_ORDERS, SERVICE_ORDERS } from './verdict-rows.ts'

describe('what a verdict tells', () => {
  const judge = (details: string) =>
    queryVerdict(CALLS.serviceorder, signed(200, serviceOrder('serviceorder', done(details))))

  it('is the order, its total, and the charge', () => {
    expect(judge(`[${NEWTON}]`)).toMatchObject({
      order_id: '15646546545165651651',
      total_amount: 50000,
      charge: { amount: 50000, transaction_id: '4200002001202611241234567890' },
    })
  })

  it('is the sum of all charges and every number to refund by', () => {
    const verdict = judge(
      `[{"amount":20000,"paid_type":"NEWTON","transaction_id":"4200001"},${MCH},` +
        '{"amount":"12345","paid_type":"NEWTON","transaction_id":"4200002"},' +
        '{"amount":5,"paid_type":"MCH","transaction_id":"4200003"}]',
    )

    expect(verdict.charge).toEqual({ amount: 32350, transaction_id: '4200001,4200002,4200003' })
  })

  it('is only the numbers that are there', () => {
    const verdict = judge(
      '[{"amount":20000,"paid_type":"NEWTON"},{"amount":100,"paid_type":"NEWTON","transaction_id":"4200002"}]',
    )

    expect(verdict.charge).toEqual({ amount: 20100, transaction_id: '4200002' })
  })

  it.each([
    ['-1', undefined],
    ['1.5', undefined],
    ['"1.5"', undefined],
    ['"1e3"', undefined],
    ['""', undefined],
    ['null', undefined],
    ['[7]', undefined],
    ['9007199254740992', undefined],
    ['"9007199254740992"', undefined],
    ['9007199254740991', 9007199254740991],
    ['"000000000000007"', 7],
    ['0', 0],
    ['7', 7],
  ])('counts a charge of %s as %s: no sum rather than a wrong one', (amount, expected) => {
    expect(judge(`[{"amount":${amount},"paid_type":"NEWTON","transaction_id":"42"}]`).charge?.amount).toBe(expected)
  })

  it('is the total of a payafter order as the charge, a number or text', () => {
    const text = payafterOrder('"state":"USER_PAID","finish_transaction_id":"4200001"')

    const asNumber = queryVerdict(CALLS['payafter-orders'], signed(200, text))
    const asText = queryVerdict(
      CALLS['payafter-orders'],
      signed(200, text.replace('"total_amount":50000', '"total_amount":"50000"')),
    )
    const without = queryVerdict(CALLS['payafter-orders'], signed(200, text.replace('total_amount', 'total')))

    expect(asNumber).toMatchObject({ total_amount: 50000, charge: { amount: 50000, transaction_id: '4200001' } })
    expect(asText).toMatchObject({ total_amount: 50000, charge: { amount: 50000, transaction_id: '4200001' } })
    expect(without.charge).toEqual({ transaction_id: '4200001' })
    expect(without).not.toHaveProperty('total_amount')
  })

  it.each([
    ['0', 0],
    ['[50000]', undefined],
    ['-1', undefined],
  ])('has for a total of %s: %s', (total_amount, expected) => {
    const text = payafterOrder('"state":"FINISHED"').replace('"total_amount":50000', `"total_amount":${total_amount}`)

    expect(queryVerdict(CALLS['payafter-orders'], signed(200, text)).total_amount).toBe(expected)
  })

  it.each([...SERVICE_ORDERS, ...PAYAFTER_ORDERS])('is nothing personal outside of the signed word: %s', (_, state) => {
    for (const verdict of [
      syncVerdict(CALLS.serviceorder, signed(200, serviceOrder('serviceorder', state))),
      queryVerdict(CALLS.partner, signed(200, serviceOrder('partner', state))),
      queryVerdict(CALLS['payafter-orders'], signed(200, payafterOrder(state))),
      syncVerdict(CALLS.serviceorder, signed(400, serviceOrder('serviceorder', `${state},"code":"PARAM_ERROR"`))),
    ]) {
      const { signedResponse, ...told } = verdict

      expect(signedResponse?.body).toContain('oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')
      for (const secret of PERSONAL) expect(JSON.stringify(told)).not.toContain(secret)
    }
  })

  it('keeps the signed word of a refusal as well', () => {
    const body = '{"code":"PARAM_ERROR","message":"\u53c2\u6570\u9519\u8bef"}'

    expect(syncVerdict(CALLS.serviceorder, signed(400, body)).signedResponse).toEqual({
      ...SIGNED,
      request_id: REQUEST_ID,
      status: 400,
      body,
      sent_at: NOW,
    })
    expect(syncVerdict(CALLS.serviceorder, unsigned(400, body))).not.toHaveProperty('signedResponse')
  })

  it.each([
    ['a line break', 'ABC\r\n-0'],
    ['a control character', 'ABC\u0007-0'],
    ['a space', 'ABC DEF-0'],
    ['a letter beyond ASCII', 'ABC\u00e9-0'],
    ['129 characters', `${'A'.repeat(127)}-0`],
    ['nothing', ''],
  ])('leaves out a request id with %s', (_, request_id) => {
    expect(syncVerdict(CALLS.serviceorder, signed(200, '{}', request_id))).not.toHaveProperty('request_id')
    expect(syncVerdict(CALLS.serviceorder, signed(400, '{}', request_id))).not.toHaveProperty('request_id')
  })

  it('takes a request id of 128 characters', () => {
    const request_id = `${'A'.repeat(126)}-0`

    expect(syncVerdict(CALLS.serviceorder, signed(200, '{}', request_id)).request_id).toBe(request_id)
  })

  it('does without a request id', () => {
    const { request_id: _, ...answer } = signed(204, '')

    const verdict = syncVerdict(CALLS.partner, answer)

    expect(verdict).toStrictEqual({
      kind: 'accepted',
      verified: true,
      status: 204,
      signedResponse: { ...SIGNED, status: 204, body: '', sent_at: NOW },
    })
  })

  it.each([
    ['text of a person', '"\u5f20\u4e09"'],
    ['small letters', '"param_error"'],
    ['a space', '"PARAM ERROR"'],
    ['a line break', '"PARAM_ERROR\\n"'],
    ['65 characters', `"${'A'.repeat(65)}"`],
    ['one character', '"A"'],
    ['a digit first', '"4XX"'],
    ['a number', '400'],
    ['null', 'null'],
    ['a list', '["PARAM_ERROR"]'],
  ])('leaves out a code that is %s', (_, code) => {
    const verdict = syncVerdict(CALLS.serviceorder, signed(400, `{"code":${code}}`))

    expect(verdict).not.toHaveProperty('code')
    expect(verdict.kind).toBe('unknown')
  })

  it('tells a code of 64 characters that nobody has published', () => {
    const code = 'A'.repeat(64)

    const verdict = syncVerdict(CALLS.serviceorder, signed(400, `{"code":"${code}"}`))

    expect(verdict).toMatchObject({ kind: 'unknown', code, refusal: 'unlisted' })
  })
})
