import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { localMerchants } from '../../lib/local/local-merchants.ts'
import { playSample, readSamples } from '../../lib/local/samples.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, handOver, putNotice } from '../support/till.ts'

const MINUTE = 60_000

describe('the samples', () => {
  let world: World
  let invocations: ReturnType<typeof watchInvocations>
  beforeAll(async () => {
    world = await startWorld({ merchants: localMerchants() })
    invocations = watchInvocations(world)
  })
  afterAll(() => world.close())

  it('are the ones that a newcomer is to see', () => {
    expect(
      readSamples()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([
      'at-once',
      'charge-running',
      'charged-as-well',
      'completed-when-paid',
      'not-completed',
      'paid',
      'paid-acquired',
      'paid-event',
      'paid-shop',
      'same-again',
      'wrong-key',
      'wrong-order-number',
      'wrong-parameter',
    ])
  })

  it.each(readSamples())('$name ends as it should', async (sample) => {
    const { wrong, out_order_no } = await playSample(sample, world, 'end')

    expect(wrong).toEqual([])
    // Judged by WeChat Pay: whatever the sample says of itself, the order was made paid offline once at most.
    const applied = world.wechatpay.history.posts(out_order_no).filter((post) => post.applied)
    expect(applied.length).toBeLessThanOrEqual(1)
  })

  it('are played by invocations that each made one signed call at most', () => {
    expect(invocations.all.length).toBeGreaterThan(50)
    expect(invocations.mostCalls()).toBe(1)
    expect(invocations.strayCalls()).toEqual([])
    expect(world.wechatpay.history.overlaps()).toEqual([])
  })

  it('say what is wrong with an ending that is not as it should be', async () => {
    const [paid] = readSamples().filter(({ name }) => name === 'paid')
    if (!paid) throw new TypeError('there is no such sample')
    const ends = { ...paid.ends, status: 200, state: 'REJECTED', posts: 2 }

    const { wrong } = await playSample({ ...paid, ends }, world, 'end')

    expect(wrong).toEqual(['status is 202, not 200', 'state is SYNCED, not REJECTED', 'posts is 1, not 2'])
  })
})

describe('a world with a provider', () => {
  it('lets it sign for each of its sub-merchants', async () => {
    const world = await startWorld({
      merchants: [
        {
          mchid: '1900000301',
          order_api: 'acquiringbank',
          provider: '1900000300',
          channel_id: '1900000399',
          services: { '500004': '' },
        },
        {
          mchid: '1900000302',
          order_api: 'acquiringbank',
          provider: '1900000300',
          channel_id: '1900000399',
          services: { '500005': '' },
        },
      ],
    })
    onTestFinished(() => world.close())
    for (const [sub_mchid, service_id] of [
      ['1900000301', '500004'],
      ['1900000302', '500005'],
    ] as const)
      world.wechatpay.addOrder({
        family: 'serviceorder',
        mchid: '1900000300',
        sub_mchid,
        service_id,
        out_order_no: `OF-${sub_mchid}`,
        total_amount: 100,
      })

    const told = []
    for (const mchid of ['1900000301', '1900000302'])
      told.push(await handOver(world, 'HTTP API 2.0', { ...noticeOf('partner', `OF-${mchid}`), mchid }))

    expect(told).toMatchObject([{ body: { state: 'SYNCED' } }, { body: { state: 'SYNCED' } }])
  })
})

describe('the clock of a world', () => {
  it('stops for an event that waits for its next try as well as for a row that is due', async () => {
    const world = await startWorld({ merchants: [SERVED.partner] })
    onTestFinished(() => world.close())
    putNotice(world, { mchid: 'nobody' })
    await world.idle()

    await world.pass(10 * MINUTE)

    const [first = 0, ...more] = world.bus.history.deliveries.map(({ atMs }) => atMs)
    expect(more.map((atMs) => Math.round((atMs - first) / MINUTE))).toEqual([1, 3])
    expect(world.notices.letters).toHaveLength(1)
  })
})

describe('a world that is started again', () => {
  it('goes on where it stopped: the row is due, WeChat Pay knows the order, and the clock has not gone back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'world-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const start = () =>
      startWorld({
        merchants: [SERVED['payafter-orders']],
        ledgerPath: join(folder, 'ledger'),
        debitAfterMs: Number.POSITIVE_INFINITY,
      })
    const { mchid } = SERVED['payafter-orders']

    const before = await start()
    before.clock.advance(100 * MINUTE)
    placeOrder(before, 'payafter-orders', 'SYNCED')
    placeOrder(before, 'payafter-orders', 'OPEN', { state: 'accepted' })
    await handOver(before, 'HTTP API 2.0', noticeOf('payafter-orders', 'SYNCED'))
    await handOver(before, 'HTTP API 2.0', noticeOf('payafter-orders', 'OPEN'))
    const transaction_id = before.wechatpay.payscoreCharges(placeOrder(before, 'payafter-orders', 'CHARGED'))
    before.wechatpay.refund({ mchid, transaction_id, out_refund_no: 'BACK', amount: 1 })
    const shop = before.wechatpay.ordinaryPayment({ mchid, out_trade_no: 'SHOP', amount: 1 })
    await before.idle()
    const stoppedAt = before.clock.now()
    await before.close()

    const world = await start()
    onTestFinished(() => world.close())
    expect(world.clock.now()).toBeGreaterThanOrEqual(stoppedAt)
    world.wechatpay.merchantCompletes(world.wechatpay.order(mchid, 'OPEN'))
    await world.pass(25 * MINUTE)

    for (const out_order_no of ['SYNCED', 'OPEN'])
      expect((await askStatus(world, mchid, out_order_no)).body).toMatchObject({ state: 'SYNCED', confirmed: true })
    expect(world.wechatpay.refunds()).toMatchObject([{ out_refund_no: 'BACK', trade: { transaction_id } }])
    expect(world.wechatpay.ordinaryPayments()).toMatchObject([{ transaction_id: shop }])
    expect(world.wechatpay.history.posts('SYNCED')).toEqual([])
    expect(world.wechatpay.history.posts('OPEN')).toHaveLength(1)
  })
})
