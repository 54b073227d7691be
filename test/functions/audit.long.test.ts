import { afterAll, expect, it } from 'vitest'
import { startWorld } from '../../lib/local/world.ts'
import { auditBill, passToNextAudit, passUntilHour } from '../support/audited.ts'
import { HOUR, MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, passUntilQuiet, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { decide, handOver } from '../support/till.ts'

const API = 'payafter-orders'

const world = await startWorld({ merchants: [SERVED[API]], debitAfterMs: Number.POSITIVE_INFINITY })
afterAll(() => world.close())

const { wechatpay } = world

const pay = async (out_order_no: string, more: object = {}): Promise<void> => {
  await handOver(world, 'HTTP API 2.0', { ...noticeOf(API, out_order_no), ...more })
  await world.idle()
}

const row = (out_order_no: string) => rowOf(world, API, out_order_no)

it('finds by the bill what no query found, and closes a case on the signed word of WeChat Pay alone', async () => {
  await passUntilHour(world, 12)
  const orders = Object.fromEntries(
    ['SYNCED', 'CLOSED', 'WITHDRAWN', 'HELD', 'KNOWN', 'HAND', 'QUIET'].map((name) => [
      name,
      placeOrder(world, API, name, ['CLOSED', 'WITHDRAWN'].includes(name) ? { state: 'accepted' } : {}),
    ]),
  )
  const order = (name: string) => orders[name] ?? expect.fail(name)

  // Charged before the sync: the query finds it.
  wechatpay.payscoreCharges(order('KNOWN'))
  for (const name of ['SYNCED', 'KNOWN', 'HAND', 'QUIET', 'CLOSED', 'WITHDRAWN']) await pay(name)
  await pay('HELD', { amount: 100 })
  await world.pass(HOUR)
  await passUntilQuiet(world, 'CLOSED')
  await decide(world, noticeOf(API, 'CLOSED'), 'close', { reason: 'wrong number' })
  await passUntilQuiet(world, 'WITHDRAWN')
  await decide(world, noticeOf(API, 'WITHDRAWN'), 'withdraw', { reason: 'wrong number' })
  expect([(await row('SYNCED'))?.state, (await row('CLOSED'))?.state, (await row('HELD'))?.state]).toEqual([
    'SYNCED',
    'REJECTED',
    'HELD',
  ])

  // WeChat Pay charges them all the same, and no query is due any more.
  for (const name of ['CLOSED', 'WITHDRAWN']) wechatpay.merchantCompletes(order(name))
  for (const name of ['SYNCED', 'CLOSED', 'WITHDRAWN', 'HELD']) wechatpay.payscoreCharges(order(name))
  wechatpay.payscoreCharges(order('HAND'), { by: 'hand' })
  // An ordinary payment with the number of an order is no charge of it.
  wechatpay.ordinaryPayment({ mchid: DIRECT.mchid, out_trade_no: 'QUIET', amount: 8800 })
  const known = (await row('KNOWN'))?.transaction_id as string
  wechatpay.refund({ mchid: DIRECT.mchid, transaction_id: known, out_refund_no: 'RF-KNOWN', amount: 8800 })
  wechatpay.setRefund('RF-KNOWN', 'SUCCESS')

  const day = await passToNextAudit(world)
  const bill = await auditBill(world, { mchid: DIRECT.mchid, day })
  await world.pass(10 * MINUTE)

  expect(bill?.classes).toEqual({
    charged_after_sync: 3,
    charged_after_end: 1,
    charged_while_open: 1,
    known: 1,
    refunded: 1,
  })
  expect(await row('SYNCED')).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 8800, bill: day, case: DIRECT.mchid })
  expect(await row('HAND')).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 8800 })
  expect(await row('CLOSED')).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 8800 })
  expect(await row('HELD')).toMatchObject({ state: 'HELD', amount: 8800 })
  expect(await row('WITHDRAWN')).toMatchObject({ state: 'REJECTED', reason: 'withdrawn: wrong number' })
  expect(await row('QUIET')).toMatchObject({ state: 'SYNCED' })
  expect(await row('KNOWN')).toMatchObject({ settled_by: 'refund', reason: 'refund RF-KNOWN' })
  expect(await row('KNOWN')).not.toHaveProperty('case')

  const again = await auditBill(world, { mchid: DIRECT.mchid, day })
  await world.pass(10 * MINUTE)

  expect(again?.classes).not.toHaveProperty('charged_after_sync')
  const { calls } = wechatpay.history
  expect(calls.filter(({ method, kind }) => method === 'POST' && kind !== 'sync')).toEqual([])
  // The one that was too early.
  expect(wechatpay.history.posts('CLOSED')).toHaveLength(1)
  expect(calls.filter(({ kind }) => kind === 'refund')).toHaveLength(1)
})
