import { describe, expect, it } from 'vitest'
import { queryVerdict, syncVerdict, type VerdictKind } from '../../lib/order/verdict.ts'
import type { OrderApi } from '../../lib/wechatpay/order-api.ts'
import {
  CALLS,
  PARTIES,
  PAYAFTER_SYNCED,
  PERSONAL,
  payafterOrder,
  REQUEST_ID,
  SIGNED,
  serviceOrder,
  signed,
  unsigned,
} from './answers.ts'
import { NOW } from './samples.ts'

type Row = readonly [name: string, state: string, bySync: VerdictKind, byQuery: VerdictKind]

const FAMILY = ['serviceorder', 'partner', 'acquiringbank'] as const satisfies readonly OrderApi[]

const done = (details: string) =>
  `"need_collection":true,"state":"DONE","collection":{"state":"USER_PAID","total_amount":50000,"paying_amount":0,"paid_amount":50000,"details":${details}}`
const complete = (collection: string) =>
  `"need_collection":true,"state":"DOING","state_description":"MCH_COMPLETE"${collection}`

const MCH = '{"seq":1,"amount":50000,"paid_type":"MCH","paid_time":"20261124103000"}'
const NEWTON =
  '{"seq":1,"amount":50000,"paid_type":"NEWTON","paid_time":"20261124103000","transaction_id":"4200002001202611241234567890"}'
const UNPAID = complete(
  ',"collection":{"state":"USER_PAYING","total_amount":50000,"paying_amount":50000,"paid_amount":0}',
)

const SERVICE_ORDERS: readonly Row[] = [
  ['CREATED', '"state":"CREATED"', 'open', 'open'],
  ['DOING, not completed', '"state":"DOING","state_description":"USER_CONFIRM"', 'open', 'open'],
  ['DOING, undescribed', '"state":"DOING"', 'open', 'open'],
  ['completed and waiting for payment', UNPAID, 'unpaid', 'unpaid'],
  ['completed, without collection', complete(''), 'unknown', 'unknown'],
  ['completed and paid, yet DOING', complete(',"collection":{"state":"USER_PAID"}'), 'unknown', 'unknown'],
  ['completed, collection in no listed state', complete(',"collection":{"state":"PAYING"}'), 'unknown', 'unknown'],
  ['completed, collection an array', complete(',"collection":["USER_PAYING"]'), 'unknown', 'unknown'],
  ['DONE by the merchant', done(`[${MCH}]`), 'confirmed', 'confirmed'],
  ['DONE by the merchant in two payments', done(`[${MCH},${MCH}]`), 'confirmed', 'confirmed'],
  ['DONE by WeChat Pay', done(`[${NEWTON}]`), 'collected', 'collected'],
  ['DONE by both', done(`[${MCH},${NEWTON}]`), 'collected', 'collected'],
  ['DONE by WeChat Pay, first of both', done(`[${NEWTON},${MCH}]`), 'collected', 'collected'],
  [
    'DONE by WeChat Pay, without number',
    done('[{"seq":1,"amount":50000,"paid_type":"NEWTON"}]'),
    'collected',
    'collected',
  ],
  [
    'DONE by the merchant, with a number of WeChat Pay',
    done('[{"seq":1,"amount":50000,"paid_type":"MCH","transaction_id":"4200002001202611241234567890"}]'),
    'collected',
    'collected',
  ],
  [
    'DONE by nobody known, with a number of WeChat Pay',
    done('[{"seq":1,"amount":50000,"paid_type":"LINGQIAN","transaction_id":"4200002001202611241234567890"}]'),
    'collected',
    'collected',
  ],
  ['DONE by nobody known', done('[{"seq":1,"amount":50000,"paid_type":"LINGQIAN"}]'), 'accepted', 'undecided'],
  ['DONE by the merchant and nobody known', done(`[${MCH},{"paid_type":"mch"}]`), 'accepted', 'undecided'],
  ['DONE with an empty number', done(`[{"seq":1,"paid_type":"MCH","transaction_id":""}]`), 'confirmed', 'confirmed'],
  ['DONE with details that say nothing', done('[null,"MCH",["MCH"],{}]'), 'accepted', 'undecided'],
  ['DONE without details', done('[]'), 'accepted', 'undecided'],
  ['DONE with details that are no list', done(`{"0":${MCH},"length":1}`), 'accepted', 'undecided'],
  ['DONE without collection', '"need_collection":true,"state":"DONE"', 'accepted', 'undecided'],
  ['DONE, silent about collection', '"state":"DONE"', 'accepted', 'undecided'],
  ['DONE, nothing to collect', '"need_collection":false,"state":"DONE"', 'confirmed', 'confirmed'],
  ['DONE, nothing to collect said as text', '"need_collection":"false","state":"DONE"', 'accepted', 'undecided'],
  [
    'DONE, nothing to collect, yet charged',
    `"need_collection":false,"state":"DONE","collection":{"details":[${NEWTON}]}`,
    'collected',
    'collected',
  ],
  ['REVOKED', '"state":"REVOKED"', 'closed', 'closed'],
  ['EXPIRED', '"state":"EXPIRED"', 'closed', 'closed'],
  ['WAIT_PAY, which no page lists', '"state":"WAIT_PAY"', 'unknown', 'unknown'],
  ['PAYING, which no page lists', '"state":"PAYING"', 'unknown', 'unknown'],
  ['CLOSED, which no page lists', '"state":"CLOSED"', 'unknown', 'unknown'],
  ["the other family's USER_PAID", '"state":"USER_PAID","pay_type":"MchChannelPayType"', 'unknown', 'unknown'],
  ['done in small letters', '"state":"done"', 'unknown', 'unknown'],
  ['null', '"state":null', 'unknown', 'unknown'],
  ['a list', '"state":["DONE"]', 'unknown', 'unknown'],
  ['no state', '"state_description":"MCH_COMPLETE"', 'accepted', 'unknown'],
]

