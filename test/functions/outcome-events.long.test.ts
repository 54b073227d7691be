import { gunzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { readLines } from '../../lib/evidence/answer-line.ts'
import { startWorld, TILL } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { type Api, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, decide, handOver, putNotice, type Told } from '../support/till.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Of every customer here. */
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

const told: Told[] = []

const world = await startWorld({ merchants: Object.values(SERVED) })
const invocations = watchInvocations(world)
afterAll(() => world.close())

type Outcome = { readonly detailType: string; readonly detail: Readonly<Record<string, unknown>> }

const outcomesOf = (out_order_no: string): readonly Outcome[] =>
  world.bus.history.events
    .filter(({ source }) => source === 'payscore.ledger')
    .map(({ detailType, detail }) => ({ detailType, detail: JSON.parse(detail) }))
    .filter(({ detail }) => detail.out_order_no === out_order_no)

const namesOf = (out_order_no: string) =>
  outcomesOf(out_order_no).map(({ detailType, detail }) => [detailType, detail.state, detail.confirmed])

/** Over HTTP, and the way of the order until nothing is due for a while. */
const pay = async (api: Api, out_order_no: string, more: object = {}) => {
  told.push(await handOver(world, 'HTTP API 2.0', { ...noticeOf(api, out_order_no), ...more }))
  await world.idle()
}

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

it('tells that an order is synced when the sync is taken, and again when it is proved', async () => {
  placeOrder(world, 'partner', 'SYNCED')

  await pay('partner', 'SYNCED', { shop_id: '南山店', cashier_id: '007', pos_ref: 'R-1' })
  await world.pass(11 * MINUTE)

  const order = {
    mchid: '1900000201',
    out_order_no: 'SYNCED',
    state: 'SYNCED',
    turn: 'service',
    order_api: 'partner',
    service_id: '500003',
    paid_time: '20250301120000',
    shop_id: '南山店',
    cashier_id: '007',
    pos_ref: 'R-1',
    created_at: TIME,
    synced_at: TIME,
  }
  expect(outcomesOf('SYNCED')).toStrictEqual([
    {
      detailType: 'Payscore Order Synced',
      detail: {
        ...order,
        attempt: 2,
        confirmed: false,
        meaning: 'WeChat Pay took the sync',
        meaning_zh: '已同步,待核实',
        next_step: 'Nothing. A query proves it within minutes.',
        next_step_zh: '无需处理,将自动查单核实。',
        next: 'query',
        next_attempt_at: TIME,
      },
    },
    {
      detailType: 'Payscore Order Synced',
      detail: {
        ...order,
        order_id: '1000000000000000000000000001',
        attempt: 3,
        confirmed: true,
        meaning: 'WeChat Pay has proved that the order is done and will not be charged',
        meaning_zh: '已核实:订单已完成,不再扣款',
        next_step: 'Nothing.',
        next_step_zh: '无需处理。',
      },
    },
  ])
})

it('tells once that an order is synced whose own answer proves it', async () => {
  placeOrder(world, 'serviceorder', 'PROVED')

  await pay('serviceorder', 'PROVED')
  await world.pass(11 * MINUTE)

  expect(namesOf('PROVED')).toEqual([['Payscore Order Synced', 'SYNCED', true]])
})

it('tells once of a double charge, with the sum and the number to refund by', async () => {
  const transaction_id = world.wechatpay.payscoreCharges(placeOrder(world, 'serviceorder', 'DOUBLE'))

  await pay('serviceorder', 'DOUBLE')
  await world.pass(30 * MINUTE)

  expect(outcomesOf('DOUBLE')).toEqual([
    {
      detailType: 'Payscore Order Double Charged',
      detail: expect.objectContaining({ state: 'DOUBLE_CHARGED', confirmed: false, amount: 8800, transaction_id }),
    },
  ])
})

it('tells of a charge that comes after the sync was taken', async () => {
  const order = placeOrder(world, 'payafter-orders', 'LATE-CHARGE')

  await pay('payafter-orders', 'LATE-CHARGE')
  const transaction_id = world.wechatpay.payscoreCharges(order)
  await world.pass(11 * MINUTE)

  expect(namesOf('LATE-CHARGE')).toEqual([
    ['Payscore Order Synced', 'SYNCED', false],
    ['Payscore Order Double Charged', 'DOUBLE_CHARGED', false],
  ])
  expect(outcomesOf('LATE-CHARGE')[1]?.detail).toMatchObject({ amount: 8800, transaction_id })
})

it('tells once that an order is rejected, and why', async () => {
  placeOrder(world, 'serviceorder', 'REVOKED', { state: 'revoked' })

  await pay('serviceorder', 'REVOKED')
  await world.pass(30 * MINUTE)

  expect(outcomesOf('REVOKED')).toEqual([
    {
      detailType: 'Payscore Order Rejected',
      detail: expect.objectContaining({ state: 'REJECTED', reason: 'revoked', turn: 'service' }),
    },
  ])
})

it('tells the accountant of a held order that WeChat Pay charged, and lets nobody close it unawares', async () => {
  const order = placeOrder(world, 'serviceorder', 'HELD-CHARGED')
  const notice = noticeOf('serviceorder', 'HELD-CHARGED')

  await pay('serviceorder', 'HELD-CHARGED', { amount: 100 })
  await world.pass(1 * MINUTE)
  const transaction_id = world.wechatpay.payscoreCharges(order)
  await world.pass(25 * 60 * MINUTE)
  const refused = []
  for (const what of ['close', 'withdraw', 'release']) refused.push(await decide(world, notice, what, { reason: 'x' }))
  const settled = await decide(world, notice, 'settle', { reason: 'refunded', cash: 'S-1' })
  await world.pass(1 * MINUTE)
  told.push(...refused, settled)

  expect(namesOf('HELD-CHARGED')).toEqual([
    ['Payscore Order Held', 'HELD', false],
    ['Payscore Order Double Charged', 'HELD', false],
    ['Payscore Double Charge Settled', 'DOUBLE_CHARGED', false],
  ])
  expect(outcomesOf('HELD-CHARGED')[1]?.detail).toMatchObject({
    reason: 'paid_less',
    turn: 'accountant',
    amount: order.total_amount,
    transaction_id,
  })
  expect(refused.map(({ status, body }) => [status, (body as { needs?: string }).needs])).toEqual([
    [409, 'not_double'],
    [409, 'not_double'],
    [409, undefined],
  ])
  expect(settled).toMatchObject({ status: 200, body: { state: 'DOUBLE_CHARGED', transaction_id, turn: 'service' } })
  expect(outcomesOf('HELD-CHARGED')[2]?.detail).toMatchObject({ settled_by: 'cash', proved: false })
  expect(world.wechatpay.history.posts('HELD-CHARGED')).toEqual([])
})

it('lets WeChat Pay collect the rest of an order that was lowered to it, once the notice is closed', async () => {
  const order = placeOrder(world, 'serviceorder', 'PART')

  await pay('serviceorder', 'PART', { amount: 1000 })
  await world.pass(1 * MINUTE)
  world.wechatpay.merchantLowers(order, order.total_amount - 1000)
  await world.pass(25 * 60 * MINUTE)
  told.push(await decide(world, noticeOf('serviceorder', 'PART'), 'close', { reason: 'lowered to the rest' }))
  world.wechatpay.payscoreCharges(order)
  await world.pass(25 * 60 * MINUTE)

  expect(namesOf('PART')).toEqual([
    ['Payscore Order Held', 'HELD', false],
    ['Payscore Order Rejected', 'REJECTED', false],
  ])
  expect(world.wechatpay.history.posts('PART')).toEqual([])
  expect(order.payments).toMatchObject([{ paid_type: 'NEWTON', amount: order.total_amount }])
})

it('tells that an order is held, and what came of it when a person released it', async () => {
  placeOrder(world, 'serviceorder', 'HELD')

  await pay('serviceorder', 'HELD', { amount: 9900 })
  await world.pass(1 * MINUTE)
  told.push(await decide(world, noticeOf('serviceorder', 'HELD'), 'release', { reason: 'the till was wrong' }))
  await world.pass(11 * MINUTE)

  expect(namesOf('HELD')).toEqual([
    ['Payscore Order Held', 'HELD', false],
    ['Payscore Order Synced', 'SYNCED', true],
  ])
  expect(outcomesOf('HELD')[0]?.detail).toMatchObject({ reason: 'paid_more', expected_amount: 9900 })
  expect(outcomesOf('HELD')[1]?.detail).toMatchObject({
    decisions: [{ what: 'release', by: 'arn:aws:iam::123456789012:user/local', why: 'the till was wrong', at: TIME }],
  })
})

it('tells once that an order is pending for too long, and then its end', async () => {
  placeOrder(world, 'payafter-orders', 'TOO-LONG')
  world.wechatpay.refuseNext({ refusal: 'no-auth', match: { out_order_no: 'TOO-LONG' }, times: 11 })

  await pay('payafter-orders', 'TOO-LONG')
  await world.pass(5 * HOUR)

  expect(namesOf('TOO-LONG')).toEqual([
    ['Payscore Order Pending Too Long', 'PENDING', false],
    ['Payscore Order Synced', 'SYNCED', false],
    ['Payscore Order Synced', 'SYNCED', true],
  ])
  expect(outcomesOf('TOO-LONG')[0]?.detail).toMatchObject({ late_since: TIME, turn: 'engineer' })
})

it('refuses an outcome that is handed in as a notice, whatever it is dressed as', async () => {
  const [{ detail, detailType } = { detail: {}, detailType: '' }] = outcomesOf('SYNCED')
  const replayed = { version: '0', source: 'payscore.ledger', 'detail-type': detailType, time: '2025-03-01T04:00:00Z' }
  const paid = { ...replayed, 'detail-type': 'Payscore Order Paid Offline' }
  const withTime = { ...detail, detail: { paid_time: '20250301120000' } }
  const before = await world.table.rows()

  const answers = [
    await world.lambdas.sync.invoke({ ...replayed, detail }),
    await world.lambdas.query.invoke({ ...replayed, detail }),
    await world.lambdas.sync.invoke({ ...paid, detail: withTime }),
    await world.lambdas.sync.invoke({ ...paid, source: TILL, detail }),
    await world.lambdas.sync.invoke(detail),
  ]

  expect(answers.map(({ error }) => error && [error.errorType, error.errorMessage])).toEqual([
    ['InputError', 'detail-type: must be "Payscore Order Paid Offline"'],
    ['InputError', 'event: must be a due event'],
    ['InputError', 'source: is not listed for merchant 1900000201'],
    ['InputError', expect.stringMatching(/^\w+: is no member of a notice; /)],
    ['InputError', expect.stringMatching(/^\w+: is no member of a notice; /)],
  ])
  expect(await world.table.rows()).toEqual(before)
})

it('leaves an outcome on the bus to its readers: no function of ours takes it', () => {
  const ids = world.bus.history.events.filter(({ source }) => source === 'payscore.ledger').map(({ id }) => id)

  expect(ids.length).toBeGreaterThan(10)
  expect(world.bus.history.deliveries.filter(({ eventId }) => ids.includes(eventId))).toEqual([])
})

it('tells the openid of a customer to nobody: no event, log line, answer or dead letter has it', async () => {
  for (const [api, out_order_no] of [
    ['partner', 'SYNCED'],
    ['serviceorder', 'PROVED'],
    ['serviceorder', 'DOUBLE'],
  ] as const) {
    told.push(await askStatus(world, SERVED[api].mchid, out_order_no))
    told.push(await askStatus(world, SERVED[api].mchid, out_order_no, '?check=1'))
    told.push(await handOver(world, 'HTTP API 2.0', noticeOf(api, out_order_no)))
    told.push(
      await handOver(world, 'HTTP API 2.0', { ...noticeOf(api, out_order_no), detail: { paid_time: '20250302' } }),
    )
    putNotice(world, { ...noticeOf(api, out_order_no), detail: { paid_time: '20250303' } })
  }
  await world.pass(5 * MINUTE)

  // It did come in: WeChat Pay's signed answers are kept whole, as evidence alone.
  expect(keptAnswers()).toContain(OPENID)
  expect(JSON.stringify(await world.table.rows())).not.toContain(OPENID)
  expect(told.map(({ status }) => status)).not.toContain(500)
  expect(JSON.stringify(told)).not.toContain(OPENID)
  expect(JSON.stringify(world.bus.history)).not.toContain(OPENID)
  expect(JSON.stringify(world.bus.deadLetters)).not.toContain(OPENID)
  expect(invocations.logs().join('\n')).not.toContain(OPENID)
  expect(JSON.stringify(invocations.all.map(({ invocation }) => invocation.result))).not.toContain(OPENID)
})

it('writes no key, Authorization or signature to a log, an event or an answer', async () => {
  const written = JSON.stringify([invocations.logs(), told, world.bus.history])
  const signatures = readLines(keptAnswers()).map(({ signature }) => signature)

  expect(signatures.length).toBeGreaterThan(8)
  expect(signatures.filter((signature) => written.includes(signature))).toEqual([])
  expect(written).not.toMatch(/PRIVATE KEY|PUBLIC KEY|WECHATPAY2-SHA256/)
})

const keptAnswers = (): string =>
  [...world.objects.locked.stored]
    .filter(([key]) => key.startsWith('answers/'))
    .map(([, { body }]) => gunzipSync(body).toString())
    .join('')

it('makes at most one signed call in an invocation', () => {
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
})
