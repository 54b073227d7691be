import { describe, expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { readEventSource } from '../../lib/intake/event-source.ts'
import { readOrderKey, readPaymentNotice } from '../../lib/intake/payment-notice.ts'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import {
  busEvent,
  eventOf,
  goodNotice,
  httpApiEvent,
  KINDS,
  type Kind,
  MERCHANTS,
  NOW,
  type Notice,
} from '../wechatpay/samples.ts'
import { readNotice as read, refusalOf as refusal, servedWith } from './read-notice.ts'

const PARTIES: readonly [string, Notice, Omit<PaymentNotice, 'noticed_at'>][] = [
  [
    'a direct merchant',
    {
      mchid: '1900000109',
      out_order_no: '1234323JKHDFE1243252',
      service_id: '2002000000000558128851361561536',
      type: 'Order_Paid',
      detail: { paid_time: '20261124102959' },
    },
    {
      mchid: '1900000109',
      out_order_no: '1234323JKHDFE1243252',
      call: {
        order_api: 'payafter-orders',
        mchid: '1900000109',
        appid: 'wxd678efh567hg6787',
        service_id: '2002000000000558128851361561536',
        out_order_no: '1234323JKHDFE1243252',
        paid_time: '20261124102959',
      },
      call_hash: '1d1a046ea85da1eb16384b0683d6d6c3547e8f93e98ec4c548f0fd48f23d14ea',
      paid_time_clamped: false,
    },
  ],
  [
    'a direct merchant with one service, left out',
    { mchid: '1900000109', out_order_no: 'A|B*C-D_9', detail: { paid_time: '20261124' } },
    {
      mchid: '1900000109',
      out_order_no: 'A|B*C-D_9',
      call: {
        order_api: 'payafter-orders',
        mchid: '1900000109',
        appid: 'wxd678efh567hg6787',
        service_id: '2002000000000558128851361561536',
        out_order_no: 'A|B*C-D_9',
        paid_time: '20261124000000',
      },
      call_hash: '4495fba08b0f33a425763b754fafc269c591d1a00c12a91531fcabca56f4ea9c',
      paid_time_clamped: false,
    },
  ],
  [
    'a direct merchant with two services, the second asked for',
    {
      mchid: '1900000117',
      out_order_no: '12345678901234567890123456789012',
      service_id: '500002',
      detail: { paid_time: '2026-11-24T02:29:59Z' },
    },
    {
      mchid: '1900000117',
      out_order_no: '12345678901234567890123456789012',
      call: {
        order_api: 'serviceorder',
        mchid: '1900000117',
        appid: 'wx2222222222222222',
        service_id: '500002',
        out_order_no: '12345678901234567890123456789012',
        paid_time: '20261124102959',
      },
      call_hash: 'b234448ad92d67d1fdb2b3a0eccc1579e986cad43d9ae3a3fd938d113f251477',
      paid_time_clamped: false,
    },
  ],
  [
    "a service provider's sub-merchant",
    { mchid: '1900000125', out_order_no: '7', type: 'Order_Paid', detail: { paid_time: '20261125103000' } },
    {
      mchid: '1900000125',
      out_order_no: '7',
      call: {
        order_api: 'partner',
        mchid: '1800000001',
        sub_mchid: '1900000125',
        service_id: '500003',
        out_order_no: '7',
        paid_time: '20261124103000',
      },
      call_hash: 'f1ebc81a685c93290ed6cd45e709bc6916b2a2ac73806d9b80ab8b35ee98c4c4',
      paid_time_clamped: true,
    },
  ],
  [
    "an acquiring institution's sub-merchant",
    {
      mchid: '1900000133',
      out_order_no: '8',
      service_id: '500004',
      type: 'Order_Paid',
      detail: { paid_time: '20261124093000' },
    },
    {
      mchid: '1900000133',
      out_order_no: '8',
      call: {
        order_api: 'acquiringbank',
        mchid: '1800000002',
        sub_mchid: '1900000133',
        channel_id: '2088000001',
        service_id: '500004',
        out_order_no: '8',
        paid_time: '20261124093000',
      },
      call_hash: '29bfede65569ea43ec18f3addfdae58bb3f985a94e3cd0e5b7d55209c94493fc',
      paid_time_clamped: false,
    },
  ],
]

describe('readPaidOrder', () => {
  it.each(PARTIES)('resolves the same call from every way in, for %s', (_, notice, expected) => {
    expect(read(eventOf('http api', notice))).toStrictEqual({ ...expected, noticed_at: NOW })
    expect(read(eventOf('rest api', notice))).toStrictEqual({ ...expected, noticed_at: NOW })
    expect(read(eventOf('event', notice))).toStrictEqual({ ...expected, noticed_at: NOW - 1000 })
    expect(read(eventOf('direct', notice))).toStrictEqual({ ...expected, noticed_at: NOW })
  })

  it('takes a body that repeats what the path says', () => {
    const event = { ...httpApiEvent(goodNotice()), body: JSON.stringify(goodNotice()) }

    expect(read(event)).toEqual(read(httpApiEvent(goodNotice())))
  })

  describe.each(KINDS)('refuses by its name a member that it does not know: %s', (kind) => {
    const members =
      'mchid, out_order_no, service_id, appid, sub_mchid, channel_id, type, detail, amount, shop_id, cashier_id, pos_ref'

    it.each([
      ['Appid', { Appid: 'wx2222222222222222' }],
      ['paid_time', { paid_time: '20261124103000', detail: undefined }],
      ['detail.paid_at', { detail: { paid_at: '20261124103000' } }],
      ['detail.openid', { detail: { paid_time: '20261124103000', openid: 'o1' } }],
      ['order_api', { order_api: 'partner' }],
      ['paid_amount', { paid_amount: 500 }],
      ['constructor', { constructor: { prototype: { closed: true } } }],
    ])('%s', (field, more) => {
      expect(refusal(eventOf(kind, { ...goodNotice(), ...more }))).toMatchObject({
        field,
        message: `${field}: is no member of a notice; those are ${members} and detail.paid_time`,
      })
    })

    it('`__proto__`, of which nothing is taken', () => {
      const evil = JSON.parse(
        '{"mchid":"1900000109","out_order_no":"1","detail":{"paid_time":"20261124"},"__proto__":{"type":"Other"}}',
      )

      expect(refusal(eventOf(kind, evil))).toMatchObject({ field: '__proto__' })
    })

    it.each([
      ['an openid', 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'],
      ['a telephone number', '13800138000'],
      ['a name', '张三'],
      ['an escape', '\u001b[31m'],
      ['a long text', 'x'.repeat(80)],
      ['nothing', ''],
    ])('but not where the name is none: %s', (_, name) => {
      expect(refusal(eventOf(kind, { ...goodNotice(), [name]: 1 }))).toMatchObject({
        field: '?',
        message: `?: is no member of a notice; those are ${members} and detail.paid_time`,
      })
      expect(
        refusal(eventOf(kind, { ...goodNotice(), detail: { paid_time: '20261124103000', [name]: 1 } })),
      ).toMatchObject({ field: 'detail.?' })
    })
  })

  describe('a service with several appids', () => {
    const TWO = { ...goodNotice(), mchid: '1900000117', service_id: '500002' }

    it.each([
      ['the first where the notice names none', {}, 'wx2222222222222222'],
      ['the first where the notice names it', { appid: 'wx2222222222222222' }, 'wx2222222222222222'],
      ['the other where the notice names it', { appid: 'wx3333333333333333' }, 'wx3333333333333333'],
    ])('is called under %s', (_, more, appid) => {
      expect(read({ ...TWO, ...more }).call).toMatchObject({ service_id: '500002', appid })
    })

    it('has another call under another appid, and the same whether its default is named or not', () => {
      const hash = (more: object) => read({ ...TWO, ...more }).call_hash

      expect(hash({ appid: 'wx3333333333333333' })).not.toBe(hash({}))
      expect(hash({ appid: 'wx2222222222222222' })).toBe(hash({}))
    })
  })

  it.each([
    [
      '1900000117',
      { service_id: '500001', appid: 'wx3333333333333333' },
      'appid',
      'is not an appid of this service in merchants.json',
    ],
    ['1900000125', { appid: 'wx3333333333333333' }, 'appid', 'is no member of a call of partner'],
    ['1900000125', { sub_mchid: '1900000133' }, 'sub_mchid', 'is not that of this merchant'],
    ['1900000125', { channel_id: '2088000001' }, 'channel_id', 'is no member of a call of partner'],
    ['1900000133', { channel_id: '2088000002' }, 'channel_id', 'is not that of this merchant'],
    ['1900000109', { sub_mchid: '1900000109' }, 'sub_mchid', 'is no member of a call of payafter-orders'],
  ])('refuses for merchant %s what configuration says otherwise: %j', (mchid, more, field, problem) => {
    const { service_id: _, ...notice } = goodNotice()

    expect(refusal({ ...notice, mchid, ...more })).toMatchObject({ field, message: `${field}: ${problem}` })
  })

  it('takes sub_mchid and channel_id that say what configuration says', () => {
    const { service_id: _, ...notice } = { ...goodNotice(), mchid: '1900000133' }

    expect(read({ ...notice, sub_mchid: '1900000133', channel_id: '2088000001' })).toStrictEqual(read(notice))
  })

  it('does not find a member that only `__proto__` holds', () => {
    const notice = JSON.parse(
      '{"__proto__":{"mchid":"1900000109","out_order_no":"1","detail":{"paid_time":"20261124"}}}',
    )

    expect(refusal(notice)).toMatchObject({ field: 'mchid', message: 'mchid: is missing' })
  })
})

type Spoiled = readonly [name: string, change: Record<string, unknown>, field: string, message: string]

const ORDER_NO = 'out_order_no: must be 1 to 32 of 0-9 A-Z a-z _ - | *'
const PAID_TIME =
  'detail.paid_time: must be a real time, yyyyMMddHHmmss or yyyyMMdd in China time or RFC 3339, and no more than 24 hours ahead'

/** What is refused however it comes. */
const ALL_WAYS: readonly Spoiled[] = [
  ['an unknown merchant', { mchid: '1900000110' }, 'mchid', 'mchid: is not a merchant that this service serves'],
  ['an mchid in spaces', { mchid: ' 1900000109' }, 'mchid', 'mchid: is not a merchant that this service serves'],
  ['an empty mchid', { mchid: '' }, 'mchid', 'mchid: is not a merchant that this service serves'],
  ['`__proto__` as mchid', { mchid: '__proto__' }, 'mchid', 'mchid: is not a merchant that this service serves'],
  ['`constructor` as mchid', { mchid: 'constructor' }, 'mchid', 'mchid: is not a merchant that this service serves'],
  ["a provider's own mchid", { mchid: '1800000001' }, 'mchid', 'mchid: is not a merchant that this service serves'],
  [
    'a closed merchant',
    { mchid: '1900000141', service_id: '500005' },
    'mchid',
    'mchid: merchant 1900000141 is closed: it takes no new orders',
  ],
  ['an empty order number', { out_order_no: '' }, 'out_order_no', ORDER_NO],
  ['33 characters', { out_order_no: '123456789012345678901234567890123' }, 'out_order_no', ORDER_NO],
  ['a way up', { out_order_no: '../1' }, 'out_order_no', ORDER_NO],
  ['a slash', { out_order_no: 'A/B' }, 'out_order_no', ORDER_NO],
  ['an encoded slash', { out_order_no: 'A%2fB' }, 'out_order_no', ORDER_NO],
  ['a slash encoded twice', { out_order_no: 'A%252fB' }, 'out_order_no', ORDER_NO],
  ['a way up, encoded', { out_order_no: '%2e%2e%2f1' }, 'out_order_no', ORDER_NO],
  ['a line break', { out_order_no: 'A\r\nX-Injected: 1' }, 'out_order_no', ORDER_NO],
  ['a line break at the end', { out_order_no: 'A\n' }, 'out_order_no', ORDER_NO],
  ['an encoded line break', { out_order_no: 'A%0d%0aX-Injected:%201' }, 'out_order_no', ORDER_NO],
  ['a null character', { out_order_no: 'A\u0000' }, 'out_order_no', ORDER_NO],
  ['a question mark', { out_order_no: 'A?service_id=1' }, 'out_order_no', ORDER_NO],
  ['a hash', { out_order_no: 'A#B' }, 'out_order_no', ORDER_NO],
  ['a space', { out_order_no: 'A B' }, 'out_order_no', ORDER_NO],
  ['the path template', { out_order_no: '{out_order_no}' }, 'out_order_no', ORDER_NO],
  ['a full-width digit', { out_order_no: '123\uff14' }, 'out_order_no', ORDER_NO],
  ['Chinese', { out_order_no: '\u8ba2\u5355123' }, 'out_order_no', ORDER_NO],
  ['a letter with an accent', { out_order_no: 'A\u0301' }, 'out_order_no', ORDER_NO],
  ['an emoji', { out_order_no: '\u{1f4b0}' }, 'out_order_no', ORDER_NO],
  [
    'a service of another merchant',
    { service_id: '500001' },
    'service_id',
    'service_id: is not a service of merchant 1900000109',
  ],
  ['an empty service', { service_id: '' }, 'service_id', 'service_id: is not a service of merchant 1900000109'],
  [
    '`__proto__` as service',
    { service_id: '__proto__' },
    'service_id',
    'service_id: is not a service of merchant 1900000109',
  ],
  [
    'no service where there are two',
    { mchid: '1900000117', service_id: undefined },
    'service_id',
    'service_id: is needed: merchant 1900000117 has 2 services',
  ],
  ['a null service', { service_id: null }, 'service_id', 'service_id: must be text'],
  ['a number as service', { service_id: 500001 }, 'service_id', 'service_id: must be text'],
  ['another type', { type: 'Order_Refunded' }, 'type', 'type: must be Order_Paid or left out'],
  ['a type in other letters', { type: 'order_paid' }, 'type', 'type: must be Order_Paid or left out'],
  ['an empty type', { type: '' }, 'type', 'type: must be Order_Paid or left out'],
  ['a null type', { type: null }, 'type', 'type: must be Order_Paid or left out'],
  ['a list of types', { type: ['Order_Paid'] }, 'type', 'type: must be Order_Paid or left out'],
  ['a null detail', { detail: null }, 'detail', 'detail: must be an object'],
  ['a detail that is text', { detail: '20261124103000' }, 'detail', 'detail: must be an object'],
  ['an empty detail', { detail: {} }, 'detail.paid_time', 'detail.paid_time: is missing'],
  ['an array as detail', { detail: ['20261124103000'] }, 'detail.paid_time', 'detail.paid_time: is missing'],
  ['a null paid_time', { detail: { paid_time: null } }, 'detail.paid_time', 'detail.paid_time: must be text'],
  [
    'a number as paid_time',
    { detail: { paid_time: 20261124103000 } },
    'detail.paid_time',
    'detail.paid_time: must be text',
  ],
  ['a list of times', { detail: { paid_time: ['20261124'] } }, 'detail.paid_time', 'detail.paid_time: must be text'],
  ['an empty paid_time', { detail: { paid_time: '' } }, 'detail.paid_time', PAID_TIME],
  ['30 February', { detail: { paid_time: '20260230' } }, 'detail.paid_time', PAID_TIME],
  ["25 o'clock", { detail: { paid_time: '20261124250000' } }, 'detail.paid_time', PAID_TIME],
  ['60 seconds', { detail: { paid_time: '20261124103060' } }, 'detail.paid_time', PAID_TIME],
  ['year 0000', { detail: { paid_time: '00001124103000' } }, 'detail.paid_time', PAID_TIME],
  ['24:00:00', { detail: { paid_time: '20261123240000' } }, 'detail.paid_time', PAID_TIME],
  ['13 digits', { detail: { paid_time: '2026112410300' } }, 'detail.paid_time', PAID_TIME],
  ['15 digits', { detail: { paid_time: '202611241030000' } }, 'detail.paid_time', PAID_TIME],
  ['24 hours and a second ahead', { detail: { paid_time: '20261125103001' } }, 'detail.paid_time', PAID_TIME],
  ['RFC 3339 without offset', { detail: { paid_time: '2026-11-24T10:30:00' } }, 'detail.paid_time', PAID_TIME],
]

describe.each(KINDS)('readPaidOrder by %s', (kind: Kind) => {
  it.each(ALL_WAYS)('refuses %s', (_, change, field, message) => {
    const error = refusal(eventOf(kind, { ...goodNotice(), ...change }))

    expect(error).toMatchObject({ name: 'InputError', code: 'ERR_INPUT', field, message })
  })

  it('refuses a notice without detail', () => {
    const { detail: _, ...rest } = goodNotice()

    expect(refusal(eventOf(kind, rest)).field).toBe('detail')
  })

  it('takes 32 characters', () => {
    const notice = { ...goodNotice(), out_order_no: '-_|*5678901234567890abcdefghijXY' }

    expect(read(eventOf(kind, notice)).call.out_order_no).toBe('-_|*5678901234567890abcdefghijXY')
  })
})

it.each(['event', 'direct'] as const)('refuses half an emoji by %s, which was damaged on its way', (kind) => {
  expect(refusal(eventOf(kind, { ...goodNotice(), out_order_no: '\ud83d' })).message).toBe(
    'out_order_no: holds a character that was damaged on its way: send it as UTF-8',
  )
})

describe('readPaidOrder over HTTP', () => {
  const withBody = (body: unknown) => ({ ...httpApiEvent(goodNotice()), body: JSON.stringify(body) })

  it.each<[string, unknown, string, string]>([
    ['no detail', {}, 'detail', 'detail: is missing'],
    ['another mchid', { ...goodNotice(), mchid: '1900000117' }, 'mchid', 'mchid: differs between path and body'],
    ['a null mchid', { ...goodNotice(), mchid: null }, 'mchid', 'mchid: differs between path and body'],
    ['the mchid as a number', { ...goodNotice(), mchid: 1900000109 }, 'mchid', 'mchid: differs between path and body'],
    [
      'another order number',
      { ...goodNotice(), out_order_no: '1234323jkhdfe1243252' },
      'out_order_no',
      'out_order_no: differs between path and body',
    ],
    ['an array', [goodNotice()], 'body', 'body: must be a JSON object'],
    ['null', null, 'body', 'body: must be a JSON object'],
    ['a number', 5, 'body', 'body: must be a JSON object'],
    ['text', 'Order_Paid', 'body', 'body: must be a JSON object'],
  ])('refuses a body of %s', (_, body, field, message) => {
    expect(refusal(withBody(body))).toMatchObject({ code: 'ERR_INPUT', field, message })
  })

  it('looks the merchant of the path up and never that of the body', () => {
    const event = { ...httpApiEvent({ ...goodNotice(), mchid: '1900000110' }), body: JSON.stringify(goodNotice()) }

    expect(refusal(event)).toMatchObject({ field: 'mchid', message: 'mchid: differs between path and body' })
  })
})

describe('readPaidOrder by event', () => {
  it.each<[string, unknown, string]>([
    ['an array', [goodNotice()], 'mchid: is missing'],
    ['null', null, 'detail: must be an object'],
    ['nothing', undefined, 'detail: must be an object'],
    ['text', JSON.stringify(goodNotice()), 'detail: must be an object'],
  ])('refuses a detail of %s', (_, detail, message) => {
    expect(refusal(busEvent(detail))).toMatchObject({ code: 'ERR_INPUT', message })
  })

  it.each(['com.example', 'com.example.pos2', 'COM.EXAMPLE.POS', 'payscore.ledger', 'aws.events', ''])(
    'refuses the source "%s", which is not listed',
    (source) => {
      const error = refusal({ ...busEvent(goodNotice()), source })

      expect(error).toMatchObject({
        code: 'ERR_INPUT',
        field: 'source',
        message: 'source: is not listed for merchant 1900000109',
      })
    },
  )

  it('holds the source against the list of its own merchant', () => {
    const others = servedWith({ sources: ['com.other.pos'] })

    expect(() => read(busEvent(goodNotice()), others)).toThrow('source: is not listed for merchant 1900000109')
  })

  it('says of an unlisted source before it says that the merchant is closed', () => {
    const event = { ...busEvent({ ...goodNotice(), mchid: '1900000141' }), source: 'com.other.pos' }

    expect(refusal(event).field).toBe('source')
  })
})

describe('call_hash', () => {
  const hashOf = (notice: Notice, nowMs = NOW) =>
    readPaymentNotice(readEventSource(notice, nowMs), MERCHANTS, nowMs).call_hash

  it('stays the same when a notice of a fast till comes again and is sent with another time', () => {
    const notice = { ...goodNotice(), detail: { paid_time: '20261124120000' } }

    const first = readPaymentNotice(readEventSource(notice, NOW), MERCHANTS, NOW)
    const again = readPaymentNotice(readEventSource(notice, NOW + 60_000), MERCHANTS, NOW + 60_000)

    expect(first.call.paid_time).toBe('20261124103000')
    expect(again.call.paid_time).toBe('20261124103100')
    expect(again.call_hash).toBe(first.call_hash)
  })

  it('is the same for the same moment in another form', () => {
    const inUtc = { ...goodNotice(), detail: { paid_time: '2026-11-24T02:30:00Z' } }

    expect(hashOf(inUtc)).toBe(hashOf(goodNotice()))
  })

  it.each([
    ['time', goodNotice(), { detail: { paid_time: '20261124102959' } }],
    ['order', goodNotice(), { out_order_no: '1234323JKHDFE1243253' }],
    [
      'service',
      { ...goodNotice(), mchid: '1900000117', service_id: '500001' },
      { mchid: '1900000117', service_id: '500002' },
    ],
  ])('is another for another %s', (_, notice, change) => {
    expect(hashOf({ ...notice, ...change })).not.toBe(hashOf(notice))
  })
})

it('names no appid in the call where the service has none', () => {
  const without = servedWith({ services: new Map([['500001', []]]) })

  expect(read({ ...goodNotice(), service_id: '500001' }, without).call).not.toHaveProperty('appid')
})

describe('readOrderKey', () => {
  it('takes the key of an order of anybody who is served, closed or not', () => {
    expect(readOrderKey({ mchid: '1900000109', out_order_no: 'A|B' }, MERCHANTS, 'status', undefined)).toEqual({
      mchid: '1900000109',
      out_order_no: 'A|B',
    })
    expect(readOrderKey({ mchid: '1900000141', out_order_no: '1' }, MERCHANTS, 'status', undefined).mchid).toBe(
      '1900000141',
    )
  })

  it('refuses a merchant that nobody serves', () => {
    expect(() => readOrderKey({ mchid: '1900000110', out_order_no: '1' }, MERCHANTS, 'status', undefined)).toThrow(
      new InputError('mchid', 'is not a merchant that this service serves'),
    )
  })

  it.each(['', '../1', 'A%2fB', 'A\r\n', '\u{1f4b0}', '123456789012345678901234567890123'])(
    'refuses the order number %j',
    (out_order_no) => {
      expect(() => readOrderKey({ mchid: '1900000109', out_order_no }, MERCHANTS, 'status', undefined)).toThrow(
        new InputError('out_order_no', 'must be 1 to 32 of 0-9 A-Z a-z _ - | *'),
      )
    },
  )
})

describe('a notice of a merchant whose orders are synced unseen', () => {
  const sentAt = (ms: number) => {
    const event = { ...busEvent(goodNotice()), time: new Date(NOW - ms).toISOString() }
    return read(event).mode
  }

  it('is asked about first when it comes more than half an hour late: another stage may have sent its sync', () => {
    expect([sentAt(30 * 60_000), sentAt(30 * 60_000 + 1000)]).toEqual([undefined, 'check'])
  })

  it('stays observed, however late it comes', () => {
    const late = { ...busEvent(goodNotice()), time: new Date(NOW - 86_400_000).toISOString() }

    expect(read(late, servedWith({ mode: 'observe' })).mode).toBe('observe')
  })
})
