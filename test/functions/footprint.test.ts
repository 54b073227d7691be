import { afterAll, expect, it } from 'vitest'
import { startWorld } from '../../lib/local/world.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus } from '../support/till.ts'

const MINUTE = 60_000
const MIB = 1 << 20
const API = 'payafter-orders'

const world = await startWorld({ merchants: [SERVED[API]], maxConcurrency: 1 })
afterAll(() => world.close())

const pay = async (out_order_no: string) => {
  placeOrder(world, API, out_order_no)
  const { result } = await world.lambdas.sync.invoke(noticeOf(API, out_order_no))
  return result
}

it('has not loaded undici after a sync', async () => {
  await pay('LIGHT')

  const modules = await world.lambdas.sync.moduleLoadList()
  expect(modules).toContain('NativeModule https')
  expect(modules.filter((name) => /undici/.test(name))).toEqual([])
})

it('has not loaded undici after a query', async () => {
  await world.pass(11 * MINUTE)

  const modules = await world.lambdas.query.moduleLoadList()
  expect(modules).toContain('NativeModule https')
  expect(modules.filter((name) => /undici/.test(name))).toEqual([])
})

it('takes no more of an answer of 64 MiB than it may: within 256 MiB, and the outcome is unknown', async () => {
  world.wechatpay.faultNext({ fault: 'body-64-mib', match: { out_order_no: 'HUGE' } })

  const told = await pay('HUGE')
  const { peakRss } = await world.lambdas.sync.memory()
  await world.pass(15 * MINUTE)

  expect(told).toMatchObject({ state: 'PENDING', last_error: { verdict: 'unknown', code: 'ANSWER_TOO_LARGE' } })
  expect(peakRss).toBeLessThan(256 * MIB)
  const { body } = await askStatus(world, SERVED[API].mchid, 'HUGE')
  expect(body).toMatchObject({ state: 'SYNCED', confirmed: true })
  expect(world.wechatpay.history.posts('HUGE')).toHaveLength(1)
})

it('takes no more of a huge answer to a query either', async () => {
  await pay('HUGE-QUERY')
  world.wechatpay.faultNext({ fault: 'body-64-mib', match: { kind: 'query', out_order_no: 'HUGE-QUERY' } })

  await world.pass(11 * MINUTE)
  const { peakRss } = await world.lambdas.query.memory()

  expect(peakRss).toBeLessThan(256 * MIB)
  const { body } = await askStatus(world, SERVED[API].mchid, 'HUGE-QUERY')
  expect(body).toMatchObject({ state: 'SYNCED', last_error: { verdict: 'unknown', code: 'ANSWER_TOO_LARGE' } })
})

it('lives in one process each: no invocation has ended one', () => {
  expect([world.lambdas.sync.coldStarts, world.lambdas.query.coldStarts]).toEqual([1, 1])
})
