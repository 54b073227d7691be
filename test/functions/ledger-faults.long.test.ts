import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, decide, handOver, putNotice } from '../support/till.ts'

const MINUTE = 60_000
const API = 'payafter-orders'
const { mchid } = SERVED[API]

const world = await startWorld({ merchants: [SERVED[API]] })
const invocations = watchInvocations(world)
afterAll(() => world.close())
afterEach(() => world.table.faults.clear())

type Fault = Parameters<World['table']['faults']['add']>[0]

const breakLedger = (kind: Fault['kind'], times: number, match?: Fault['match']) =>
  world.table.faults.add({ kind, times, ...(match && { match }) })

type Match = NonNullable<Fault['match']>

/** A write to that row. */
const isWrite =
  (out_order_no: string): Match =>
  ({ operation, input }) =>
    operation === 'UpdateItem' && JSON.stringify(input.Key).includes(`#${out_order_no}"`)

/** The write of what came of a call: no other sets a word of WeChat Pay or an error. */
const isRecord =
  (out_order_no: string): Match =>
  (request) =>
    isWrite(out_order_no)(request) && /#taken_at|#proved_at|#last_error =/.test(String(request.input.UpdateExpression))

const pay = (out_order_no: string) => handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
const posts = (out_order_no: string) => world.wechatpay.history.posts(out_order_no).length
const queries = (out_order_no: string) => world.wechatpay.history.queries(out_order_no).length
const stateOf = async (out_order_no: string) => (await askStatus(world, mchid, out_order_no)).body
const isKept = async (out_order_no: string) =>
  (await world.table.rows()).some(({ pk }) => pk === `${mchid}#${out_order_no}`)

describe('a ledger out of reach before the claim', () => {
  it.each(['fail', 'reset', 'throttle', 'throughput-exceeded'] as const)(
    '(%s) makes a notice over HTTP be sent again: 503, nothing sent, nothing kept',
    async (kind) => {
      placeOrder(world, API, `DOWN-${kind}`)
      breakLedger(kind, 4, isWrite(`DOWN-${kind}`))

      const told = await pay(`DOWN-${kind}`)
      world.table.faults.clear()

      expect(told.status).toBe(503)
      expect(told.headers).toMatchObject({ 'content-type': 'application/problem+json' })
      expect(told.body).toMatchObject({ title: 'Try again', status: 503 })
      expect(told.body.detail).toMatch(/^the ledger says \w+; nothing was sent$/)
      expect(posts(`DOWN-${kind}`)).toBe(0)
      expect(await isKept(`DOWN-${kind}`)).toBe(false)

      expect(await pay(`DOWN-${kind}`)).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
      expect(posts(`DOWN-${kind}`)).toBe(1)
    },
  )

  it('makes Lambda hand an event over again, until the ledger is back', async () => {
    placeOrder(world, API, 'DOWN-EVENT')
    breakLedger('fail', 4, isWrite('DOWN-EVENT'))

    putNotice(world, noticeOf(API, 'DOWN-EVENT'))
    await world.idle()
    const before = [posts('DOWN-EVENT'), world.bus.waiting]
    await world.pass(4 * MINUTE)

    expect(before).toEqual([0, 1])
    expect(await stateOf('DOWN-EVENT')).toMatchObject({ state: 'SYNCED' })
    expect(posts('DOWN-EVENT')).toBe(1)
    expect(world.notices.letters).toEqual([])
  })

  it('leaves an event in the dead-letter queue when it does not come back', async () => {
    breakLedger('fail', 1000, isWrite('DOWN-LONG'))

    putNotice(world, noticeOf(API, 'DOWN-LONG'))
    await world.idle()
    for (let i = 0; i < 4; i++) {
      world.clock.advance(MINUTE)
      await world.idle()
    }

    expect(world.notices.letters.map(({ requestPayload }) => requestPayload)).toMatchObject([
      { detail: { out_order_no: 'DOWN-LONG' } },
    ])
    expect(posts('DOWN-LONG')).toBe(0)
  })

  it('keeps a due event from throwing: the row stays due', async () => {
    await world.lambdas.sync.invoke(noticeOf(API, 'DOWN-DUE'))
    placeOrder(world, API, 'DOWN-DUE')
    world.clock.advance(2 * MINUTE)
    breakLedger('fail', 2, isWrite('DOWN-DUE'))

    const event = { source: 'payscore.reconcile', 'detail-type': 'Payscore Order Due' }
    const due = { ...event, detail: { mchid, out_order_no: 'DOWN-DUE', next: 'query' } }
    const { result, error } = await world.lambdas.query.invoke(due)
    await world.pass(15 * MINUTE)

    expect({ result, error }).toEqual({ result: {}, error: undefined })
    expect(await stateOf('DOWN-DUE')).toMatchObject({ state: 'SYNCED', confirmed: true })
  })

  it('answers 503 to whoever asks for the status or decides', async () => {
    breakLedger('fail', 1000)

    const asked = await askStatus(world, mchid, 'DOWN-fail')
    const decided = await decide(world, noticeOf(API, 'DOWN-fail'), 'close', { reason: 'a test' })

    expect(asked).toMatchObject({ status: 503, body: { title: 'Try again' } })
    expect(decided).toMatchObject({ status: 503, body: { title: 'Try again' } })
  })

  it('is told by reconcile, which throws nothing and finds the rows the next time', async () => {
    breakLedger('fail', 1000, ({ operation }) => operation === 'Query')

    const { result, error } = await world.runReconcile()

    expect(error).toBeUndefined()
    expect(result).toMatchObject({
      dispatched: 0,
      merchants: [{ mchid, error: expect.stringMatching(/^the ledger says/) }],
    })
  })
})

