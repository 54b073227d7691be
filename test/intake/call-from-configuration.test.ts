import { describe, expect, it } from 'vitest'
import type { Merchant } from '../../lib/config/served.ts'
import { renewedCall } from '../../lib/intake/call-from-configuration.ts'
import { hashCall, type Row } from '../../lib/ledger/row.ts'
import { CLAIMED } from '../support/orders.ts'
import { USUAL_PACE } from '../support/paced-signers.ts'
import { LAST_ERRORS } from '../support/verdicts.ts'

const MERCHANT: Merchant = {
  mchid: '1900000109',
  sources: [],
  order_api: 'serviceorder',
  services: new Map([['500001', ['wxd678efh567hg6787']]]),
  mode: 'sync',
  ...USUAL_PACE,
  closed: false,
}
const served = (change: Partial<Merchant> = {}) => new Map([['1900000109', { ...MERCHANT, ...change }]])

const BLAMED: Row = { ...CLAIMED, last_error: LAST_ERRORS.config }

describe('a row whose last answer blamed the deployment', () => {
  it.each([
    ['another family', { order_api: 'payafter-orders' }, { order_api: 'payafter-orders' }],
    ['another appid', { services: new Map([['500001', ['wx2']]]) }, { appid: 'wx2' }],
    ['the only service', { services: new Map([['500002', ['wx2']]]) }, { service_id: '500002', appid: 'wx2' }],
    ['a merchant that is closed', { closed: true, order_api: 'payafter-orders' }, { order_api: 'payafter-orders' }],
  ] as const)('is called as configuration has it now: %s', (_, change, expected) => {
    const call = { ...CLAIMED.call, ...expected }

    expect(renewedCall(BLAMED, served(change))).toStrictEqual({ ...BLAMED, call, call_hash: hashCall(call) })
  })

  it('keeps the appid that its notice chose while it is one of the service', () => {
    const row = { ...BLAMED, call: { ...CLAIMED.call, appid: 'wx3' } }

    const change = { order_api: 'payafter-orders', services: new Map([['500001', ['wx2', 'wx3']]]) } as const
    expect(renewedCall(row, served(change)).call).toMatchObject({ order_api: 'payafter-orders', appid: 'wx3' })
  })

  it('is signed for by a provider that was forgotten', () => {
    const { call } = renewedCall(
      BLAMED,
      served({
        order_api: 'acquiringbank',
        provider: '1800000002',
        channel_id: '42',
        services: new Map([['500001', []]]),
      }),
    )

    expect(call).toStrictEqual({
      order_api: 'acquiringbank',
      mchid: '1800000002',
      sub_mchid: '1900000109',
      service_id: '500001',
      channel_id: '42',
      out_order_no: '1234323JKHDFE1243252',
      paid_time: '20261124102900',
    })
  })

  it('has the hash that its notice would have now, with the amount that it stated', () => {
    const row = { ...BLAMED, expected_amount: 3900 }
    const { call, call_hash } = renewedCall(row, served({ order_api: 'payafter-orders' }))

    expect(call_hash).toBe(hashCall(call, 3900))
  })

  it('keeps its hash where paid_time was altered: the one that was stated is not known', () => {
    const row: Row = { ...BLAMED, paid_time_clamped: true }

    expect(renewedCall(row, served({ order_api: 'payafter-orders' })).call_hash).toBe('the first call')
  })

  it.each([
    ['nothing has changed', served()],
    ['the merchant is served no more', new Map()],
    [
      'its service is none of several',
      served({
        services: new Map([
          ['500002', ['wx2']],
          ['500003', ['wx3']],
        ]),
      }),
    ],
  ])('is as it was where %s', (_, merchants) => {
    expect(renewedCall(BLAMED, merchants)).toBe(BLAMED)
  })
})

it('is renewed when WeChat Pay did not know the order', () => {
  const row = { ...CLAIMED, last_error: LAST_ERRORS.absent }

  expect(renewedCall(row, served({ order_api: 'payafter-orders' })).call.order_api).toBe('payafter-orders')
})

it.each(['unpaid', 'open', 'unknown', 'unsent', 'throttled', 'state', 'busy', 'invalid'] as const)(
  'is left alone after any other answer: %s',
  (kind) => {
    const row = { ...CLAIMED, last_error: LAST_ERRORS[kind] }

    expect(renewedCall(row, served({ order_api: 'payafter-orders' }))).toBe(row)
    expect(renewedCall(CLAIMED, served({ order_api: 'payafter-orders' }))).toBe(CLAIMED)
  },
)
