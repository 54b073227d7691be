import { describe, expect, test } from 'vitest'
import { type Call, queryRequest, syncRequest } from '../../lib/wechatpay/order-api.ts'

const order = {
  out_order_no: '1234323JKHDFE1243252',
  service_id: '2002000000000558128851361561536',
  paid_time: '20261124103000',
}
const direct = { ...order, mchid: '1900000109', appid: 'wx0a1b2c3d4e5f6789' }
const sub = { ...order, mchid: '1900000100', sub_mchid: '1900000109' }

const payafter: Call = { ...direct, order_api: 'payafter-orders' }
const serviceorder: Call = { ...direct, order_api: 'serviceorder' }
const partner: Call = { ...sub, order_api: 'partner' }
const acquiringbank: Call = { ...sub, channel_id: '1900000200', order_api: 'acquiringbank' }

describe('a sync', () => {
  test('of payafter-orders names the appid in its body', () => {
    const request = syncRequest(payafter)

    expect(request).toStrictEqual({
      method: 'POST',
      target: '/v3/payscore/payafter-orders/1234323JKHDFE1243252/sync',
      body: '{"appid":"wx0a1b2c3d4e5f6789","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
    })
  })

  test('of serviceorder has the same body under its own path', () => {
    const request = syncRequest(serviceorder)

    expect(request).toStrictEqual({
      method: 'POST',
      target: '/v3/payscore/serviceorder/1234323JKHDFE1243252/sync',
      body: '{"appid":"wx0a1b2c3d4e5f6789","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
    })
  })

  test('of partner names the sub-merchant and no appid', () => {
    const request = syncRequest(partner)

    expect(request).toStrictEqual({
      method: 'POST',
      target: '/v3/payscore/partner/serviceorder/1234323JKHDFE1243252/sync',
      body: '{"sub_mchid":"1900000109","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
    })
  })

  test('of acquiringbank names the sub-merchant and the channel', () => {
    const request = syncRequest(acquiringbank)

    expect(request).toStrictEqual({
      method: 'POST',
      target: '/v3/payscore/acquiringbank/serviceorder/1234323JKHDFE1243252/sync',
      body: '{"sub_mchid":"1900000109","channel_id":"1900000200","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
    })
  })
})

describe('a query', () => {
  test('of payafter-orders asks by service, order number and appid', () => {
    const request = queryRequest(payafter)

    expect(request).toStrictEqual({
      method: 'GET',
      target:
        '/v3/payscore/payafter-orders?service_id=2002000000000558128851361561536&out_order_no=1234323JKHDFE1243252&appid=wx0a1b2c3d4e5f6789',
      body: '',
    })
  })

  test('of serviceorder asks the same under its own path', () => {
    const request = queryRequest(serviceorder)

    expect(request).toStrictEqual({
      method: 'GET',
      target:
        '/v3/payscore/serviceorder?service_id=2002000000000558128851361561536&out_order_no=1234323JKHDFE1243252&appid=wx0a1b2c3d4e5f6789',
      body: '',
    })
  })

  test('of partner asks by the sub-merchant and no appid', () => {
    const request = queryRequest(partner)

    expect(request).toStrictEqual({
      method: 'GET',
      target:
        '/v3/payscore/partner/serviceorder?service_id=2002000000000558128851361561536&out_order_no=1234323JKHDFE1243252&sub_mchid=1900000109',
      body: '',
    })
  })

  test('of acquiringbank asks by the sub-merchant and the channel', () => {
    const request = queryRequest(acquiringbank)

    expect(request).toStrictEqual({
      method: 'GET',
      target:
        '/v3/payscore/acquiringbank/serviceorder?service_id=2002000000000558128851361561536&out_order_no=1234323JKHDFE1243252&sub_mchid=1900000109&channel_id=1900000200',
      body: '',
    })
  })
})

test('a channel that the institution does not use is left out of the body and of the query', () => {
  const { channel_id: _, ...call } = acquiringbank

  expect(syncRequest(call).body).toBe(
    '{"sub_mchid":"1900000109","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
  )
  expect(queryRequest(call).target).toBe(
    '/v3/payscore/acquiringbank/serviceorder?service_id=2002000000000558128851361561536&out_order_no=1234323JKHDFE1243252&sub_mchid=1900000109',
  )
})

describe('an order number', () => {
  const call: Call = { ...serviceorder, out_order_no: 'aZ09_-|*' }

  test('is percent-encoded once in the path: | as %7C, * as it is', () => {
    expect(syncRequest(call).target).toBe('/v3/payscore/serviceorder/aZ09_-%7C*/sync')
  })

  test('is percent-encoded the same way in the query', () => {
    expect(queryRequest(call).target).toBe(
      '/v3/payscore/serviceorder?service_id=2002000000000558128851361561536&out_order_no=aZ09_-%7C*&appid=wx0a1b2c3d4e5f6789',
    )
  })

  test('is never repeated in the body', () => {
    expect(syncRequest(call).body).not.toContain('aZ09')
  })
})

describe('members that a family does not know', () => {
  const everything = { ...direct, sub_mchid: '1900000109', channel_id: '1900000200' }

  test('are left out of the body of a direct merchant', () => {
    const { body } = syncRequest({ ...everything, order_api: 'payafter-orders' })

    expect(body).toBe(
      '{"appid":"wx0a1b2c3d4e5f6789","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
    )
  })

  test('are left out of the body of a service provider', () => {
    const { body } = syncRequest({ ...everything, order_api: 'partner' })

    expect(body).toBe(
      '{"sub_mchid":"1900000109","service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
    )
  })
})

test('a member that the call does not have is left out, never sent as null', () => {
  const bare = { ...order, mchid: '1900000109' }

  const bodies = [
    syncRequest({ ...bare, order_api: 'serviceorder' }).body,
    syncRequest({ ...bare, order_api: 'partner' }).body,
    syncRequest({ ...bare, order_api: 'acquiringbank' }).body,
  ]

  const without =
    '{"service_id":"2002000000000558128851361561536","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}'
  expect(bodies).toEqual([without, without, without])
})
