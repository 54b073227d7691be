import { describe, expect, it } from 'vitest'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import { processDue } from '../../lib/operations/process-due.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { orderSays, SAYS } from '../support/fake-wechatpay.ts'
import { DAY, KEY, MINUTE, NOW, PAYAFTER_ORDER, PK } from '../support/orders.ts'

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
    const fakes = fakeDeps()
    const methods = () => fakes.sent.map(({ method }) => method)

    await syncOrder(CHECKED, 'event', fakes.deps)
    expect(methods()).toStrictEqual([])

    fakes.wechatpay.says = WAITS_FOR_3900
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    expect(methods()).toStrictEqual(['GET'])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'sync', due_at: NOW, attempt: 1, cleared: true })

    fakes.wechatpay.says = SAYS.taken
    await processDue({ ...KEY, next: 'sync' }, fakes.deps)
    expect(methods()).toStrictEqual(['GET', 'POST'])

    fakes.clock.now = NOW + 10 * MINUTE
    fakes.wechatpay.says = orderSays('"state":"USER_PAID","pay_type":"MchChannelPayType"', fakes.clock.now)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    expect(methods()).toStrictEqual(['GET', 'POST', 'GET'])
    expect(fakes.applied).toStrictEqual([
      ...['1 create', '2 claim', '10 unpaid', '2 claim', '4 accepted', '2 claim', '8 confirmed'],
    ])
    expect(fakes.published).toStrictEqual([
      { ...KEY, next: 'query' },
      { ...KEY, next: 'sync' },
    ])
  })

  it('tells WeChat Pay neither the amount nor what is only for lists', async () => {
    const fakes = fakeDeps({ says: WAITS_FOR_3900 })

    await syncOrder(CHECKED, 'event', fakes.deps)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    await processDue({ ...KEY, next: 'sync' }, fakes.deps)

    expect(fakes.sent).toMatchObject([
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
    const fakes = fakeDeps({ says: orderSays('"state":"FINISHED","total_amount":3901') })

    await syncOrder(CHECKED, 'event', fakes.deps)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    const { log } = await processDue({ ...KEY, next: 'sync' }, fakes.deps)

    expect(fakes.sent.map(({ method }) => method)).toStrictEqual(['GET'])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'HELD', reason: 'paid_less', due_at: NOW + 1 * DAY })
    expect(fakes.published).toStrictEqual([{ ...KEY, next: 'query' }])
    expect(log).toMatchObject({ transition: 'not claimed' })
  })

  it('waits for the order to be completed before its total is compared', async () => {
    const fakes = fakeDeps({ says: orderSays('"state":"USER_ACCEPTED","total_amount":100') })

    await syncOrder(CHECKED, 'event', fakes.deps)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    fakes.clock.now = NOW + 1 * MINUTE
    fakes.wechatpay.says = orderSays('"state":"FINISHED","total_amount":3900', fakes.clock.now)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)

    expect(fakes.applied).toStrictEqual(['1 create', '2 claim', '11 wait', '2 claim', '10 unpaid'])
  })

  it('never syncs an order that is only observed, whatever WeChat Pay says, day after day', async () => {
    const answers = [
      '"state":"FINISHED","total_amount":3900',
      '"state":"USER_ACCEPTED"',
      '"state":"FINISHED"',
      '"state":"NEW_STATE"',
      '"state":"FINISHED","total_amount":3900',
    ]
    const fakes = fakeDeps()

    await syncOrder(OBSERVED, 'event', fakes.deps)
    for (const says of answers) {
      fakes.clock.now = fakes.rows.get(PK)?.due_at ?? NOW
      fakes.wechatpay.says = orderSays(says, fakes.clock.now)
      await processDue({ ...KEY, next: 'sync' }, fakes.deps)
      await processDue({ ...KEY, next: 'query' }, fakes.deps)
      await syncOrder(OBSERVED, 'event', fakes.deps)
    }

    expect(fakes.sent.map(({ method }) => method)).toStrictEqual(['GET', 'GET', 'GET', 'GET', 'GET'])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'HELD', reason: 'observe_only' })
  })
})
