import fc from 'fast-check'
import { MERCHANTS } from '../wechatpay/samples.ts'
import { orderNo } from './arbitraries.ts'
import { BODILESS, digits, inNotice, missing, notObject, notText, type Spoiler, set } from './spoiler.ts'

/** A valid order number with `part` somewhere in it. */
const orderNoWith = (part: fc.Arbitrary<string>) =>
  fc.tuple(orderNo(16), part, fc.nat(16)).map(([text, inserted, at]) => text.slice(0, at) + inserted + text.slice(at))

const codePoint = (min: number, max: number) => fc.integer({ min, max }).map((number) => String.fromCodePoint(number))

const allServices = [...MERCHANTS.values()].flatMap(({ services }) => [...services.keys()])
const servicesOfOthers = (mchid: unknown) =>
  allServices.filter((service_id) => !MERCHANTS.get(String(mchid))?.services.has(service_id))

const NO_PARTY = { sub_mchid: undefined, channel_id: undefined } as const

/** What means something somewhere else, or is misspelt. */
const UNKNOWN = [
  ...['Appid', 'appId', 'app_id', 'sp_appid', 'sub_appid', 'MCHID', 'mch_id', 'subMchid', 'channelId', 'serviceId'],
  ...['Type', 'order_type', 'paid_amount', 'total_amount', 'Amount', 'shopId', 'transaction_id', 'state', 'note'],
] as const
const UNKNOWN_IN_DETAIL = ['paid_at', 'Paid_Time', 'paidTime', 'amount', 'type', 'seq'] as const

