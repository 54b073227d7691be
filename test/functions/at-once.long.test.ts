import { afterAll, beforeAll, expect, it } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { askStatus } from '../support/till.ts'

const MINUTE = 60_000
const MANY = 50
const { mchid } = SERVED['payafter-orders']

let world: World
let invocations: ReturnType<typeof watchInvocations>

const atOnce = <T>(make: () => Promise<T>, length = MANY): Promise<T[]> => Promise.all(Array.from({ length }, make))

const due = (out_order_no: string, next: 'sync' | 'query') => ({
  source: 'payscore.reconcile',
  'detail-type': 'Payscore Order Due',
  detail: { mchid, out_order_no, next },
})

// What is refused at once starts every process, ten at a time: the others find them awake and race in earnest.
beforeAll(async () => {
  world = await startWorld({ merchants: [SERVED['payafter-orders']], maxConcurrency: MANY })
  invocations = watchInvocations(world)
  for (const lambda of [world.lambdas.sync, world.lambdas.query])
    for (let count = 10; lambda.sandboxes < MANY; count = Math.min(count + 10, MANY))
      await atOnce(() => lambda.invoke({ mchid: 'nobody' }), count)
}, 180_000)
afterAll(() => world.close())

/** As Lambda does it: a notice that was thrown is handed over again. On a busy machine the ledger may answer too late. */
const deliver = async (event: unknown): Promise<Readonly<Record<string, unknown>>> => {
  const { result, error } = await world.lambdas.sync.invoke(event)
  return error ? deliver(event) : (result as Readonly<Record<string, unknown>>)
}

it('makes one POST of fifty notices at once, each of which is told how the order stands', async () => {
  placeOrder(world, 'payafter-orders', 'NOTICES')

  const told = await atOnce(() => deliver(noticeOf('payafter-orders', 'NOTICES')))
  const posts = world.wechatpay.history.posts('NOTICES')
  await world.pass(20 * MINUTE)

  expect(posts.length).toBeLessThanOrEqual(1)
  expect(told.filter(({ replayed }) => !replayed)).toHaveLength(posts.length)
  expect(told.every(({ state }) => state === 'PENDING' || state === 'SYNCED')).toBe(true)
  expect(world.wechatpay.history.posts('NOTICES')).toHaveLength(1)
  expect((await askStatus(world, mchid, 'NOTICES')).body).toMatchObject({ state: 'SYNCED', confirmed: true })
})

it('makes one POST of fifty events at once that the sync is due', async () => {
  placeOrder(world, 'payafter-orders', 'DUE-SYNC')
  world.wechatpay.refuseNext({ refusal: 'frequency-limited', match: { out_order_no: 'DUE-SYNC' } })
  await world.lambdas.sync.invoke(noticeOf('payafter-orders', 'DUE-SYNC'))
  world.clock.advance(2 * MINUTE)
  // Nobody is told that the sync is due.
  world.bus.faults.add({ kind: 'fail', times: 100 })
  await world.lambdas.query.invoke(due('DUE-SYNC', 'query'))
  world.bus.faults.clear()

  const answers = await atOnce(() => world.lambdas.sync.invoke(due('DUE-SYNC', 'sync')))

  expect(answers.flatMap(({ error }) => error ?? [])).toEqual([])
  expect(world.wechatpay.history.posts('DUE-SYNC').map(({ status }) => status)).toEqual([429, 200])
  expect(await rowOf(world, 'payafter-orders', 'DUE-SYNC')).toMatchObject({ state: 'SYNCED', attempt: 4 })
})

it('makes one query of fifty events at once that the query is due', async () => {
  await world.lambdas.sync.invoke(noticeOf('payafter-orders', 'NO-ORDER'))
  world.clock.advance(2 * MINUTE)

  const Detail = JSON.stringify(due('NO-ORDER', 'query').detail)
  const entry = { Source: 'payscore.reconcile', DetailType: 'Payscore Order Due', EventBusName: world.bus.name, Detail }
  for (let i = 0; i < MANY; i += 10) world.bus.putEvents({ Entries: Array.from({ length: 10 }, () => entry) })
  await world.idle()

  expect(world.bus.history.deliveries.filter(({ rule }) => rule === 'QueryDueRule').length).toBeGreaterThanOrEqual(MANY)
  expect(world.wechatpay.history.queries('NO-ORDER')).toHaveLength(1)
  expect(world.wechatpay.history.posts('NO-ORDER')).toHaveLength(1)
})

it('never had two calls out at once for an order, nor two of one invocation', () => {
  expect(world.wechatpay.history.overlaps()).toEqual([])
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
})
