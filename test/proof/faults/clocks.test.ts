import { afterEach, beforeEach, expect, it } from 'vitest'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { readPaidTime } from '../../../lib/paid-time.ts'
import { HOUR, MINUTE, NOW, SECOND } from '../../support/orders.ts'
import { type NearWorld, startNearWorld } from './near-world.ts'

let world: NearWorld

beforeEach(async () => {
  world = await startNearWorld()
})
afterEach(() => world.wechatpay.close())

it('takes a till that is 10 minutes ahead at its word, less those minutes, and none that is a day ahead', () => {
  expect(readPaidTime('2026-11-24T10:30:05+08:00', NOW)).toMatchObject({ paid_time: '20261124103000' })
  expect(readPaidTime('2026-11-24T10:40:00+08:00', NOW)).toMatchObject({
    paid_time: '20261124103000',
    paid_time_clamped: true,
  })
  expect(readPaidTime('2026-11-25T10:30:00+08:00', NOW)).toMatchObject({ paid_time: '20261124103000' })
  expect(readPaidTime('2026-11-25T10:30:01+08:00', NOW)).toBeUndefined()
})

it.each([-5, 5])('a clock of ours that is %i s off changes nothing', async (seconds) => {
  world.clock.ours = seconds * SECOND
  const order = world.placeOrder('NEARLY')

  const { reply } = await syncOrder(order, 'http', world.deps)
  world.clock.now += 11 * MINUTE
  await processDue(world.due('NEARLY', 'query'), world.deps)

  expect(reply.status).toBe(200)
  expect(world.row('NEARLY')).toMatchObject({ state: 'SYNCED', proof: { status: 200 } })
  expect(world.statuses('NEARLY')).toEqual([200])
})

it.each([-600, 600])('a clock of ours that is %i s off ends no order, and is an alarm', async (seconds) => {
  world.clock.ours = seconds * SECOND
  const order = world.placeOrder('FAR-OFF')

  const { reply, metrics } = await syncOrder(order, 'http', world.deps)
  const told = world.row('FAR-OFF')
  world.clock.ours = 0
  world.clock.now += 1 * HOUR
  await processDue(world.due('FAR-OFF', 'query'), world.deps)
  await processDue(world.due('FAR-OFF', 'sync'), world.deps)

  expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING' } })
  expect(metrics).toHaveProperty('config')
  expect(told).toMatchObject({ next: 'query', last_error: { verdict: 'config', status: 401, code: 'SIGN_ERROR' } })
  expect(world.row('FAR-OFF')).toMatchObject({ state: 'SYNCED' })
  expect(world.statuses('FAR-OFF')).toEqual([401, 200])
})