/** Who is paid, for which order, under which service. */
export const NOTICE_SPOILERS: readonly Spoiler[] = [
  inNotice('mchid of nobody', 'mchid', digits(1, 9, 11, 32), set('mchid')),
  inNotice('mchid with something before it', 'mchid', fc.constantFrom(' ', '\n', '0', '\u0000'), (notice, bad) => ({
    ...notice,
    mchid: `${bad}${notice.mchid}`,
  })),
  inNotice('mchid not text', 'mchid', notText, set('mchid')),
  inNotice('mchid missing', 'mchid', missing, set('mchid')),
  inNotice(
    'mchid named like a part of every object',
    'mchid',
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'get'),
    set('mchid'),
  ),
  inNotice('merchant closed', 'mchid', missing, (notice) => ({
    ...notice,
    mchid: '1900000141',
    service_id: '500005',
  })),
  inNotice('order number empty', 'out_order_no', fc.constant(''), set('out_order_no')),
  inNotice(
    'order number too long',
    'out_order_no',
    fc.tuple(orderNo(), fc.integer({ min: 33, max: 200 })).map(([text, length]) => text.padEnd(length, text)),
    set('out_order_no'),
  ),
  inNotice('order number with a way up', 'out_order_no', orderNoWith(fc.constant('../')), set('out_order_no')),
  inNotice(
    'order number with a character of a URL',
    'out_order_no',
    orderNoWith(fc.constantFrom(...'/?#&=:;@+,.~!$()[]{}<>^`\'"\\ ')),
    set('out_order_no'),
  ),
  inNotice(
    'order number with an encoded character',
    'out_order_no',
    orderNoWith(fc.constantFrom('%2f', '%2F', '%5c', '%2e%2e%2f', '%00', '%0d%0a', '%20', '%3f', '%23')),
    set('out_order_no'),
  ),
  inNotice(
    'order number encoded twice',
    'out_order_no',
    orderNoWith(fc.constantFrom('%252f', '%2541', '%25252f', '%257C', '%252A')),
    set('out_order_no'),
  ),
  inNotice(
    'order number with half an encoding',
    'out_order_no',
    fc.tuple(orderNo(24), fc.constantFrom('%', '%2', '%zz', '%e4', '%e4%bd', '%ff')).map((parts) => parts.join('')),
    set('out_order_no'),
  ),
  inNotice(
    'order number with a line break',
    'out_order_no',
    orderNoWith(fc.constantFrom('\r\n', '\n', '\r', '\r\nX-Injected: 1', '\u2028')),
    set('out_order_no'),
  ),
  inNotice(
    'order number with a control character',
    'out_order_no',
    orderNoWith(fc.oneof(codePoint(0x00, 0x1f), codePoint(0x7f, 0x9f))),
    set('out_order_no'),
  ),
  inNotice(
    'order number with a letter of another script',
    'out_order_no',
    orderNoWith(fc.oneof(codePoint(0xa0, 0xd7ff), codePoint(0xff10, 0xff5a))),
    set('out_order_no'),
  ),
  inNotice(
    'order number with an emoji, or half of one',
    'out_order_no',
    orderNoWith(fc.oneof(codePoint(0x1f300, 0x1faff), codePoint(0xd800, 0xdfff))),
    set('out_order_no'),
  ),
  inNotice('order number not text', 'out_order_no', notText, set('out_order_no')),
  inNotice('order number missing', 'out_order_no', missing, set('out_order_no')),
  inNotice('service of another merchant', 'service_id', fc.nat(100), (notice, bad) => {
    const others = servicesOfOthers(notice.mchid)
    return { ...notice, service_id: others[Number(bad) % others.length] }
  }),
  inNotice('service of nobody', 'service_id', fc.oneof(fc.constant(''), digits(1, 5, 7, 33)), set('service_id')),
  inNotice(
    'service named like a part of every object',
    'service_id',
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'size', 'keys'),
    set('service_id'),
  ),
  inNotice('service not text', 'service_id', notText, set('service_id')),
  inNotice('service left out where there are two', 'service_id', missing, (notice) => ({
    ...notice,
    mchid: '1900000117',
    service_id: undefined,
  })),
  inNotice(
    'appid of another service',
    'appid',
    fc.constantFrom('', 'wxd678efh567hg6788', 'WX2222222222222222', 'wx1111111111111111', '__proto__', 'constructor'),
    (notice, appid) => ({ ...notice, mchid: '1900000117', service_id: '500002', ...NO_PARTY, appid }),
  ),
  inNotice(
    'appid where the call has none',
    'appid',
    fc.constantFrom('', 'wxd678efh567hg6787', 'wx2222222222222222'),
    (notice, appid) => ({ ...notice, mchid: '1900000125', service_id: '500003', ...NO_PARTY, appid }),
  ),
  inNotice('appid not text', 'appid', notText, set('appid')),
  inNotice(
    'sub_mchid of another, or of a merchant that is none',
    'sub_mchid',
    fc.constantFrom('', '1800000001', '1900000109 ', '1900000999', '0'),
    set('sub_mchid'),
  ),
  inNotice('sub_mchid not text', 'sub_mchid', notText, set('sub_mchid')),
  inNotice(
    'channel_id of another, or of a merchant that has none',
    'channel_id',
    fc.constantFrom('', '1800000002', '2088000002', '1900000133'),
    (notice, channel_id) => ({ ...notice, sub_mchid: undefined, channel_id }),
  ),
  inNotice('channel_id not text', 'channel_id', notText, set('channel_id')),
  ...UNKNOWN.map((name) =>
    inNotice(`a member ${name}`, name, fc.constantFrom('', null, 0, {}, '1900000109', 'Order_Paid'), (notice, bad) =>
      Object.assign({ ...notice }, { [name]: bad }),
    ),
  ),
  ...UNKNOWN_IN_DETAIL.map((name) =>
    inNotice(
      `a member ${name} in detail`,
      `detail.${name}`,
      fc.constantFrom('', null, 0, {}, '20261124103000'),
      ({ detail, ...notice }, bad) => ({ ...notice, detail: { ...Object(detail), [name]: bad } }),
    ),
  ),
  inNotice(
    'paid_time beside detail',
    'paid_time',
    fc.constantFrom('20261124103000', null, 0),
    ({ detail: _, ...notice }, bad) => Object.assign({ ...notice }, { paid_time: bad }),
  ),
  inNotice(
    'another type',
    'type',
    fc.oneof(
      fc.constantFrom('', 'ORDER_PAID', 'order_paid', 'Order_Paid ', 'Order_Refunded', 'Order Paid'),
      fc.string({ maxLength: 9 }),
    ),
    set('type'),
  ),
  inNotice('type not text', 'type', notText, set('type')),
  inNotice('detail missing', 'detail', missing, set('detail')),
  inNotice('detail not an object', 'detail', notObject, set('detail')),
  inNotice(
    'detail an array',
    'detail.paid_time',
    fc.array(fc.constantFrom('20261124103000', { paid_time: '20261124103000' }), { maxLength: 3 }),
    set('detail'),
  ),
  inNotice(
    'notice too large',
    'detail',
    fc.integer({ min: 8192, max: 12_000 }),
    (notice, bad) => Object.assign({ ...notice }, { note: 'x'.repeat(Number(bad)) }),
    BODILESS,
  ),
]
