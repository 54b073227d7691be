import { createVerify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, UnavailableError } from '../../lib/errors.ts'
import { precheckOrder } from '../../lib/operations/precheck-order.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { answered, forged, NO_ANSWER, orderSays, SAYS } from '../support/fake-wechatpay.ts'
import { rsaPair } from '../support/keys.ts'
import { PAYAFTER_ORDER } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'

const CALL = { ...PAYAFTER_ORDER.call, paid_time: '' }

describe('a cashier who asks before taking money', () => {
  it('is told by one signed query, and nothing is written', async () => {
    const fakes = fakeDeps({ says: SAYS.waitsForPayment })

    const { reply, log } = await precheckOrder(CALL, fakes.deps)

    expect(fakes.sent).toMatchObject([
      {
        method: 'GET',
        target:
          '/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE1243252&appid=wxd678efh567hg6787',
      },
    ])
    expect(fakes.applied).toStrictEqual([])
    expect(reply).toMatchObject({
      status: 200,
      body: {
        out_order_no: '1234323JKHDFE1243252',
        verdict: 'unpaid',
        may_charge: true,
        advice: 'Take the whole sum, and hand the payment over at once.',
        advice_zh: '可以收款:请全额收取,收款后立即发送线下收款通知。',
      },
    })
    expect(log).toEqual({
      via: 'check',
      mchid: '1900000109',
      out_order_no: '1234323JKHDFE1243252',
      verdict: 'unpaid',
      status: 200,
      request_id: '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0',
    })
  })

  it.each([
    ['already charged', SAYS.charged, 200, { verdict: 'collected', may_charge: false, transaction_id: '42000004' }],
    ['paid offline before', SAYS.paidToMerchant, 200, { verdict: 'confirmed', may_charge: false }],
    ['not completed', SAYS.notCompleted, 200, { verdict: 'open', may_charge: true }],
    ['cancelled', orderSays('"state":"REVOKED"'), 200, { verdict: 'closed', may_charge: false }],
    ['done by nobody knows whom', orderSays('"state":"USER_PAID"'), 200, { verdict: 'undecided', may_charge: false }],
    [
      'being charged right now',
      answered(400, '{"code":"INVALID_REQUEST","message":"单据正在扣款中"}'),
      200,
      { verdict: 'busy', may_charge: true, advice_zh: '单据正在扣款中,请勿收款,三分钟后再查。' },
    ],
    ['of another total', orderSays('"state":"FINISHED","total_amount":4100'), 200, { total_amount: 4100 }],
    ['unknown to WeChat Pay', answered(404, '{"code":"ORDER_NOT_EXIST"}'), 200, { verdict: 'absent' }],
    [
      'another',
      answered(200, '{"mchid":"1900000109","out_order_no":"1","state":"FINISHED"}'),
      200,
      { verdict: 'unknown' },
    ],
    ['of a state that nobody knows', orderSays('"state":"NEW_STATE"'), 200, { verdict: 'unknown', may_charge: true }],
    ['not to be believed', forged(SAYS.charged), 503, { verdict: 'unknown', code: 'UNTRUSTED_SIGNATURE' }],
    ['not absent on a forged word', forged(answered(404, '{"code":"ORDER_NOT_EXIST"}')), 503, { verdict: 'state' }],
    ['refused for its parameters', SAYS.parameterWrong, 503, { verdict: 'invalid', code: 'PARAM_ERROR' }],
    ['not to be learnt now', NO_ANSWER, 503, { verdict: 'unknown', may_charge: true, code: 'ETIMEDOUT' }],
    ['refused', answered(429, '{"code":"FREQUENCY_LIMITED"}'), 503, { verdict: 'throttled', may_charge: true }],
  ] as const)('learns that the order is %s', async (_, says, status, body) => {
    const fakes = fakeDeps({ says })

    const { reply } = await precheckOrder(CALL, fakes.deps)

    expect(reply).toMatchObject({ status, body })
    expect(fakes.forgotten).toStrictEqual([])
  })

  it('signs the query with the key of the merchant', async () => {
    const fakes = fakeDeps({ says: SAYS.waitsForPayment })

    await precheckOrder(CALL, fakes.deps)

    expect(fakes.sent).toHaveLength(1)
    const [, signature = ''] = /,signature="([^"]+)",/.exec(fakes.sent[0]?.headers.Authorization ?? '') ?? []
    const signed = createVerify('sha256').update(
      'GET\n' +
        '/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE1243252&appid=wxd678efh567hg6787\n' +
        '1795487400\n' +
        '593BEC0C930BF1AFEB40B4A08C8FB242\n' +
        '\n',
    )
    expect(signed.verify(rsaPair('merchant').publicKey, signature, 'base64')).toBe(true)
  })

  it('needs no ledger', async () => {
    const fakes = fakeDeps({ says: SAYS.waitsForPayment, ledger: failingFrom(0) })

    const { reply } = await precheckOrder(CALL, fakes.deps)

    expect(reply.status).toBe(200)
  })

  it('is told to try again while the key cannot be had', async () => {
    const fakes = fakeDeps({ signer: () => Promise.reject(new UnavailableError('no secret now')) })

    await expect(precheckOrder(CALL, fakes.deps)).rejects.toThrow(UnavailableError)
    expect(fakes.sent).toHaveLength(0)
  })

  it('makes a key that was not accepted be forgotten', async () => {
    const fakes = fakeDeps({ says: SAYS.signatureWrong })

    const { reply } = await precheckOrder(CALL, fakes.deps)

    expect(fakes.forgotten).toStrictEqual(['1900000109'])
    expect(reply).toMatchObject({ status: 503, body: { verdict: 'config', code: 'SIGN_ERROR' } })
  })

  it('is told of a deployment without a key', async () => {
    const fakes = fakeDeps({ signer: () => Promise.reject(new ConfigError('secret: is missing')) })

    const checked = precheckOrder(CALL, fakes.deps)

    await expect(checked).rejects.toThrow(ConfigError)
    expect(fakes.sent).toHaveLength(0)
  })
})
