import { describe, expect, it } from 'vitest'
import { queryVerdict, syncVerdict } from '../../lib/wechatpay/classify-answer.ts'
import type { OrderApi } from '../../lib/wechatpay/order-api.ts'
import {
  CALLS,
  PARTIES,
  PAYAFTER_SYNCED,
  payafterOrder,
  REQUEST_ID,
  serviceOrder,
  signed,
  unsigned,
} from './answers.ts'
import { NOW } from './samples.ts'
import { done, MCH } from './verdict-rows.ts'

describe('a signed answer about something else', () => {
  const texts = (api: OrderApi) => [
    serviceOrder(api, done(`[${MCH}]`)),
    payafterOrder('"state":"USER_PAID","pay_type":"MchChannelPayType"').replace(
      PARTIES['payafter-orders'],
      PARTIES[api],
    ),
  ]

  it.each<[OrderApi, string, string, string]>([
    ['payafter-orders', 'another order', '"1234323JKHDFE1243252"', '"1234323JKHDFE1243253"'],
    ['payafter-orders', 'the order in other letters', '"1234323JKHDFE1243252"', '"1234323jkhdfe1243252"'],
    ['payafter-orders', 'no order', '"out_order_no"', '"out_trade_no"'],
    ['payafter-orders', 'another merchant', '"mchid":"1230000109"', '"mchid":"1230000108"'],
    ['payafter-orders', 'no merchant', '"mchid"', '"mch_id"'],
    ['payafter-orders', 'the merchant as a number', '"mchid":"1230000109"', '"mchid":1230000109'],
    ['payafter-orders', 'another service', '"service_id":"500001"', '"service_id":"500002"'],
    ['payafter-orders', 'a null service', '"service_id":"500001"', '"service_id":null'],
    ['payafter-orders', 'another app', '"appid":"wxd678efh567hg6787"', '"appid":"wxd678efh567hg6788"'],
    ['serviceorder', 'another order', '"1234323JKHDFE1243252"', '"1234323JKHDFE1243253"'],
    ['serviceorder', 'another merchant', '"mchid":"1230000109"', '"mchid":"1230000108"'],
    ['serviceorder', 'another service', '"service_id":"500001"', '"service_id":"500002"'],
    ['serviceorder', 'another app', '"appid":"wxd678efh567hg6787"', '"appid":"wxd678efh567hg6788"'],
    ['partner', 'another order', '"1234323JKHDFE1243252"', '"1234323JKHDFE1243253"'],
    ['partner', 'another provider', '"mchid":"1800000001"', '"mchid":"1800000003"'],
    ['partner', 'another sub-merchant', '"sub_mchid":"1900000125"', '"sub_mchid":"1900000126"'],
    ['partner', 'no sub-merchant', '"sub_mchid"', '"submchid"'],
    ['partner', 'another service', '"service_id":"500001"', '"service_id":"500002"'],
    ['acquiringbank', 'another order', '"1234323JKHDFE1243252"', '"1234323JKHDFE1243253"'],
    ['acquiringbank', 'another institution', '"mchid":"1800000002"', '"mchid":"1800000003"'],
    ['acquiringbank', 'another sub-merchant', '"sub_mchid":"1900000133"', '"sub_mchid":"1900000134"'],
    ['acquiringbank', 'another service', '"service_id":"500001"', '"service_id":"500002"'],
  ])('is not believed by %s: %s', (api, _, from, to) => {
    for (const text of texts(api)) {
      const other = text.replace(from, to)
      expect(other).not.toBe(text)

      expect(syncVerdict(CALLS[api], signed(200, other))).toMatchObject({ kind: 'unknown', code: 'OTHER_ORDER' })
      expect(queryVerdict(CALLS[api], signed(200, other))).toMatchObject({ kind: 'unknown', code: 'OTHER_ORDER' })
    }
  })

  it.each([
    ['nothing', ''],
    ['a page', '<html>OK</html>'],
    ['JSON cut short', PAYAFTER_SYNCED.slice(0, -1)],
    ['null', 'null'],
    ['a list of the order', `[${PAYAFTER_SYNCED}]`],
    ['text of the order', JSON.stringify(PAYAFTER_SYNCED)],
    ['two byte order marks before the order', `\ufeff\ufeff${PAYAFTER_SYNCED}`],
    ['the order with its number twice', PAYAFTER_SYNCED.replace('{', '{"out_order_no":"SOMEBODY-ELSES",')],
    ['the order in UTF-16', Buffer.from(PAYAFTER_SYNCED, 'utf16le')],
    [
      'the order with a byte that is not UTF-8',
      Buffer.concat([
        Buffer.from(PAYAFTER_SYNCED.slice(0, -1)),
        Buffer.from(',"x":"'),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]),
    ],
    ['what is nested 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['the order as part of `__proto__`', `{"__proto__":${PAYAFTER_SYNCED}}`],
  ])('is not believed when its body is %s', (_, body) => {
    expect(syncVerdict(CALLS['payafter-orders'], signed(200, body))).toMatchObject({
      kind: 'unknown',
      code: 'OTHER_ORDER',
    })
    expect(queryVerdict(CALLS['payafter-orders'], signed(200, body))).toMatchObject({
      kind: 'unknown',
      code: 'OTHER_ORDER',
    })
  })

  it('is believed when a member that could contradict is left out', () => {
    const short = `{"out_order_no":"1234323JKHDFE1243252","sub_mchid":"1900000125",${done(`[${MCH}]`)}}`

    expect(queryVerdict(CALLS.partner, signed(200, short)).kind).toBe('confirmed')
  })

  it('is believed after a byte order mark, which was signed with it and is kept', () => {
    const verdict = syncVerdict(CALLS['payafter-orders'], signed(200, `\ufeff${PAYAFTER_SYNCED}`))

    expect(verdict).toMatchObject({ kind: 'accepted', signedResponse: { body: `\ufeff${PAYAFTER_SYNCED}` } })
  })

  it('is believed whatever lies beside the order', () => {
    const deep = PAYAFTER_SYNCED.replace('{', `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)},`)

    expect(syncVerdict(CALLS['payafter-orders'], signed(200, deep)).kind).toBe('accepted')
  })
})

describe('an answer that is not believed', () => {
  const tempting = serviceOrder('serviceorder', done(`[${MCH}]`))

  it.each([
    ['header', 'UNTRUSTED_HEADER'],
    ['timestamp', 'UNTRUSTED_TIMESTAMP'],
    ['stale', 'UNTRUSTED_STALE'],
    ['serial', 'UNTRUSTED_SERIAL'],
    ['signature', 'UNTRUSTED_SIGNATURE'],
  ] as const)('is unknown and says why: %s', (reason, code) => {
    for (const status of [200, 201, 204]) {
      const expected = { kind: 'unknown', verified: false, status, request_id: REQUEST_ID, code }

      expect(syncVerdict(CALLS.serviceorder, unsigned(status, tempting, reason))).toStrictEqual(expected)
      expect(queryVerdict(CALLS.serviceorder, unsigned(status, tempting, reason))).toStrictEqual(expected)
    }
  })

  it.each([202, 300, 301, 302, 304, 307, 308, 399, 100, 199, 500, 501, 502, 503, 504, 599])(
    'is unknown for status %i, whatever it says and whoever signed it',
    (status) => {
      for (const body of [
        tempting,
        '{"code":"PARAM_ERROR"}',
        '{"code":"ORDER_NOT_EXIST"}',
        '{"message":"收款结果不明"}',
      ])
        for (const answer of [signed(status, body), unsigned(status, body)]) {
          expect(syncVerdict(CALLS.serviceorder, answer).kind).toBe('unknown')
          expect(queryVerdict(CALLS.serviceorder, answer).kind).toBe('unknown')
        }
    },
  )
})

describe('a call without an answer', () => {
  it.each([
    ['unsent', 'ENOTFOUND', 'unsent'],
    ['unsent', 'ECONNREFUSED', 'unsent'],
    ['lost', 'ECONNRESET', 'unknown'],
    ['lost', 'ABORT_ERR', 'unknown'],
    ['lost', 'ANSWER_TOO_LARGE', 'unknown'],
  ] as const)('was %s by %s: %s', (kind, reason, expected) => {
    const outcome = { kind, reason, sent_at: NOW }

    expect(syncVerdict(CALLS.partner, outcome)).toStrictEqual({ kind: expected, verified: false, code: reason })
    expect(queryVerdict(CALLS.partner, outcome)).toStrictEqual({ kind: expected, verified: false, code: reason })
  })
})
