import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { APIS, type Api, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { askStatus, handOver, TRIGGERS, type Trigger } from '../support/till.ts'

const MINUTE = 60_000

const world = await startWorld({ merchants: APIS.map((api) => SERVED[api]) })
const invocations = watchInvocations(world)
afterAll(() => world.close())

/** What must stand on the wire for the order `N|1*X`, X being the last letter of its number. */
const WIRE: Readonly<Record<Api, { post: string; body: string; status: number; get: string }>> = {
  'payafter-orders': {
    post: '/v3/payscore/payafter-orders/N%7C1*X/sync',
    body: '{"appid":"wxd678efh567hg6787","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20250301120000"}}',
    status: 200,
    get: '/v3/payscore/payafter-orders?service_id=500001&out_order_no=N%7C1*X&appid=wxd678efh567hg6787',
  },
  serviceorder: {
    post: '/v3/payscore/serviceorder/N%7C1*X/sync',
    body: '{"appid":"wxd678efh567hg6788","service_id":"500002","type":"Order_Paid","detail":{"paid_time":"20250301120000"}}',
    status: 200,
    get: '/v3/payscore/serviceorder?service_id=500002&out_order_no=N%7C1*X&appid=wxd678efh567hg6788',
  },
  partner: {
    post: '/v3/payscore/partner/serviceorder/N%7C1*X/sync',
    body: '{"sub_mchid":"1900000201","service_id":"500003","type":"Order_Paid","detail":{"paid_time":"20250301120000"}}',
    status: 204,
    get: '/v3/payscore/partner/serviceorder?service_id=500003&out_order_no=N%7C1*X&sub_mchid=1900000201',
  },
  acquiringbank: {
    post: '/v3/payscore/acquiringbank/serviceorder/N%7C1*X/sync',
    body: '{"sub_mchid":"1900000301","channel_id":"1900000399","service_id":"500004","type":"Order_Paid","detail":{"paid_time":"20250301120000"}}',
    status: 204,
    get: '/v3/payscore/acquiringbank/serviceorder?service_id=500004&out_order_no=N%7C1*X&sub_mchid=1900000301&channel_id=1900000399',
  },
}

/** Each order has a letter of its own, since the history files calls by the order's number alone. */
const CASES = APIS.flatMap((api, row) =>
  TRIGGERS.map((trigger, column) => ({ api, trigger, letter: 'ABCDEFGHIJKLMNOP'.charAt(row * 4 + column) })),
)

const onWire = (text: string, letter: string) => text.replace('1*X', `1*${letter}`)

it.each(CASES)('makes exactly one POST of a notice by $trigger for an order of $api', async (one) => {
  const { api, trigger, letter } = one
  const out_order_no = `N|1*${letter}`
  const order = placeOrder(world, api, out_order_no)

  const told = await handOver(world, trigger, noticeOf(api, out_order_no))

  const posts = world.wechatpay.history.posts(out_order_no)
  expect(posts.map(({ method, target, body, status }) => [method, target, body, status])).toEqual([
    ['POST', onWire(WIRE[api].post, letter), WIRE[api].body, WIRE[api].status],
  ])
  expect(world.wechatpay.history.queries(out_order_no)).toEqual([])
  expect(order.payments).toEqual([{ paid_type: 'MCH', amount: 8800, paid_time: '20250301120000' }])
  expect(told).toEqual(expectedAnswer(api, trigger, out_order_no, order.order_id))
  expect(await rowOf(world, api, out_order_no)).toMatchObject({
    state: 'SYNCED',
    taken_at: expect.any(Number),
  })
})

it('asks nothing before the confirm delay is over', async () => {
  await world.pass(9 * MINUTE)

  expect(world.wechatpay.history.calls.filter(({ kind }) => kind === 'query')).toEqual([])
})

describe('after the confirm delay', () => {
  beforeAll(() => world.pass(2 * MINUTE))

  const askedAbout = CASES.filter(({ api }) => api !== 'serviceorder')
  it.each(askedAbout)('has proved the order of $api by one query, told by $trigger', async ({ api, letter }) => {
    const out_order_no = `N|1*${letter}`

    const queries = world.wechatpay.history.queries(out_order_no)
    expect(queries.map(({ method, target, body }) => [method, target, body])).toEqual([
      ['GET', onWire(WIRE[api].get, letter), ''],
    ])
    expect(world.wechatpay.history.posts(out_order_no)).toHaveLength(1)
    expect(await rowOf(world, api, out_order_no)).toMatchObject({ proved_at: expect.any(Number) })
  })

  const provedAtOnce = CASES.filter(({ api }) => api === 'serviceorder')
  it.each(provedAtOnce)("needed no query where the sync's own answer is the whole order: $trigger", async (one) => {
    const out_order_no = `N|1*${one.letter}`

    expect(world.wechatpay.history.queries(out_order_no)).toEqual([])
    expect(world.wechatpay.history.posts(out_order_no)).toHaveLength(1)
    const { taken_at, proved_at } = (await rowOf(world, one.api, out_order_no)) ?? {}
    expect(proved_at).toEqual(taken_at)
  })

  it.each(CASES)('shows the order of $api as confirmed, told by $trigger', async ({ api, letter }) => {
    const { status, body } = await askStatus(world, SERVED[api].mchid, `N|1*${letter}`)

    expect(status).toBe(200)
    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true, next_step: 'Nothing.' })
    expect(await rowOf(world, api, `N|1*${letter}`)).not.toHaveProperty('due')
  })
})

it.each([
  { api: 'payafter-orders', letter: 'Q' },
  { api: 'serviceorder', letter: 'R' },
  { api: 'partner', letter: 'S' },
  { api: 'acquiringbank', letter: 'T' },
] as const)('asks about an order of $api that nobody has paid, and keeps nothing of it', async ({ api, letter }) => {
  const out_order_no = `N|1*${letter}`
  placeOrder(world, api, out_order_no)

  const { status, body } = await askStatus(world, SERVED[api].mchid, out_order_no, '?check=1')

  const [query] = world.wechatpay.history.queries(out_order_no)
  expect(query?.target).toBe(onWire(WIRE[api].get, letter))
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      out_order_no,
      verdict: 'unpaid',
      total_amount: 8800,
      may_charge: true,
      advice: 'Take the whole sum, and hand the payment over at once.',
      advice_zh: '可以收款:请全额收取,收款后立即发送线下收款通知。',
      request_id: expect.stringMatching(/-0$/),
    },
  })
  expect(await rowOf(world, api, out_order_no)).toBeUndefined()
})

it('makes at most one signed call in an invocation, and none outside of one', () => {
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
})

/** An event has no answer. A sync that is answered without a body tells no order_id; one with the whole order is proof. */
const expectedAnswer = (api: Api, trigger: Trigger, out_order_no: string, order_id: string) => {
  if (trigger === 'EventBridge') return { headers: {}, body: {} }
  const { mchid, services } = SERVED[api]
  const [appid] = Object.values(services)
  const body = {
    ...(appid !== '' && { appid, order_id }),
    mchid,
    out_order_no,
    state: 'SYNCED',
    attempt: api === 'serviceorder' ? 1 : 2,
    confirmed: api === 'serviceorder',
    synced_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    replayed: false,
  }
  if (trigger === 'direct invocation') return { headers: {}, body }
  const headers = expect.objectContaining({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  return { status: 200, headers, body }
}
