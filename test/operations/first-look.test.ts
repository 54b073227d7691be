import { describe, expect, it } from 'vitest'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import { processDue } from '../../lib/operations/process-due.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { DAY, MINUTE, NOW, PK } from '../support/orders.ts'
import { orderSays, PAYAFTER_ORDER, SAYS, stepWorld } from './step-world.ts'

const KEY = { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252' }

const CHECKED: PaymentNotice = {
  ...PAYAFTER_ORDER,
  mode: 'check',
  expected_amount: 3900,
  labels: { shop_id: '南山店', cashier_id: '0042', pos_ref: 'R-1' },
}
const OBSERVED: PaymentNotice = { ...PAYAFTER_ORDER, mode: 'observe' }

const WAITS_FOR_3900 = orderSays('"state":"FINISHED","total_amount":3900')

describe('the way of an order that is looked at first', () => {
  it('goes through one signed call an invocation: a query, the sync, and the query that proves it', async () => {
    const world = stepWorld()
    const methods = () => world.sent.map(({ method }) => method)

    await syncOrder(CHECKED, 'event', world.deps)
    expect(methods()).toStrictEqual([])

    world.wechatpay.says = WAITS_FOR_3900
    await processDue({ ...KEY, next: 'query' }, world.deps)
    expect(methods()).toStrictEqual(['GET'])
    expect(world.rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'sync', due_at: NOW, attempt: 1, cleared: true })

    world.wechatpay.says = SAYS.taken
    await processDue({ ...KEY, next: 'sync' }, world.deps)
    expect(methods()).toStrictEqual(['GET', 'POST'])

    world.clock.now = NOW + 10 * MINUTE
    world.wechatpay.says = orderSays('"state":"USER_PAID","pay_type":"MchChannelPayType"', world.clock.now)
    await processDue({ ...KEY, next: 'query' }, world.deps)
    expect(methods()).toStrictEqual(['GET', 'POST', 'GET'])
    expect(world.applied).toStrictEqual([
      ...['1 create', '2 claim', '10 unpaid', '2 claim', '4 accepted', '2 claim', '8 confirmed'],
    ])
    expect(world.announced).toStrictEqual([
      { ...KEY, next: 'query' },
      { ...KEY, next: 'sync' },
    ])
  })

  it('tells WeChat Pay neither the amount nor what is only for lists', async () => {
    const world = stepWorld({ says: WAITS_FOR_3900 })

    await syncOrder(CHECKED, 'event', world.deps)
    await processDue({ ...KEY, next: 'query' }, world.deps)
    await processDue({ ...KEY, next: 'sync' }, world.deps)

    expect(world.sent).toMatchObject([
      {
        method: 'GET',
        target:
          '/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE1243252&appid=wxd678efh567hg6787',
        body: '',
      },
      {
        method: 'POST',
        target: '/v3/payscore/payafter-orders/1234323JKHDFE1243252/sync',
        body: '{"appid":"wxd678efh567hg6787","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124102900"}}',
      },
    ])
  })

  it('stops before the sync when the total is another, and announces nothing', async () => {
    const world = stepWorld({ says: orderSays('"state":"FINISHED","total_amount":3901') })

    await syncOrder(CHECKED, 'event', world.deps)
    await processDue({ ...KEY, next: 'query' }, world.deps)
    const { log } = await processDue({ ...KEY, next: 'sync' }, world.deps)

    expect(world.sent.map(({ method }) => method)).toStrictEqual(['GET'])
    expect(world.rows.get(PK)).toMatchObject({ state: 'HELD', reason: 'paid_less', due_at: NOW + 1 * DAY })
    expect(world.announced).toStrictEqual([{ ...KEY, next: 'query' }])
    expect(log).toMatchObject({ transition: 'not claimed' })
  })

  it('waits for the order to be completed before its total is compared', async () => {
    const world = stepWorld({ says: orderSays('"state":"USER_ACCEPTED","total_amount":100') })

    await syncOrder(CHECKED, 'event', world.deps)
    await processDue({ ...KEY, next: 'query' }, world.deps)
    world.clock.now = NOW + 1 * MINUTE
    world.wechatpay.says = orderSays('"state":"FINISHED","total_amount":3900', world.clock.now)
    await processDue({ ...KEY, next: 'query' }, world.deps)

    expect(world.applied).toStrictEqual(['1 create', '2 claim', '11 wait', '2 claim', '10 unpaid'])
  })

  it('never syncs an order that is only observed, whatever WeChat Pay says, day after day', async () => {
    const answers = [
      '"state":"FINISHED","total_amount":3900',
      '"state":"USER_ACCEPTED"',
      '"state":"FINISHED"',
      '"state":"NEW_STATE"',
      '"state":"FINISHED","total_amount":3900',
    ]
    const world = stepWorld()

    await syncOrder(OBSERVED, 'event', world.deps)
    for (const says of answers) {
      world.clock.now = world.rows.get(PK)?.due_at ?? NOW
      world.wechatpay.says = orderSays(says, world.clock.now)
      await processDue({ ...KEY, next: 'sync' }, world.deps)
      await processDue({ ...KEY, next: 'query' }, world.deps)
      await syncOrder(OBSERVED, 'event', world.deps)
    }

    expect(world.sent.map(({ method }) => method)).toStrictEqual(['GET', 'GET', 'GET', 'GET', 'GET'])
    expect(world.rows.get(PK)).toMatchObject({ state: 'HELD', reason: 'observe_only' })
  })
})