describe.each(FAMILY)('the order of a %s answer', (api) => {
  it.each(SERVICE_ORDERS)('is judged when %s', (_, state, bySync, byQuery) => {
    const answer = signed(200, serviceOrder(api, state))

    expect(syncVerdict(CALLS[api], answer)).toMatchObject({ kind: bySync, verified: true, status: 200 })
    expect(queryVerdict(CALLS[api], answer)).toMatchObject({ kind: byQuery, verified: true, status: 200 })
  })
})

const PAYAFTER_ORDERS: readonly Row[] = [
  ['CREATED', '"state":"CREATED"', 'open', 'open'],
  ['USER_ACCEPTED', '"state":"USER_ACCEPTED"', 'open', 'open'],
  ['FINISHED', '"state":"FINISHED"', 'unpaid', 'unpaid'],
  ['paid to the merchant', '"state":"USER_PAID","pay_type":"MchChannelPayType"', 'confirmed', 'confirmed'],
  [
    'paid to WeChat Pay',
    '"state":"USER_PAID","finish_transaction_id":"4200002001202611241234567890"',
    'collected',
    'collected',
  ],
  [
    'paid to both',
    '"state":"USER_PAID","pay_type":"MchChannelPayType","finish_transaction_id":"4200002001202611241234567890"',
    'collected',
    'collected',
  ],
  [
    'paid to WeChat Pay, yet FINISHED',
    '"state":"FINISHED","finish_transaction_id":"4200002001202611241234567890"',
    'collected',
    'collected',
  ],
  ['paid to nobody known', '"state":"USER_PAID"', 'undecided', 'undecided'],
  ['paid in an unknown way', '"state":"USER_PAID","pay_type":"OtherPayType"', 'undecided', 'undecided'],
  ['paid, with an empty number', '"state":"USER_PAID","finish_transaction_id":""', 'undecided', 'undecided'],
  ['REVOKED', '"state":"REVOKED"', 'closed', 'closed'],
  ['EXPIRED', '"state":"EXPIRED"', 'closed', 'closed'],
  ["the other family's DONE", done(`[${MCH}]`), 'unknown', 'unknown'],
  ["the other family's DOING", UNPAID, 'unknown', 'unknown'],
  ['null', '"state":null', 'unknown', 'unknown'],
  ['no state', '"pay_type":"MchChannelPayType"', 'accepted', 'unknown'],
]

