import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, decide, handOver } from '../support/till.ts'

const MINUTE = 60_000
const API = 'payafter-orders'
const { mchid } = SERVED[API]

let world: World

beforeAll(async () => {
  world = await startWorld({ merchants: [SERVED[API]], maxConcurrency: 4 })
  // WeChat Pay has known an order of this merchant: one that it does not know is not taken for a fault of the deployment.
  placeOrder(world, API, 'KNOWN')
  await handOver(world, 'HTTP API 2.0', noticeOf(API, 'KNOWN'))
  await world.pass(15 * MINUTE)
})
afterAll(() => world.close())
afterEach(() => world.table.faults.clear())

const posts = (out_order_no: string) => world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)

const corrected = (out_order_no: string) => ({
  ...noticeOf(API, out_order_no),
  detail: { paid_time: '20250301115900' },
})

/** A first notice came before WeChat Pay knew the order, and was withdrawn: a corrected one takes its place. */
const withdrawn = async (numbers: readonly string[]) => {
  for (const out_order_no of numbers) await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
  await world.pass(3 * MINUTE)
  for (const out_order_no of numbers) {
    const { status } = await decide(world, { mchid, out_order_no }, 'withdraw', { reason: 'wrong time' })
    expect(status).toBe(200)
    placeOrder(world, API, out_order_no)
  }
  world.wechatpay.history.clear()
}

const lostAnswers = () => world.table.faults.injected['lose-answer'] ?? 0

/** The write is applied, its answer lost, and the SDK makes it once more. */
const loseAnswerOf = (out_order_no: string, part: RegExp) =>
  world.table.faults.add({
    kind: 'lose-answer',
    times: 1,
    match: ({ operation, input }) =>
      operation === 'UpdateItem' &&
      JSON.stringify(input.Key).includes(`#${out_order_no}"`) &&
      part.test(`${input.UpdateExpression} ${input.ConditionExpression}`),
  })

describe('a corrected notice', () => {
  it('that was taken, while the ledger’s answer was lost, is no conflict', async () => {
    await withdrawn(['LOST-REOPEN'])
    loseAnswerOf('LOST-REOPEN', /#call_hash <>.*#attempt =/)
    const before = lostAnswers()

    const told = await handOver(world, 'HTTP API 2.0', corrected('LOST-REOPEN'))
    await world.pass(15 * MINUTE)

    expect(lostAnswers()).toBe(before + 1)
    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING', replayed: true } })
    const { body } = await askStatus(world, mchid, 'LOST-REOPEN')
    expect(body).toMatchObject({ state: 'SYNCED', confirmed: true, paid_time: '20250301115900' })
    expect(body).not.toHaveProperty('conflicts')
    expect(posts('LOST-REOPEN')).toEqual([true])
  })

  it('is told to none of four that come at once that it is a conflict, in eight rounds', async () => {
    const numbers = Array.from({ length: 8 }, (_, round) => `AT-ONCE-${round}`)
    await withdrawn(numbers)

    const told: number[] = []
    for (const out_order_no of numbers) {
      const send = () => handOver(world, 'HTTP API 2.0', corrected(out_order_no))
      const answers = await Promise.all([send(), send(), send(), send()])
      told.push(...answers.map(({ status = 0 }) => status))
    }
    await world.pass(15 * MINUTE)

    expect(told).toHaveLength(32)
    expect(told.filter((status) => status !== 200 && status !== 202)).toEqual([])
    for (const out_order_no of numbers) expect(posts(out_order_no)).toEqual([true])
  })
})

describe('a decision that was carried out, while the ledger’s answer was lost,', () => {
  it.each(['close', 'withdraw'])('is answered as what it is: %s', async (what) => {
    const out_order_no = `LOST-${what}`
    await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
    await world.pass(3 * MINUTE)
    // Due by now, and nobody has taken it: no call can be out.
    world.clock.advance(60 * MINUTE)
    loseAnswerOf(out_order_no, /#decisions/)
    const before = lostAnswers()

    const told = await decide(world, { mchid, out_order_no }, what, { reason: 'wrong order' })

    expect(lostAnswers()).toBe(before + 1)
    expect(told).toMatchObject({ status: 200, body: { state: 'REJECTED', decisions: [{ what, why: 'wrong order' }] } })
  })

  it('has the step announced that is due by it', async () => {
    const out_order_no = 'LOST-AGAIN'
    await withdrawn([out_order_no])
    loseAnswerOf(out_order_no, /#decisions/)

    const told = await decide(world, { mchid, out_order_no }, 'reopen', { reason: 'it was right' })
    await world.idle()

    expect(told).toMatchObject({ status: 200, body: { state: 'PENDING' } })
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(1)
  })
})
