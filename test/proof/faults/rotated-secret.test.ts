import { afterEach, beforeEach, expect, it } from 'vitest'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { MINUTE } from '../../support/orders.ts'
import { type NearWorld, startNearWorld } from './near-world.ts'

let world: NearWorld

beforeEach(async () => {
  world = await startNearWorld()
})
afterEach(() => world.wechatpay.close())

it('an order whose key was revoked in between is asked about and synced with the new one by the next try', async () => {
  await syncOrder(world.placeOrder('BEFORE'), 'http', world.deps)
  world.rotate()
  world.revokeFirst()

  const { reply } = await syncOrder(world.placeOrder('AFTER'), 'http', world.deps)
  world.clock.now += 2 * MINUTE
  await processDue(world.due('AFTER', 'query'), world.deps)
  await processDue(world.due('AFTER', 'sync'), world.deps)

  expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING' } })
  expect(world.row('AFTER')).toMatchObject({ state: 'SYNCED' })
  expect([world.statuses('BEFORE'), world.statuses('AFTER')]).toEqual([[200], [401, 200]])
})

it('orders wait, with an alarm, while a revoked key is all there is', async () => {
  world.revokeFirst()

  const first = await syncOrder(world.placeOrder('WAITS'), 'http', world.deps)
  world.clock.now += 90 * MINUTE
  const second = await processDue(world.due('WAITS', 'query'), world.deps)

  expect([first.metrics, second.metrics]).toMatchObject([{ config: {} }, { config: {} }])
  expect(world.row('WAITS')).toMatchObject({ state: 'PENDING', next: 'query', due: expect.any(String) })
  expect(world.statuses('WAITS')).toEqual([401])
})
