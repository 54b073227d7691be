import { afterAll, describe, expect, it } from 'vitest'
import { readRowKey } from '../../lib/ledger/row.ts'
import { startWorld } from '../../lib/local/world.ts'
import { auditBill, foundClasses, passToNextAudit, passUntilHour, runAudit, today } from '../support/audited.ts'
import { chargeTwice } from '../support/charged-twice.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'
import { type Api, DIRECT, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { decide, handOver } from '../support/till.ts'

const world = await startWorld({
  merchants: [SERVED['payafter-orders'], SERVED.serviceorder],
  debitAfterMs: Number.POSITIVE_INFINITY,
})
afterAll(() => world.close())

const { wechatpay } = world
const API = 'payafter-orders'
const { mchid } = DIRECT
/** China's offset. */
const CHINA = 8 * HOUR
const AT_HALF_PAST_TEN = 10 * HOUR + 30 * MINUTE

const paidToday = () => ({ detail: { paid_time: `${today(world)}000000` } })

/** Hands over a payment of today, and lets everything about it be asked. */
const pay = async (api: Api, out_order_no: string): Promise<void> => {
  await handOver(world, 'HTTP API 2.0', { ...noticeOf(api, out_order_no), ...paidToday() })
  await world.pass(15 * MINUTE)
}

/** The types of the order events of an order, in order. */
const events = (out_order_no: string): readonly string[] =>
  world.bus.history.events
    .filter(({ source, detail }) => source === 'payscore.ledger' && detail.includes(`"${out_order_no}"`))
    .map(({ detailType }) => detailType)

/** Syncs of an order. */
const syncs = (out_order_no: string): number => wechatpay.history.posts(out_order_no).length

/** Its notice says that it was paid today: the ledger knows a charge of today. Gives the transaction. */
const chargeToday = (out_order_no: string): Promise<string> => chargeTwice(world, out_order_no, paidToday())

describe('a charge in the bill of an order', () => {
  it('that WeChat Pay’s own signed answer denies is a contradiction: nothing is changed, and both are kept', async () => {
    const order = placeOrder(world, API, 'DENIED')
    await pay(API, 'DENIED')
    const transaction_id = wechatpay.payscoreCharges(order)
    wechatpay.showInstead(order, { finish_transaction_id: undefined })
    const day = await passToNextAudit(world)

    const first = await auditBill(world, { mchid, day })
    await world.pass(30 * MINUTE)
    const second = await auditBill(world, { mchid, day })
    await world.pass(30 * MINUTE)
    const third = await auditBill(world, { mchid, day })

    expect(first).toMatchObject({ outcome: 'asked', classes: { charged_after_sync: 1 } })
    expect(second).toMatchObject({ outcome: 'agreed', classes: { contradiction: 1 } })
    expect(second?.found).toMatchObject([
      {
        class: 'contradiction',
        out_order_no: 'DENIED',
        state: 'SYNCED',
        transaction_id,
        amount: 8800,
        turn: 'engineer',
      },
    ])
    expect(second?.metrics).toMatchObject({ bill_contradiction: 1, bills_compared: 1, bill_rows: 1 })
    expect(third).toBeUndefined()
    const row = await rowOf(world, API, 'DENIED')
    expect(row).toMatchObject({ state: 'SYNCED', bill: day, proved_at: expect.any(Number) })
    for (const name of ['transaction_id', 'case', 'due', 'bill_at']) expect(row).not.toHaveProperty(name)
    expect((await world.table.rows()).find(({ pk }) => pk === `bill#${mchid}#${day}`)).toMatchObject({
      outcome: 'agreed',
      done: true,
      classes: { contradiction: 1, charged_after_sync: 0 },
      evidence: expect.stringMatching(/^bills\/\d{4}\/\d\d\/\d\d\/\d+-[0-9a-f]{32}\.json$/),
    })
    expect(world.objects.stored.get(`bills/${mchid}/${day}.html`)?.body.toString()).toContain('两者矛盾')
    expect(events('DENIED')).toEqual(['Payscore Order Synced', 'Payscore Order Synced'])
    expect(syncs('DENIED')).toBe(1)
    wechatpay.showInstead(order, undefined)
  })

  it('gives its number to a case that has none', async () => {
    const { mchid } = SERVED.serviceorder
    const order = placeOrder(world, 'serviceorder', 'NUMBERLESS')
    const transaction_id = wechatpay.payscoreCharges(order)
    const details = [{ seq: 1, amount: 8800, paid_type: 'NEWTON', paid_time: '20250301120000' }]
    wechatpay.showInstead(order, { collection: { state: 'USER_PAID', total_amount: 8800, paid_amount: 8800, details } })
    await pay('serviceorder', 'NUMBERLESS')
    const before = await rowOf(world, 'serviceorder', 'NUMBERLESS')
    const day = await passToNextAudit(world)

    const bill = await auditBill(world, { mchid, day })
    const again = await runAudit(world, { day, mchid, again: true })

    expect(before).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 8800, case: mchid })
    expect(before).not.toHaveProperty('transaction_id')
    expect(bill).toMatchObject({ outcome: 'agreed', classes: { numbered: 1, refund_missing: 1 } })
    expect(bill?.metrics).toMatchObject({ bill_numbered: 1, refund_missing: 1 })
    expect(bill?.found[0]).toMatchObject({ class: 'numbered', transaction_id, did: 'asked', turn: 'accountant' })
    const after = await rowOf(world, 'serviceorder', 'NUMBERLESS')
    expect(after).toMatchObject({ state: 'DOUBLE_CHARGED', amount: 8800, transaction_id, case: mchid })
    expect(after).not.toHaveProperty('bill')
    expect(again.bills.map(foundClasses)).toEqual([{ known: 1, refund_missing: 1 }])
    // Once more, with the number.
    expect(events('NUMBERLESS')).toEqual(['Payscore Order Double Charged', 'Payscore Order Double Charged'])
  })

  it('that is a further one opens its case again, even a settled one, once the answer says so', async () => {
    const order = placeOrder(world, API, 'TWICE')
    const transaction_id = wechatpay.payscoreCharges(order)
    wechatpay.showInstead(order, { finish_transaction_id: '4200002200000000000000000001' })
    await pay(API, 'TWICE')
    await decide(world, noticeOf(API, 'TWICE'), 'settle', { reason: 'at the till', cash: 'B-1' })
    const before = await rowOf(world, API, 'TWICE')
    wechatpay.showInstead(order, undefined)
    const day = await passToNextAudit(world)

    const bill = await auditBill(world, { mchid, day })
    await world.pass(30 * MINUTE)
    const again = await runAudit(world, { day, mchid, again: true })

    expect(before).toMatchObject({ settled_by: 'cash', transaction_id: '4200002200000000000000000001' })
    expect(before).not.toHaveProperty('case')
    expect(bill).toMatchObject({ classes: { charged_again: 1 }, metrics: { bill_charged_again: 1 } })
    expect(bill?.found).toMatchObject([{ out_order_no: 'TWICE', transaction_id, turn: 'accountant', did: 'asked' }])
    const after = await rowOf(world, API, 'TWICE')
    expect(after).toMatchObject({ state: 'DOUBLE_CHARGED', transaction_id, case: mchid, bill: day })
    for (const name of ['settled_at', 'settled_by', 'reason', 'due']) expect(after).not.toHaveProperty(name)
    expect(again.bills.map(foundClasses)).toEqual([{ known: 1 }])
  })

  it('that is an ordinary payment with the number of a case leaves the case as it stood', async () => {
    wechatpay.payscoreCharges(placeOrder(world, API, 'NAMESAKE'))
    await pay(API, 'NAMESAKE')
    await decide(world, noticeOf(API, 'NAMESAKE'), 'settle', { reason: 'the customer’s word', not_double: true })
    const before = await rowOf(world, API, 'NAMESAKE')
    wechatpay.ordinaryPayment({ mchid, out_trade_no: 'NAMESAKE', amount: 100 })
    const day = await passToNextAudit(world)

    const bill = await auditBill(world, { mchid, day })
    await world.pass(30 * MINUTE)

    expect(bill?.classes).toMatchObject({ charged_again: 1, known: 1 })
    const { attempt: _, ...after } = (await rowOf(world, API, 'NAMESAKE')) ?? {}
    const { attempt: __, ...settled } = before ?? {}
    expect(after).toEqual({ ...settled, bill: day })
  })
})

