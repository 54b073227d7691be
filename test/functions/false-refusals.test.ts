import { afterAll, describe, expect, it } from 'vitest'
import { startWorld } from '../../lib/local/world.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, decide, handOver } from '../support/till.ts'

const MINUTE = 60_000
const API = 'payafter-orders'
const { mchid } = SERVED[API]

const world = await startWorld({ merchants: [SERVED[API]] })
afterAll(() => world.close())

/** What comes back though WeChat Pay has taken the sync: nobody's word, or its word to another order. */
const HIDDEN = [
  'unsigned-401-after-applying',
  'unsigned-403-after-applying',
  'unsigned-429-after-applying',
  'limit-of-another-order',
  'refusal-of-another-order',
] as const

describe('an order whose sync was taken, and answered with a refusal that is not of it,', () => {
  it.each(HIDDEN)('is asked about before it is synced again, and cannot be withdrawn: %s', async (fault) => {
    const out_order_no = `H-${HIDDEN.indexOf(fault)}`
    placeOrder(world, API, out_order_no)
    world.wechatpay.faultNext({ fault, match: { kind: 'sync', out_order_no } })

    const told = await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
    const withdrawn = await decide(world, { mchid, out_order_no }, 'withdraw', { reason: 'wrong order' })
    await world.pass(15 * MINUTE)

    expect(told).toMatchObject({ status: 202, body: { state: 'PENDING' } })
    expect(withdrawn).toMatchObject({ status: 409, body: { state: 'PENDING' } })
    expect((await askStatus(world, mchid, out_order_no)).body).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect(world.wechatpay.history.posts(out_order_no).map(({ applied }) => applied)).toEqual([true])
    expect(world.wechatpay.history.queries(out_order_no)).toHaveLength(1)
  })
})

describe('a notice whose call never left', () => {
  it('can be withdrawn at once', async () => {
    const out_order_no = 'NEVER-LEFT'
    placeOrder(world, API, out_order_no)
    await world.lambdas.sync.kill()
    world.secrets.faultNext({ fault: 'access-denied', times: 9 })

    await handOver(world, 'HTTP API 2.0', noticeOf(API, out_order_no))
    const withdrawn = await decide(world, { mchid, out_order_no }, 'withdraw', { reason: 'wrong order' })

    expect(withdrawn).toMatchObject({ status: 200, body: { state: 'REJECTED', reason: 'withdrawn: wrong order' } })
    expect(world.wechatpay.history.posts(out_order_no)).toEqual([])
  })
})
