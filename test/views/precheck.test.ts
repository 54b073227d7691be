import { describe, expect, it } from 'vitest'
import { precheckReply } from '../../lib/views/precheck.ts'
import type { Verdict } from '../../lib/wechatpay/verdict.ts'
import { ORDER } from '../support/orders.ts'
import { VERDICTS, WORD } from '../support/verdicts.ts'

const { call } = ORDER

/** What each answer of WeChat Pay tells the cashier: HTTP status, whether it may still charge, and what to do. */
const TOLD = {
  unpaid: [
    200,
    true,
    'Take the whole sum, and hand the payment over at once.',
    '可以收款:请全额收取,收款后立即发送线下收款通知。',
  ],
  collected: [200, false, 'Already paid by WeChat Pay: take no money.', '支付分已扣款成功,请勿再收款。'],
  confirmed: [
    200,
    false,
    'Done already, paid offline or nothing to pay: take no money.',
    '该订单已完成(已线下付款或无需付款),请勿再收款。',
  ],
  open: [
    200,
    true,
    'Take no money yet. To be paid at the till: cancel the order at WeChat Pay first. To be paid by WeChat Pay: complete it there, and take no money.',
    '请先不要收款。如在门店付款,请先在微信支付取消该订单再收款;如由支付分扣款,请完结订单,门店不再收款。',
  ],
  closed: [
    200,
    false,
    'The order is cancelled or expired, and WeChat Pay will not charge it: what is to be paid is taken at the till.',
    '订单已取消或已失效,支付分不会再扣款;如有应付款,请在门店收取。',
  ],
  absent: [
    200,
    false,
    'No such order: compare the order number before you take money.',
    '订单不存在,请先核对商户服务订单号再收款。',
  ],
  undecided: [
    200,
    false,
    'The order is done, but nobody can tell who collected: take no money before you have looked it up in the merchant platform.',
    '订单已完成,但无法判断收款渠道:请先在商户平台核对,核对前请勿收款。',
  ],
  busy: [
    200,
    true,
    'A charge is running: take no money, and check again in three minutes.',
    '单据正在扣款中,请勿收款,三分钟后再查。',
  ],
} as const

const CANNOT_TELL = [
  503,
  true,
  'WeChat Pay cannot tell now: check again in a minute, before you take money.',
  '暂时无法查询,请一分钟后再查,查明后再收款。',
] as const

const LINES = {
  ...TOLD,
  state: CANNOT_TELL,
  unknown: CANNOT_TELL,
  unsent: CANNOT_TELL,
  throttled: CANNOT_TELL,
  config: CANNOT_TELL,
  invalid: CANNOT_TELL,
} as const

describe('what a cashier is told before he takes money', () => {
  it.each(Object.entries(LINES))('of an order that is %s, in both languages', (kind, line) => {
    const [status, may_charge, advice, advice_zh] = line
    const verdict = VERDICTS[kind as keyof typeof LINES] // the keys are written out above

    const reply = precheckReply(call, verdict)

    expect(reply.status).toBe(status)
    expect(reply.body).toMatchObject({
      out_order_no: '1234323JKHDFE1243252',
      verdict: kind,
      may_charge,
      advice,
      advice_zh,
    })
  })

  it('is the whole answer when WeChat Pay tells', () => {
    const reply = precheckReply(call, { ...VERDICTS.unpaid, total_amount: 3900 })

    expect(reply).toEqual({
      status: 200,
      body: {
        out_order_no: '1234323JKHDFE1243252',
        verdict: 'unpaid',
        total_amount: 3900,
        may_charge: true,
        advice: 'Take the whole sum, and hand the payment over at once.',
        advice_zh: '可以收款:请全额收取,收款后立即发送线下收款通知。',
        request_id: 'R-0',
      },
    })
  })

  it.each([
    [
      'by WeChat Pay',
      VERDICTS.part_paid,
      'Do not take the whole sum: 9.00 yuan are paid already, charged by WeChat Pay, 30.00 yuan are outstanding. A person must look the order up in the merchant platform first.',
      '请勿按总金额收款:已收 9.00 元(支付分扣款),待收 30.00 元。请先由店长或财务在商户平台核对该订单。',
    ],
    [
      'by another channel',
      { ...VERDICTS.part_paid, charge: undefined },
      'Do not take the whole sum: 9.00 yuan are paid already, 30.00 yuan are outstanding. A person must look the order up in the merchant platform first.',
      '请勿按总金额收款:已收 9.00 元,待收 30.00 元。请先由店长或财务在商户平台核对该订单。',
    ],
  ])('is not to take the whole sum of an order that is paid in part %s', (_, { charge, ...verdict }, en, zh) => {
    const { status, body } = precheckReply(call, { ...verdict, ...(charge && { charge }) })

    expect(status).toBe(200)
    expect(body).toMatchObject({ verdict: 'part_paid', paid_amount: 900, paying_amount: 3000, may_charge: true })
    expect([body.advice, body.advice_zh]).toEqual([en, zh])
    expect(body.transaction_id).toBe(charge?.transaction_id)
  })

  it('names what was charged already', () => {
    expect(precheckReply(call, VERDICTS.collected).body).toMatchObject({
      amount: 3900,
      transaction_id: '4200000446202611247000000001',
    })
  })

  it('is a problem with the code and the request to ask about when WeChat Pay does not tell', () => {
    const reply = precheckReply(call, { ...VERDICTS.throttled, request_id: 'R-1' })

    expect(reply).toEqual({
      status: 503,
      body: {
        type: 'about:blank',
        title: 'Not known now',
        status: 503,
        detail: 'WeChat Pay cannot tell now: check again in a minute, before you take money.',
        out_order_no: '1234323JKHDFE1243252',
        verdict: 'throttled',
        may_charge: true,
        advice: 'WeChat Pay cannot tell now: check again in a minute, before you take money.',
        advice_zh: '暂时无法查询,请一分钟后再查,查明后再收款。',
        code: 'FREQUENCY_LIMITED',
        request_id: 'R-1',
      },
    })
  })

  it.each(Object.keys(TOLD))('is never on an unsigned word that the order is %s', (kind) => {
    const verdict: Verdict = { ...VERDICTS[kind as keyof typeof TOLD], verified: false }

    expect(precheckReply(call, verdict).status).toBe(503)
  })

  it('says of a signed answer that cannot be read to check again', () => {
    const reply = precheckReply(call, {
      kind: 'unknown',
      verified: true,
      status: 200,
      code: 'OTHER_ORDER',
      signedResponse: WORD,
    })

    expect(reply.body).toMatchObject({ may_charge: true, advice_zh: '暂时无法查询,请一分钟后再查,查明后再收款。' })
  })

  it.each(Object.keys(LINES))('holds nothing personal: %s', (kind) => {
    const verdict = { ...VERDICTS[kind as keyof typeof LINES], signedResponse: WORD }

    expect(JSON.stringify(precheckReply(call, verdict))).not.toContain('oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')
  })
})