describe('a claim whose answer is lost, though it was written,', () => {
  it('is taken for somebody else’s by the second attempt: nothing is sent before the lease is over', async () => {
    placeOrder(world, API, 'LOST-CLAIM')
    breakLedger('lose-answer', 1, isWrite('LOST-CLAIM'))

    const told = await pay('LOST-CLAIM')
    const sentAtOnce = posts('LOST-CLAIM')
    await world.pass(15 * MINUTE)

    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING', replayed: true, attempt: 1 } })
    expect(sentAtOnce).toBe(0)
    expect(await stateOf('LOST-CLAIM')).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts('LOST-CLAIM'), queries('LOST-CLAIM')]).toEqual([1, 2])
  })

  it('is 503 when the second answer is lost as well; the row goes its way all the same', async () => {
    placeOrder(world, API, 'LOST-TWICE')
    breakLedger('lose-answer', 2, isWrite('LOST-TWICE'))

    const told = await pay('LOST-TWICE')
    await world.pass(15 * MINUTE)

    expect(told.status).toBe(503)
    expect(await stateOf('LOST-TWICE')).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts('LOST-TWICE'), queries('LOST-TWICE')]).toEqual([1, 2])
  })
})

describe('a record that fails after the call', () => {
  it.each(['fail', 'reset'] as const)('(%s) leaves a query owed, and no second POST', async (kind) => {
    placeOrder(world, API, `RECORD-${kind}`)
    breakLedger(kind, 2, isRecord(`RECORD-${kind}`))

    const told = await pay(`RECORD-${kind}`)
    const logged = invocations.all.at(-1)?.invocation.logs.at(-1)
    await world.pass(15 * MINUTE)

    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING', attempt: 1 } })
    expect(JSON.parse(logged ?? '')).toMatchObject({ transition: 'not recorded', verdict: 'accepted', not_recorded: 1 })
    expect(await stateOf(`RECORD-${kind}`)).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts(`RECORD-${kind}`), queries(`RECORD-${kind}`)]).toEqual([1, 1])
  })

  it('keeps what it wrote when only the answer is lost', async () => {
    placeOrder(world, API, 'RECORD-KEPT')
    breakLedger('lose-answer', 1, isRecord('RECORD-KEPT'))

    const told = await pay('RECORD-KEPT')
    await world.pass(15 * MINUTE)

    expect(told).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
    expect(await stateOf('RECORD-KEPT')).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts('RECORD-KEPT'), queries('RECORD-KEPT')]).toEqual([1, 1])
  })

  it('after a query, has the query made again and nothing else', async () => {
    placeOrder(world, API, 'RECORD-QUERY')
    await pay('RECORD-QUERY')
    breakLedger('fail', 2, isRecord('RECORD-QUERY'))

    await world.pass(15 * MINUTE)

    expect(await stateOf('RECORD-QUERY')).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts('RECORD-QUERY'), queries('RECORD-QUERY')]).toEqual([1, 2])
  })
})