describe('a day without a bill to compare', () => {
  it('is done at once where nothing was traded', async () => {
    const day = await passToNextAudit(world)

    const bill = await auditBill(world, { mchid, day })

    expect(bill).toMatchObject({ outcome: 'no_bill', metrics: { bill_unreadable: 0, bill_late: 0, bill_rows: 0 } })
    expect(await auditBill(world, { mchid, day })).toBeUndefined()
  })

  it('is an engineer’s where WeChat Pay says that nothing was traded, and a charge of it is known', async () => {
    await chargeToday('NO-BILL')
    const day = await passToNextAudit(world)
    const end = wechatpay.billFault('none', { mchid })

    const bill = await auditBill(world, { mchid, day })
    end()

    expect(bill).toMatchObject({ outcome: 'no_bill_but_charged', metrics: { bill_unreadable: 1, bill_late: 0 } })
    expect(await auditBill(world, { mchid, day })).toBeUndefined()
    expect(await rowOf(world, API, 'NO-BILL')).toMatchObject({ state: 'DOUBLE_CHARGED', case: mchid })
    const page = world.objects.stored.get(`bills/${mchid}/${day}.html`)?.body.toString()
    expect(page).toContain('微信支付称当日无交易账单,但已知当日有支付分扣款')
  })

  it('is waited for until 18:00, is late then, and is compared on the next day all the same', async () => {
    const order = placeOrder(world, API, 'LATE-BILL')
    await pay(API, 'LATE-BILL')
    wechatpay.payscoreCharges(order)
    const day = await passToNextAudit(world)
    const end = wechatpay.billFault('late', { mchid, times: Number.POSITIVE_INFINITY })

    const atTen = await auditBill(world, { mchid, day })
    await passUntilHour(world, 17)
    const atSeventeen = await auditBill(world, { mchid, day })
    const reportOf = () => world.objects.stored.get(`bills/${mchid}/${day}.html`)?.body.toString()
    const before = reportOf()
    await passUntilHour(world, 18)
    const atEighteen = await auditBill(world, { mchid, day })
    const late = reportOf()
    end()
    await passToNextAudit(world)
    const nextDay = await auditBill(world, { mchid, day })
    await world.pass(30 * MINUTE)

    expect([atTen, atSeventeen, atEighteen, nextDay].map((bill) => bill?.outcome)).toEqual([
      'waiting',
      'waiting',
      'late_bill',
      'asked',
    ])
    expect([atSeventeen?.metrics.bill_late, atEighteen?.metrics.bill_late]).toEqual([0, 1])
    expect(atEighteen).toMatchObject({ reason: 'creating: STATEMENT_CREATING', classes: {} })
    expect(before).toBeUndefined()
    expect(late).toContain('截至18:00仍未取得前一日的交易账单')
    expect(nextDay?.classes).toEqual({ charged_after_sync: 1 })
    expect(await rowOf(world, API, 'LATE-BILL')).toMatchObject({ state: 'DOUBLE_CHARGED', bill: day })
  })

  it.each([
    ['wrong-hash', 'hash'],
    ['wrong-sums', 'sum, column 应结订单金额'],
  ] as const)(
    'is unreadable at 18:00 where its bill has the fault %s, and no order is asked about',
    async (fault, reason) => {
      const out_order_no = `FAULTY-${fault}`
      const order = placeOrder(world, API, out_order_no)
      await pay(API, out_order_no)
      wechatpay.payscoreCharges(order)
      const day = await passToNextAudit(world)
      const end = wechatpay.billFault(fault, { mchid, times: Number.POSITIVE_INFINITY })

      await passUntilHour(world, 18)
      const bill = await auditBill(world, { mchid, day })
      end()
      await world.pass(HOUR)

      expect(bill).toMatchObject({ outcome: 'unreadable', reason, classes: {} })
      expect(await rowOf(world, API, out_order_no)).toMatchObject({ state: 'SYNCED' })
    },
  )
})

