import { afterEach, beforeEach, expect, it } from 'vitest'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { readPaidTime } from '../../../lib/paid-time.ts'
import { HOUR, MINUTE, NOW, SECOND } from '../../support/orders.ts'
import { startWechatpayDeps, type WechatpayDeps } from './wechatpay-deps.ts'

let fakes: WechatpayDeps

beforeEach(async () => {
  fakes = await startWechatpayDeps()
})
afterEach(() => fakes.wechatpay.close())

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
  fakes.clock.ours = seconds * SECOND
  const order = fakes.placeOrder('NEARLY')

  const { reply } = await syncOrder(order, 'http', fakes.deps)
  fakes.clock.now += 11 * MINUTE
  await processDue(fakes.due('NEARLY', 'query'), fakes.deps)

  expect(reply.status).toBe(200)
  expect(fakes.row('NEARLY')).toMatchObject({ state: 'SYNCED', proved_at: expect.any(Number) })
  expect(fakes.statuses('NEARLY')).toEqual([200])
})

it.each([-600, 600])('a clock of ours that is %i s off ends no order, and is an alarm', async (seconds) => {
  fakes.clock.ours = seconds * SECOND
  const order = fakes.placeOrder('FAR-OFF')

  const { reply, metrics } = await syncOrder(order, 'http', fakes.deps)
  const told = fakes.row('FAR-OFF')
  fakes.clock.ours = 0
  fakes.clock.now += 1 * HOUR
  await processDue(fakes.due('FAR-OFF', 'query'), fakes.deps)
  await processDue(fakes.due('FAR-OFF', 'sync'), fakes.deps)

  expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING' } })
  expect(metrics).toHaveProperty('config')
  expect(told).toMatchObject({ next: 'query', last_error: { verdict: 'config', status: 401, code: 'SIGN_ERROR' } })
  expect(fakes.row('FAR-OFF')).toMatchObject({ state: 'SYNCED' })
  expect(fakes.statuses('FAR-OFF')).toEqual([401, 200])
})
