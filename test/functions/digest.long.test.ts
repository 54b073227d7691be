import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatChinaTime } from '../../lib/china-time.ts'
import { startWorld } from '../../lib/local/world.ts'
import { chargeTwice } from '../support/charged-twice.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { decide, handOver } from '../support/till.ts'

const API = 'payafter-orders'
const { mchid } = DIRECT

const world = await startWorld({ merchants: [SERVED[API]], debitAfterMs: Number.POSITIVE_INFINITY })
afterAll(() => world.close())

const { wechatpay, topic } = world
const chinaNow = (): string => formatChinaTime(world.clock.now())

/** Lets time pass until it is this time in China, of the next day if it is past. */
const passTo = async (time: '1030' | '1100'): Promise<void> => {
  do await world.pass(30 * MINUTE - (world.clock.now() % (30 * MINUTE)))
  while (chinaNow().slice(8, 12) !== time)
}
const passToEleven = () => passTo('1100')

/** Paid at the till now, in a shop of its own. Gives the transaction. */
const chargeTwiceNow = (out_order_no: string): Promise<string> =>
  chargeTwice(world, out_order_no, { detail: { paid_time: chinaNow() }, shop_id: `门店-${out_order_no}` })

const runDigest = (more: object = {}) => world.runAudit({ digest: true, ...more })
const events = () => world.bus.history.events.filter(({ detailType }) => detailType === 'Payscore Open Cases')
/** Order numbers in the order of the mail. */
const mailed = (at: number): readonly string[] =>
  [...(topic.history.at(at)?.message ?? '').matchAll(/^- \d+\/([A-Z]+) /gm)].map(([, number = '']) => number)

