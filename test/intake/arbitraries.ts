import fc from 'fast-check'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import type { Call } from '../../lib/wechatpay/order-api.ts'
import { KINDS, type Kind, type Notice } from '../wechatpay/samples.ts'

/** A notice that nothing is wrong with, the way it comes, and what must be made of it. */
export type Valid = {
  readonly kind: Kind
  readonly notice: Notice
  readonly call: Call
  readonly isClamped: boolean
  readonly extras: Extras
}

type Extras = Pick<PaymentNotice, 'expected_amount' | 'mode' | 'labels'>

/** Who may be paid: what the notice says of them and what the call must say. */
const PARTIES: readonly (readonly [Notice, Pick<Call, 'order_api' | 'mchid' | 'service_id'> & Partial<Call>])[] = [
  [
    { mchid: '1900000109' },
    {
      order_api: 'payafter-orders',
      mchid: '1900000109',
      appid: 'wxd678efh567hg6787',
      service_id: '2002000000000558128851361561536',
    },
  ],
  [
    { mchid: '1900000109', service_id: '2002000000000558128851361561536' },
    {
      order_api: 'payafter-orders',
      mchid: '1900000109',
      appid: 'wxd678efh567hg6787',
      service_id: '2002000000000558128851361561536',
    },
  ],
  [
    { mchid: '1900000117', service_id: '500001' },
    { order_api: 'serviceorder', mchid: '1900000117', appid: 'wx1111111111111111', service_id: '500001' },
  ],
  [
    { mchid: '1900000117', service_id: '500002' },
    { order_api: 'serviceorder', mchid: '1900000117', appid: 'wx2222222222222222', service_id: '500002' },
  ],
  [
    { mchid: '1900000117', service_id: '500002', appid: 'wx3333333333333333' },
    { order_api: 'serviceorder', mchid: '1900000117', appid: 'wx3333333333333333', service_id: '500002' },
  ],
  [
    { mchid: '1900000133', sub_mchid: '1900000133', channel_id: '2088000001' },
    {
      order_api: 'acquiringbank',
      mchid: '1800000002',
      sub_mchid: '1900000133',
      channel_id: '2088000001',
      service_id: '500004',
    },
  ],
  [
    { mchid: '1900000125', service_id: '500003' },
    { order_api: 'partner', mchid: '1800000001', sub_mchid: '1900000125', service_id: '500003' },
  ],
  [
    { mchid: '1900000133' },
    {
      order_api: 'acquiringbank',
      mchid: '1800000002',
      sub_mchid: '1900000133',
      channel_id: '2088000001',
      service_id: '500004',
    },
  ],
]

const ORDER_NO_CHARACTERS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-|*']

/** Order numbers of at most `maxLength` characters. */
export const orderNo = (maxLength = 32): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...ORDER_NO_CHARACTERS), minLength: 1, maxLength })

const twoDigits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((number) => String(number).padStart(2, '0'))

/** Year, month, day: real in every year, and long past. */
export const date: fc.Arbitrary<[string, string, string]> = fc.tuple(
  fc.integer({ min: 2000, max: 2025 }).map(String),
  twoDigits(1, 12),
  twoDigits(1, 28),
)

/** Hour, minute, second. */
export const clock: fc.Arbitrary<[string, string, string]> = fc.tuple(
  twoDigits(0, 23),
  twoDigits(0, 59),
  twoDigits(0, 59),
)

type Time = { readonly text: string; readonly paid_time: string; readonly isClamped: boolean }

const past = (text: string, paid_time: string): Time => ({ text, paid_time, isClamped: false })
const ahead = (text: string): Time => ({ text, paid_time: '20261124103000', isClamped: true })

const time: fc.Arbitrary<Time> = fc.oneof(
  fc.tuple(date, clock).map(([day, hours]) => past([...day, ...hours].join(''), [...day, ...hours].join(''))),
  date.map((day) => past(day.join(''), `${day.join('')}000000`)),
  fc
    .tuple(date, clock)
    .map(([day, hours]) => past(`${day.join('-')}T${hours.join(':')}+08:00`, [...day, ...hours].join(''))),
  fc.constantFrom(
    past('20240229', '20240229000000'),
    past('20200229235959', '20200229235959'),
    past('2024-02-28T16:00:00Z', '20240229000000'),
    past('2024-02-29T16:00:00.5Z', '20240301000000'),
    past('2025-12-31T11:30:00-05:00', '20260101003000'),
    past('2026-11-24T10:30:00+08:00', '20261124103000'),
    past('2026-11-24T02:30:00Z', '20261124103000'),
    ahead('20261124103001'),
    ahead('20261125'),
    ahead('20261125103000'),
    ahead('2026-11-25T02:30:00Z'),
  ),
)

const label = fc.string({
  unit: fc.constantFrom(...'09AZaz-_/# \u5357\u5c71\uff08\uff09\u{1f3ea}'),
  minLength: 1,
  maxLength: 64,
})

/** What a notice may carry beside its call, and what must be made of it. */
const extra: fc.Arbitrary<readonly [Notice, Extras]> = fc.oneof(
  fc.constant<readonly [Notice, Extras]>([{}, {}]),
  fc
    .constantFrom(1, 3900, 10_000_000_000)
    .map((amount): readonly [Notice, Extras] => [{ amount }, { expected_amount: amount, mode: 'check' }]),
  fc
    .record({ shop_id: label, cashier_id: label, pos_ref: label }, { requiredKeys: ['shop_id'], noNullPrototype: true })
    .map((labels): readonly [Notice, Extras] => [labels, { labels }]),
)

/** Notices of every kind and party that must be accepted. */
export const valid = (kinds: readonly Kind[] = KINDS): fc.Arbitrary<Valid> =>
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      party: fc.constantFrom(...PARTIES),
      out_order_no: orderNo(),
      time,
      isTyped: fc.boolean(),
      extra,
    })
    .map(({ kind, party: [who, parties], out_order_no, time: { text, paid_time, isClamped }, isTyped, extra }) => ({
      kind,
      notice: {
        ...who,
        out_order_no,
        ...(isTyped && { type: 'Order_Paid' }),
        detail: { paid_time: text },
        ...extra[0],
      },
      call: { ...parties, out_order_no, paid_time },
      isClamped,
      extras: extra[1],
    }))