describe('the order of a payafter-orders answer', () => {
  it.each(PAYAFTER_ORDERS)('is judged when %s', (_, state, bySync, byQuery) => {
    const answer = signed(200, payafterOrder(state))

    expect(syncVerdict(CALLS['payafter-orders'], answer)).toMatchObject({ kind: bySync, verified: true })
    expect(queryVerdict(CALLS['payafter-orders'], answer)).toMatchObject({ kind: byQuery, verified: true })
  })
})

describe('a sync that was taken', () => {
  it('is accepted by the four members of a payafter-orders answer', () => {
    const verdict = syncVerdict(CALLS['payafter-orders'], signed(200, PAYAFTER_SYNCED))

    expect(verdict).toStrictEqual({
      kind: 'accepted',
      verified: true,
      status: 200,
      request_id: REQUEST_ID,
      order_id: '15646546545165651651',
      word: { ...SIGNED, request_id: REQUEST_ID, status: 200, body: PAYAFTER_SYNCED, sent_at: NOW },
    })
  })

  it.each(['partner', 'acquiringbank', 'serviceorder', 'payafter-orders'] as const)(
    'is accepted by a signed 204 of %s',
    (api) => {
      const verdict = syncVerdict(CALLS[api], signed(204, ''))

      expect(verdict).toStrictEqual({
        kind: 'accepted',
        verified: true,
        status: 204,
        request_id: REQUEST_ID,
        word: { ...SIGNED, request_id: REQUEST_ID, status: 204, body: '', sent_at: NOW },
      })
    },
  )

  it('is accepted by any signed 2xx but 202 that names the order', () => {
    expect(syncVerdict(CALLS['payafter-orders'], signed(201, PAYAFTER_SYNCED)).kind).toBe('accepted')
    expect(syncVerdict(CALLS['payafter-orders'], signed(299, PAYAFTER_SYNCED)).kind).toBe('accepted')
  })
})

describe('a query that is answered with 204', () => {
  it.each(['partner', 'acquiringbank', 'serviceorder', 'payafter-orders'] as const)('tells nothing: %s', (api) => {
    expect(queryVerdict(CALLS[api], signed(204, ''))).toMatchObject({ kind: 'unknown', code: 'OTHER_ORDER' })
  })
})

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
    ['a byte order mark before the order', `\ufeff${PAYAFTER_SYNCED}`],
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
    ['-1', 0],
    ['1.5', 0],
    ['"1.5"', 0],
    ['"1e3"', 0],
    ['""', 0],
    ['null', 0],
    ['9007199254740992', 0],
    ['"9007199254740992"', 0],
    ['9007199254740991', 9007199254740991],
    ['"000000000000007"', 7],
    ['0', 0],
    ['7', 7],
  ])('counts a charge of %s as %i', (amount, expected) => {
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
    expect(without.charge).toEqual({ amount: 0, transaction_id: '4200001' })
    expect(without).not.toHaveProperty('total_amount')
  })

  it.each([...SERVICE_ORDERS, ...PAYAFTER_ORDERS])('is nothing personal outside of the signed word: %s', (_, state) => {
    for (const verdict of [
      syncVerdict(CALLS.serviceorder, signed(200, serviceOrder('serviceorder', state))),
      queryVerdict(CALLS.partner, signed(200, serviceOrder('partner', state))),
      queryVerdict(CALLS['payafter-orders'], signed(200, payafterOrder(state))),
      syncVerdict(CALLS.serviceorder, signed(400, serviceOrder('serviceorder', `${state},"code":"PARAM_ERROR"`))),
    ]) {
      const { word, ...told } = verdict

      expect(word?.body).toContain('oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')
      for (const secret of PERSONAL) expect(JSON.stringify(told)).not.toContain(secret)
    }
  })

  it('keeps the signed word of a refusal as well', () => {
    const body = '{"code":"PARAM_ERROR","message":"\u53c2\u6570\u9519\u8bef"}'

    expect(syncVerdict(CALLS.serviceorder, signed(400, body)).word).toEqual({
      ...SIGNED,
      request_id: REQUEST_ID,
      status: 400,
      body,
      sent_at: NOW,
    })
    expect(syncVerdict(CALLS.serviceorder, unsigned(400, body))).not.toHaveProperty('word')
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
      word: { ...SIGNED, status: 204, body: '', sent_at: NOW },
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

    expect(verdict).toMatchObject({ kind: 'unknown', code })
    expect(verdict).not.toHaveProperty('refusal')
  })
})
