import { afterAll, describe, expect, it } from 'vitest'
import type { BillFault } from '../../lib/local/wechatpay/bills.ts'
import { startWorld } from '../../lib/local/world.ts'
import { passToNextAudit } from '../support/audited.ts'
import { chargeTwice } from '../support/charged-twice.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { decide, handOver } from '../support/till.ts'

const API = 'payafter-orders'
const { mchid } = DIRECT

const world = await startWorld({ merchants: [SERVED[API]], debitAfterMs: Number.POSITIVE_INFINITY })
afterAll(() => world.close())

const { wechatpay } = world
const row = (out_order_no: string) => rowOf(world, API, out_order_no)

/** What it has asked for is answered before the clock moves on, which would end a lease. */
const settle = async (out_order_no: string, body: object) => {
  const reply = await decide(world, noticeOf(API, out_order_no), 'settle', { reason: 'checked', ...body })
  await world.idle()
  return reply
}

const asked = (out_refund_no: string): number =>
  wechatpay.history.calls.filter(({ kind, target }) => kind === 'refund' && target.endsWith(`/${out_refund_no}`)).length

describe('a double charge that is settled with a refund', () => {
  it('stays a case until WeChat Pay signs that the money is back', async () => {
    const transaction_id = await chargeTwice(world, 'LATE')
    wechatpay.refund({ mchid, transaction_id, out_refund_no: 'RF-LATE', amount: 8800 })

    await settle('LATE', { out_refund_no: 'RF-LATE' })
    await world.pass(2 * HOUR)
    const meanwhile = await row('LATE')
    wechatpay.setRefund('RF-LATE', 'SUCCESS')
    await world.pass(8 * HOUR)

    expect(meanwhile).toMatchObject({ case: mchid, refunds: [{ out_refund_no: 'RF-LATE', status: 'processing' }] })
    expect(meanwhile).not.toHaveProperty('settled_at')
    expect(await row('LATE')).toMatchObject({ settled_by: 'refund', reason: 'refund RF-LATE' })
    expect(await row('LATE')).not.toHaveProperty('case')
    // Each minute for five minutes, then slower and slower.
    expect(asked('RF-LATE')).toBeLessThan(16)
  })

  it('needs refunds of the whole charge, and adds up those of parts', async () => {
    const transaction_id = await chargeTwice(world, 'PARTS')
    wechatpay.refund({ mchid, transaction_id, out_refund_no: 'RF-1', amount: 8000, status: 'SUCCESS' })
    wechatpay.refund({ mchid, transaction_id, out_refund_no: 'RF-2', amount: 800, status: 'SUCCESS' })

    await settle('PARTS', { out_refund_no: 'RF-1' })
    await world.pass(5 * MINUTE)
    const part = await row('PARTS')
    await settle('PARTS', { out_refund_no: 'RF-2' })
    await world.pass(5 * MINUTE)

    expect(part).toMatchObject({ case: mchid, refunds: [{ status: 'refunded', refund_amount: 8000 }] })
    expect(part).not.toHaveProperty('settled_at')
    expect(await row('PARTS')).toMatchObject({ settled_by: 'refund', reason: 'refund RF-1, RF-2' })
  })

  it.each(['ABNORMAL', 'CLOSED'] as const)('is the accountant’s again when the refund is %s', async (status) => {
    const transaction_id = await chargeTwice(world, status)
    wechatpay.refund({ mchid, transaction_id, out_refund_no: `RF-${status}`, amount: 8800, status })

    await settle(status, { out_refund_no: `RF-${status}` })
    await world.pass(3 * HOUR)

    expect(await row(status)).toMatchObject({ case: mchid, refunds: [{ status: status.toLowerCase() }] })
    expect(await row(status)).not.toHaveProperty('due')
    expect(await row(status)).toHaveProperty('waits')
    expect(asked(`RF-${status}`)).toBe(1)
  })

  it('is not settled by a refund that was never made', async () => {
    await chargeTwice(world, 'NEVER')

    await settle('NEVER', { out_refund_no: 'THIS-REFUND-WAS-NEVER-MADE' })
    await world.pass(1 * DAY)

    expect(await row('NEVER')).toMatchObject({ case: mchid, refunds: [{ status: 'absent' }] })
    expect(await row('NEVER')).not.toHaveProperty('settled_at')
  })

  it('is not settled by the refund of another order', async () => {
    await chargeTwice(world, 'MINE')
    const transaction_id = await chargeTwice(world, 'OTHERS')
    wechatpay.refund({ mchid, transaction_id, out_refund_no: 'RF-OTHERS', amount: 8800, status: 'SUCCESS' })

    await settle('MINE', { out_refund_no: 'RF-OTHERS' })
    await world.pass(1 * HOUR)

    expect(await row('MINE')).toMatchObject({ case: mchid, refunds: [{ status: 'other_order' }] })
    expect(await row('OTHERS')).toMatchObject({ case: mchid })
  })
})

describe('a bill that is not as WeChat Pay signed it', () => {
  it.each<[BillFault, string | undefined, number]>([
    ['late', 'waiting', 1],
    ['wrong-hash', 'waiting', 1],
    ['cut', 'waiting', 1],
    ['short', 'waiting', 1],
    ['expired-url', 'waiting', 1],
    ['redirect', 'waiting', 1],
    ['foreign-url', 'waiting', 1],
    ['wrong-sums', 'unreadable', 0],
    ['none', 'no_bill', 0],
  ])('changes nothing while it is %s', async (fault, outcome, isMended) => {
    const name = `BILL-${fault}`
    const order = placeOrder(world, API, name)
    await handOver(world, 'HTTP API 2.0', noticeOf(API, name))
    await world.pass(1 * HOUR)
    wechatpay.payscoreCharges(order)
    const day = await passToNextAudit(world)

    const end = wechatpay.billFault(fault)
    const { result } = await world.runAudit({ day, again: true })
    await world.pass(2 * MINUTE)
    const meanwhile = await row(name)
    end()
    await world.runAudit()
    await world.pass(2 * MINUTE)

    expect((result as { bills: { outcome: string }[] }).bills[0]?.outcome).toBe(outcome)
    expect(meanwhile).toMatchObject({ state: 'SYNCED' })
    expect(meanwhile).not.toHaveProperty('bill')
    expect(await row(name)).toMatchObject(isMended ? { state: 'DOUBLE_CHARGED', bill: day } : { state: 'SYNCED' })
  })
})