describe('a case of which no bill has a refund', () => {
  it('is told of after 1, 3, 7 and 30 days and daily from the 300th of the payment, once a day, until a bill has one', async () => {
    const transaction_id = await chargeToday('FORGOTTEN')
    // Those of the tests above.
    for (const { pk, case: of } of await world.table.rows())
      if (of !== undefined && pk !== `${mchid}#FORGOTTEN`)
        await decide(world, readRowKey(String(pk)), 'settle', { reason: 'no case of this test', not_double: true })
    const known = Math.floor((world.clock.now() + CHINA) / DAY)
    const told: number[] = []
    const counted: number[] = []
    for (const days of [1, 2, 3, 4, 6, 7, 8, 29, 30, 31, 299, 300, 301, 302]) {
      await world.pass((known + days) * DAY + AT_HALF_PAST_TEN - CHINA - world.clock.now())
      const { bills, metrics } = await runAudit(world)
      const found = bills.flatMap((bill) => bill.found ?? []).filter((one) => one.out_order_no === 'FORGOTTEN')
      if (found.some((one) => one.class === 'refund_missing')) told.push(days)
      if (metrics.refund_missing === 1) counted.push(days)
      expect((await runAudit(world)).metrics.refund_missing).toBe(0)
    }
    wechatpay.refund({ mchid, transaction_id, out_refund_no: 'RF-AT-LAST', amount: 8800, status: 'SUCCESS' })
    const day = await passToNextAudit(world)
    const bill = await auditBill(world, { mchid, day })
    await world.pass(HOUR)

    expect(told).toEqual([1, 3, 7, 30, 300, 301, 302])
    expect(counted).toEqual(told)
    expect(bill).toMatchObject({ outcome: 'agreed', classes: { refunded: 1 }, metrics: { refund_missing: 0 } })
    expect(await rowOf(world, API, 'FORGOTTEN')).toMatchObject({ settled_by: 'refund', reason: 'refund RF-AT-LAST' })
    expect(events('FORGOTTEN')).toEqual(['Payscore Order Double Charged', 'Payscore Double Charge Settled'])
  })
})