describe('a ledger that never answers', () => {
  it('is given up in seconds: before the claim that is 503, after the call a query is owed', async () => {
    placeOrder(world, API, 'HANG-CLAIM')
    placeOrder(world, API, 'HANG-RECORD')
    breakLedger('hang', 2, isWrite('HANG-CLAIM'))
    breakLedger('hang', 2, isRecord('HANG-RECORD'))

    const [claim, record] = await Promise.all([pay('HANG-CLAIM'), pay('HANG-RECORD')])
    await world.pass(15 * MINUTE)

    expect(claim).toMatchObject({ status: 503, body: { title: 'Try again' } })
    expect(posts('HANG-CLAIM')).toBe(0)
    expect(await isKept('HANG-CLAIM')).toBe(false)
    expect(record).toMatchObject({ status: 202, body: { state: 'PENDING', attempt: 1 } })
    expect(await stateOf('HANG-RECORD')).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts('HANG-RECORD'), queries('HANG-RECORD')]).toEqual([1, 1])
  })
})

describe('an event bus', () => {
  it('out of reach delays a step that is due at once until reconcile finds it', async () => {
    placeOrder(world, API, 'BUS')
    world.wechatpay.faultNext({ fault: 'reset-before-applying', match: { out_order_no: 'BUS' } })
    await pay('BUS')
    world.bus.faults.add({ kind: 'fail', times: 2, match: isAbout('BUS', 'sync') })

    await world.pass(20 * MINUTE)

    expect(world.bus.faults.injected.fail).toBe(2)
    expect(await stateOf('BUS')).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect([posts('BUS'), queries('BUS')]).toEqual([2, 2])
  })

  it('that refuses entries leaves those rows due', async () => {
    placeOrder(world, API, 'REFUSED-1')
    placeOrder(world, API, 'REFUSED-2')
    await pay('REFUSED-1')
    await pay('REFUSED-2')
    await world.idle()
    world.clock.advance(11 * MINUTE)
    world.bus.faults.add({ kind: 'refuse-entries', entries: 1 })

    const { result: first } = await world.runReconcile()
    const { result: second } = await world.runReconcile()

    expect(first).toMatchObject({ dispatched: 1, refused: 1, stayed: 0 })
    expect(second).toMatchObject({ dispatched: 1, refused: 0, stayed: 0 })
    expect([await stateOf('REFUSED-1'), await stateOf('REFUSED-2')]).toMatchObject([
      { confirmed: true },
      { confirmed: true },
    ])
  })
})

const isAbout = (out_order_no: string, next: string) => (input: unknown) => {
  const text = JSON.stringify(input)
  return text.includes(`\\"${out_order_no}\\"`) && text.includes(`\\"${next}\\"`)
}

it('makes at most one signed call in an invocation, and never two at once for an order', () => {
  expect(invocations.mostCalls()).toBe(1)
  expect(invocations.strayCalls()).toEqual([])
  expect(world.wechatpay.history.overlaps()).toEqual([])
})
