import { afterEach, beforeEach, expect, it } from 'vitest'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { MINUTE } from '../../support/orders.ts'
import { startWechatpayDeps, type WechatpayDeps } from './wechatpay-deps.ts'

let fakes: WechatpayDeps

beforeEach(async () => {
  fakes = await startWechatpayDeps()
})
afterEach(() => fakes.wechatpay.close())

it('an order whose key was revoked in between is asked about and synced with the new one by the next try', async () => {
  await syncOrder(fakes.placeOrder('BEFORE'), 'http', fakes.deps)
  fakes.rotate()
  fakes.revokeFirst()

  const { reply } = await syncOrder(fakes.placeOrder('AFTER'), 'http', fakes.deps)
  fakes.clock.now += 2 * MINUTE
  await processDue(fakes.due('AFTER', 'query'), fakes.deps)
  await processDue(fakes.due('AFTER', 'sync'), fakes.deps)

  expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING' } })
  expect(fakes.row('AFTER')).toMatchObject({ state: 'SYNCED' })
  expect([fakes.statuses('BEFORE'), fakes.statuses('AFTER')]).toEqual([[200], [401, 200]])
})

it('orders wait, with an alarm, while a revoked key is all there is', async () => {
  fakes.revokeFirst()

  const first = await syncOrder(fakes.placeOrder('WAITS'), 'http', fakes.deps)
  fakes.clock.now += 90 * MINUTE
  const second = await processDue(fakes.due('WAITS', 'query'), fakes.deps)

  expect([first.metrics, second.metrics]).toMatchObject([{ config: {} }, { config: {} }])
  expect(fakes.row('WAITS')).toMatchObject({ state: 'PENDING', next: 'query', due: expect.any(String) })
  expect(fakes.statuses('WAITS')).toEqual([401])
})