describe('the digest of a day', () => {
  beforeAll(passToEleven)

  it('is not sent when nothing is open and nothing was found', async () => {
    placeOrder(world, API, 'GOOD')
    await handOver(world, 'HTTP API 2.0', noticeOf(API, 'GOOD'))
    await world.pass(20 * MINUTE)

    const { result } = await runDigest()

    expect(result).toMatchObject({ sent: false, open: 0 })
    expect(topic.history).toEqual([])
    expect(events()).toEqual([])
    expect([...world.objects.stored.keys()].filter((key) => key.startsWith('cases/'))).toEqual([])
  })

  it('is sent, without a page, where a trade bill brought something and no case is open', async () => {
    const order = placeOrder(world, API, 'HELD')
    await handOver(world, 'HTTP API 2.0', { ...noticeOf(API, 'HELD'), amount: 100 })
    await world.pass(HOUR)
    wechatpay.payscoreCharges(order)
    const paidOn = chinaNow()
    await passTo('1030')
    await world.runAudit()
    await passToEleven()

    const { result } = await runDigest()

    expect(result).toMatchObject({ sent: true, open: 0, bills: 1 })
    expect(topic.history).toHaveLength(1)
    const [{ subject, message } = { subject: '', message: '' }] = topic.history
    expect(subject).toBe('payscore-sync: 1 trade bill to look at, nothing open')
    expect(message).toContain(
      `- ${mchid} ${paidOn.slice(0, 4)}-${paidOn.slice(4, 6)}-${paidOn.slice(6, 8)} 交易账单已核对`,
    )
    expect(message).toContain('  1 × 订单处理中或已暂停,交易账单中已有支付分扣款 the trade bill has a charge')
    expect(JSON.parse(events().at(-1)?.detail ?? '')).toMatchObject({
      open: 0,
      cases: [],
      bills: [{ mchid, found: { charged_while_open: 1 } }],
      pages: [],
    })
    await world.pass(HOUR)
    await passToEleven()
    expect((await runDigest()).result).toMatchObject({ sent: false, bills: 0 })
  })

  it('tells by mail, event and page of every case that is open, oldest first, once', async () => {
    await world.pass(HOUR)
    const first = await chargeTwiceNow('FIRST')
    await world.pass(DAY)
    const settled = await chargeTwiceNow('SETTLED')
    await chargeTwiceNow('LATER')
    wechatpay.refund({ mchid, transaction_id: settled, out_refund_no: 'RF-S', amount: 8800, status: 'SUCCESS' })
    wechatpay.refund({ mchid, transaction_id: first, out_refund_no: 'RF-F', amount: 8800, status: 'ABNORMAL' })
    for (const [name, out_refund_no] of [
      ['SETTLED', 'RF-S'],
      ['FIRST', 'RF-F'],
    ] as const)
      await decide(world, noticeOf(API, name), 'settle', { reason: 'checked', out_refund_no })
    await passToEleven()

    const { result } = await runDigest()
    const again = await runDigest()

    expect(result).toMatchObject({ sent: true, open: 2, amount: 17_600, oldest_days: 2 })
    expect(again.result).toMatchObject({ sent: false })
    expect(topic.history).toHaveLength(2)
    expect(topic.history[1]?.subject).toBe('payscore-sync: 2 double charges not settled, oldest 2d')
    expect(mailed(1)).toEqual(['FIRST', 'LATER'])
    const { message = '' } = topic.history[1] ?? {}
    const day = chinaNow().slice(0, 8)
    expect(message).toContain(`- ${mchid}/FIRST · 门店 shop 门店-FIRST · ¥88.00 · 2天 2d · `)
    expect(message).toContain('退款 refund RF-F 退款异常 cannot be paid out')
    expect(message).toContain(`s3://payscore-statements/cases/${mchid}/${day}.html`)

    const [, event] = events()
    expect(events()).toHaveLength(2)
    expect(JSON.parse(event?.detail ?? '')).toMatchObject({
      open: 2,
      more: 0,
      cases: [
        { out_order_no: 'FIRST', shop_id: '门店-FIRST', amount: 8800, days: 2, turn: 'accountant', is_urgent: false },
        { out_order_no: 'LATER', days: 1 },
      ],
    })
    const page = world.objects.stored.get(`cases/${mchid}/${day}.html`)
    expect(page?.contentType).toBe('text/html; charset=utf-8')
    expect(page?.body.toString()).toContain(`${mchid}/FIRST · 门店 shop 门店-FIRST · ¥88.00`)
    expect(world.objects.stored.get(`cases/${mchid}/${day}.csv`)?.body.toString()).toContain('LATER')
  })

  it('names nobody: no openid and no bank of the signed answers', async () => {
    const objects = [...world.objects.locked.stored].filter(([key]) => key.endsWith('.gz'))
    const kept = objects.map(([, { body }]) => gunzipSync(body).toString()).join('\n')
    const planted = [
      ...kept.matchAll(/openid\\*":\s*\\*"([^"\\]+)|user_received_account\\*":\s*\\*"([^"\\]+)/g),
    ].flatMap(([, openid, bank]) => openid ?? bank ?? [])
    expect(planted.length).toBeGreaterThan(0)

    const told = [
      ...topic.history.map(({ message }) => message),
      ...events().map(({ detail }) => detail),
      ...[...world.objects.stored].filter(([key]) => key.startsWith('cases/')).map(([, { body }]) => body.toString()),
    ].join('\n')

    for (const secret of new Set(planted)) expect(told).not.toContain(secret)
  })

  it('is made once more where the bus, the bucket or the topic failed, and the mail is then sent once', async () => {
    await world.pass(HOUR)
    await passToEleven()
    const before = topic.history.length
    const ends = [
      world.objects.faults.add({ kind: 'fail', probability: 1 }),
      world.bus.faults.add({ kind: 'refuse-entries', entries: 1, probability: 1 }),
      topic.faults.add({ kind: 'fail', probability: 1 }),
    ]
    for (const end of ends) {
      expect((await runDigest()).error).toMatchObject({ errorType: 'UnavailableError' })
      end()
      await world.pass(30 * MINUTE)
    }

    expect(topic.history).toHaveLength(before)
    expect((await runDigest()).result).toMatchObject({ sent: true, open: 2 })
    expect(topic.history).toHaveLength(before + 1)
  })

  it('says from the 300th day on that refunds end soon, while the alarm rings every day', async () => {
    world.clock.advance(298 * DAY)
    await passToEleven()

    for (const day of [300, 301].keys()) {
      const { logs } = await world.runAudit()
      expect(JSON.parse(logs.at(-1) ?? '{}')).toMatchObject({ refund_missing: 2 })
      await runDigest()
      expect(topic.history.at(-1)?.message.match(/退款期限将至/g)).toHaveLength(2)
      if (day === 0) {
        await world.pass(HOUR)
        await passToEleven()
      }
    }
  })
})
