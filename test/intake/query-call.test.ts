import { describe, expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { readQueryCall } from '../../lib/intake/payment-notice.ts'
import { MERCHANTS } from '../wechatpay/samples.ts'

describe('the call that asks about an order which nobody has paid yet', () => {
  it.each([
    [
      'a direct merchant',
      '1900000109',
      undefined,
      { order_api: 'payafter-orders', mchid: '1900000109', appid: 'wxd678efh567hg6787' },
      '2002000000000558128851361561536',
    ],
    [
      'one of two services',
      '1900000117',
      '500002',
      { order_api: 'serviceorder', mchid: '1900000117', appid: 'wx2222222222222222' },
      '500002',
    ],
    [
      'a sub-merchant, by its provider',
      '1900000125',
      undefined,
      { order_api: 'partner', mchid: '1800000001', sub_mchid: '1900000125' },
      '500003',
    ],
    [
      'a closed merchant',
      '1900000141',
      '500005',
      { order_api: 'payafter-orders', mchid: '1900000141', appid: 'wx5555555555555555' },
      '500005',
    ],
  ])('is whole for %s, with no time of payment', (_, mchid, asked, parties, service_id) => {
    expect(readQueryCall({ mchid, out_order_no: '7' }, { service_id: asked }, MERCHANTS)).toStrictEqual({
      ...parties,
      service_id,
      out_order_no: '7',
      paid_time: '',
    })
  })

  it.each([
    ['1900000117', undefined, 'service_id', 'is needed: merchant 1900000117 has 2 services'],
    ['1900000109', '500001', 'service_id', 'is not a service of merchant 1900000109'],
    ['1900000109', '', 'service_id', 'is not a service of merchant 1900000109'],
    ['1900000110', undefined, 'mchid', 'is not a merchant that this service serves'],
  ])('is refused for merchant %s and service %s', (mchid, service_id, field, problem) => {
    expect(() => readQueryCall({ mchid, out_order_no: '7' }, { service_id }, MERCHANTS)).toThrow(
      new InputError(field, problem),
    )
  })
})
