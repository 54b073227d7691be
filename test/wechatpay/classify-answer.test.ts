import { describe, expect, it } from 'vitest'
import { queryVerdict, syncVerdict } from '../../lib/wechatpay/classify-answer.ts'
import type { OrderApi } from '../../lib/wechatpay/order-api.ts'
import { CALLS, PAYAFTER_SYNCED, payafterOrder, REQUEST_ID, SIGNED, serviceOrder, signed } from './answers.ts'
import { NOW } from './samples.ts'
import { PAYAFTER_ORDERS, SERVICE_ORDERS } from './verdict-rows.ts'

const FAMILY = ['serviceorder', 'partner', 'acquiringbank'] as const satisfies readonly OrderApi[]

describe.each(FAMILY)('the order of a %s answer', (api) => {
  it.each(SERVICE_ORDERS)('is judged when %s', (_, state, bySync, byQuery) => {
    const answer = signed(200, serviceOrder(api, state))

    expect(syncVerdict(CALLS[api], answer)).toMatchObject({ kind: bySync, verified: true, status: 200 })
    expect(queryVerdict(CALLS[api], answer)).toMatchObject({ kind: byQuery, verified: true, status: 200 })
  })
})

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
      signedResponse: { ...SIGNED, request_id: REQUEST_ID, status: 200, body: PAYAFTER_SYNCED, sent_at: NOW },
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
        signedResponse: { ...SIGNED, request_id: REQUEST_ID, status: 204, body: '', sent_at: NOW },
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
