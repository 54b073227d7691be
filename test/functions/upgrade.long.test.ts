import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClock } from '../../lib/local/clock.ts'
import { region } from '../../lib/local/lambda/environment.ts'
import { startLedgerTable } from '../../lib/local/ledger-table.ts'
import type { Order } from '../../lib/local/wechatpay/orders.ts'
import { startWorld, type World, type WorldMerchant } from '../../lib/local/world.ts'
import { stubAws, stubAwsInEachTest } from '../cli/local-env.ts'
import { runCli } from '../cli/run-cli.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'
import { SERVED } from '../support/served.ts'
import { decide, handOver } from '../support/till.ts'
import { rowsOf1_0 } from './rows-of-1.0.ts'

const { mchid } = SERVED['payafter-orders']
const WHOLE = SERVED.serviceorder.mchid
const CHECKED = '1900000111'
const OBSERVED = '1900000112'
const CAPPED = '1900000113'

const MERCHANTS: readonly WorldMerchant[] = [
  SERVED['payafter-orders'],
  SERVED.serviceorder,
  { mchid: CHECKED, services: { '500011': 'wxd678efh567hg6711' }, mode: 'check' },
  { mchid: OBSERVED, services: { '500012': 'wxd678efh567hg6712' }, mode: 'observe' },
  { mchid: CAPPED, services: { '500013': 'wxd678efh567hg6713' }, hourly_cap: 1 },
]

/** The ledger of a stack of 1.0.0, which the new functions find when they are deployed. */
const ledgerOf1_0 = async (path: string): Promise<void> => {
  const clock = createClock()
  const table = await startLedgerTable({ clock, path })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: table.endpoint, region, credentials })
  for (const row of rowsOf1_0(clock.now()))
    await client.send(new PutItemCommand({ TableName: table.tableName, Item: marshall(row) }))
  client.destroy()
  await table.close()
}

let world: World
const home = mkdtempSync(join(tmpdir(), 'upgrade-'))

/** The order at WeChat Pay, of 88 yuan, which waits for its payment. */
const place = (out_order_no: string, of: string = mchid, state: 'finished' | 'accepted' = 'finished'): Order =>
  world.wechatpay.addOrder({
    family: of === WHOLE ? 'serviceorder' : 'payafter-orders',
    mchid: of,
    service_id: Object.keys(MERCHANTS.find((merchant) => merchant.mchid === of)?.services ?? {})[0] ?? '',
    out_order_no,
    total_amount: 8800,
    state,
  })

/** The same after a sync of 1.0.0 has landed. */
const placeSynced = (out_order_no: string): Order => {
  const order = place(out_order_no)
  order.payments = [{ paid_type: 'MCH', amount: 8800, paid_time: '20261124103000' }]
  order.state = 'paid'
  return order
}

const row = async (out_order_no: string) =>
  (await world.table.rows()).find(({ pk }) => String(pk).endsWith(`#${out_order_no}`))
const posts = (out_order_no: string): number => world.wechatpay.history.posts(out_order_no).length
const queries = (out_order_no: string): number => world.wechatpay.history.queries(out_order_no).length
const payments = (out_order_no: string) =>
  world.wechatpay
    .orders()
    .find((order) => order.out_order_no === out_order_no)
    ?.payments.map(({ paid_type }) => paid_type)
/** The outcome events of an order; that it is proved is told by one of its own. */
const told = (out_order_no: string): readonly string[] =>
  world.bus.history.events.flatMap(({ source, detailType, detail }) => {
    const outcome = JSON.parse(detail) as { readonly out_order_no?: string; readonly confirmed?: boolean }
    if (source !== 'payscore.ledger' || outcome.out_order_no !== out_order_no) return []
    return [`${detailType.replace('Payscore Order ', '')}${outcome.confirmed === true ? ', proved' : ''}`]
  })
const noticeOf = (out_order_no: string, of: string = mchid, paid_time = '20261124103000') => ({
  mchid: of,
  out_order_no,
  detail: { paid_time },
})

beforeAll(async () => {
  const path = join(home, 'ledger')
  await ledgerOf1_0(path)
  world = await startWorld({ merchants: MERCHANTS, ledgerPath: path, debitAfterMs: Number.POSITIVE_INFINITY })
  const { wechatpay } = world
  for (const name of ['BOOKED', 'LEASED', 'THROTTLED', 'CONFIG', 'UNKNOWN', 'BUSY', 'UNPAID']) place(name)
  for (const name of ['CONFLICT', 'REOPENED', 'INVALID']) place(name)
  for (const name of ['LEASED-TAKEN', 'ANSWER-LOST', 'ACCEPTED', 'PROVING', 'UNDECIDED', 'PROVED']) placeSynced(name)
  const open = place('OPEN', mchid, 'accepted')
  place('SO-UNKNOWN', WHOLE)
  for (const name of ['CHECK', 'CLEARED', 'DIFFERS']) place(name, CHECKED)
  for (const name of ['OBSERVED', 'RELEASED']) place(name, OBSERVED)
  place('OVER-CAP', CAPPED)
  wechatpay.payscoreCharges(place('BUSY-CHARGED'))
  wechatpay.payscoreCharges(placeSynced('ACCEPTED-CHARGED'))
  for (const name of ['DOUBLE', 'SETTLED']) wechatpay.payscoreCharges(place(name), `T-${name}`)
  wechatpay.payscoreCharges(place('DIFFERS-CHARGED', CHECKED), 'T-HELD')

  // A due event that 1.0.0 put on the bus, and that comes to the new function.
  const Detail = JSON.stringify({ mchid, out_order_no: 'UNPAID', next: 'sync' })
  const event = { Source: 'payscore.reconcile', DetailType: 'Payscore Order Due', Detail }
  world.bus.putEvents({ Entries: [{ ...event, EventBusName: world.bus.name }] })
  await world.idle()
  await world.pass(10 * MINUTE)
  wechatpay.merchantCompletes(open)
  place('ABSENT')
  await world.pass(2 * HOUR)
})
afterAll(async () => {
  await world.close()
  rmSync(home, { recursive: true })
})

stubAwsInEachTest(() => world.env)
const list = async (...options: readonly string[]): Promise<readonly string[]> => {
  const { out } = await runCli(['list', ...options, '--json'])
  return JSON.parse(out)
    .orders.map((order: { readonly out_order_no: string }) => order.out_order_no)
    .sort()
}

const isEnded = async (out_order_no: string, expected: object): Promise<void> => {
  expect(await row(out_order_no)).toMatchObject(expected)
  expect(await row(out_order_no)).not.toHaveProperty('due')
}

describe('an order that 1.0.0 left', () => {
  it.each([
    ['booked from a list', 'BOOKED', 0],
    ['throttled', 'THROTTLED', 0],
    ['refused for want of a permission', 'CONFIG', 0],
    ['found unpaid, with a due event on its way', 'UNPAID', 0],
    ['released by a person, and throttled', 'RELEASED', 0],
    ['with a sync that never came back, and was not taken', 'LEASED', 1],
    ['with an unknown outcome', 'UNKNOWN', 1],
    ['while a charge ran, which failed', 'BUSY', 1],
    ['with a notice that contradicted', 'CONFLICT', 1],
    ['reopened by a person', 'REOPENED', 1],
    ['in check mode, not yet compared', 'CHECK', 1],
    ['in check mode, compared', 'CLEARED', 1],
    ['of the API that answers with the whole order', 'SO-UNKNOWN', 1],
    ['before the merchant completed it', 'OPEN', 2],
    ['before WeChat Pay knew it', 'ABSENT', 2],
  ])('%s is synced once, and proved', async (_, name, queriesBefore) => {
    const calls = world.wechatpay.history.calls.filter(({ out_order_no }) => out_order_no === name)
    const before = calls.findIndex(({ kind }) => kind === 'sync')

    expect([posts(name), payments(name)]).toEqual([1, ['MCH']])
    expect(before).toBeGreaterThanOrEqual(queriesBefore)
    await isEnded(name, { state: 'SYNCED', proved_at: expect.any(Number) })
    expect(new Set(told(name).slice(0, -1))).toEqual(new Set(name === 'SO-UNKNOWN' ? [] : ['Synced']))
    expect(told(name).at(-1)).toBe('Synced, proved')
  })

  it.each([
    ['with a sync that never came back, and was taken', 'LEASED-TAKEN'],
    ['with a sync whose answer was lost', 'ANSWER-LOST'],
    ['accepted', 'ACCEPTED'],
    ['during the query that proves it', 'PROVING'],
    ['for which nobody could tell who collected', 'UNDECIDED'],
  ])('%s is proved, and not synced again', async (_, name) => {
    expect([posts(name), payments(name)]).toEqual([0, ['MCH']])
    await isEnded(name, { state: 'SYNCED', proved_at: expect.any(Number) })
    expect(await row(name)).not.toHaveProperty('late_at')
    expect(told(name).at(-1)).toBe('Synced, proved')
  })

  it.each([
    ['while a charge ran, which succeeded', 'BUSY-CHARGED', ['NEWTON']],
    ['accepted, and then charged', 'ACCEPTED-CHARGED', ['MCH', 'NEWTON']],
  ])('%s is found to be charged twice', async (_, name, paid) => {
    expect([posts(name), payments(name)]).toEqual([0, paid])
    await isEnded(name, { state: 'DOUBLE_CHARGED', amount: 8800, case: mchid })
    expect(told(name)).toEqual(['Double Charged'])
  })

  it.each([
    ['DOUBLE', 'DOUBLE_CHARGED'],
    ['SETTLED', 'DOUBLE_CHARGED'],
    ['INVALID', 'REJECTED'],
    ['PROVED', 'SYNCED'],
  ])('and had ended stays as it is: %s', async (name, state) => {
    const written = rowsOf1_0(0).find(({ pk }) => pk === `${mchid}#${name}`)

    expect([posts(name), queries(name), told(name)]).toEqual([0, 0, []])
    expect(await row(name)).toMatchObject({ state, attempt: written?.attempt, call_hash: written?.call_hash })
  })

  it.each([
    ['DIFFERS', CHECKED],
    ['DIFFERS-CHARGED', CHECKED],
    ['OBSERVED', OBSERVED],
    ['OVER-CAP', CAPPED],
  ])('and a person must decide is still held: %s', async (name, of) => {
    expect([posts(name), queries(name)]).toEqual([0, 0])
    expect(await row(name)).toMatchObject({ pk: `${of}#${name}`, state: 'HELD' })
  })

  it('has never two calls at once', () => {
    expect(world.wechatpay.history.overlaps()).toEqual([])
  })
})

describe('after `payscore reindex`', () => {
  beforeAll(async () => {
    stubAws(world.env)
    const { code } = await runCli(['reindex'])
    expect(code).toBe(0)
  })

  it('what waits for a person since 1.0.0 is listed, but for what is observed alone', async () => {
    expect(await list()).toEqual([
      'ABSENT-FOR-GOOD',
      'ACCEPTED-CHARGED',
      'BUSY-CHARGED',
      'DIFFERS',
      'DIFFERS-CHARGED',
      'DOUBLE',
      'INVALID',
      'OVER-CAP',
    ])
  })

  it('double charges that are not settled are listed', async () => {
    expect(await list('--cases')).toEqual(['ACCEPTED-CHARGED', 'BUSY-CHARGED', 'DOUBLE'])
  })

  it('nothing is left to index', async () => {
    const { out } = await runCli(['reindex', '--json'])

    expect(JSON.parse(out)).toMatchObject({ indexed: 0 })
  })
})

describe('what a person or a till does with an order of 1.0.0', () => {
  const withReason = { reason: 'looked at' }

  it.each([
    ['DIFFERS', CHECKED],
    ['OBSERVED', OBSERVED],
    ['OVER-CAP', CAPPED],
  ])('releases a held one, which is synced once: %s', async (name, of) => {
    const { status } = await decide(world, noticeOf(name, of), 'release', withReason)
    await world.pass(15 * MINUTE)

    expect([status, posts(name), payments(name)]).toEqual([200, 1, ['MCH']])
    await isEnded(name, { state: 'SYNCED', proved_at: expect.any(Number) })
  })

  it('settles a double charge by its refund, once WeChat Pay says that the money is back', async () => {
    world.wechatpay.refund({
      mchid,
      transaction_id: 'T-DOUBLE',
      out_refund_no: 'RF-2',
      amount: 8800,
      status: 'SUCCESS',
    })

    const { status } = await decide(world, noticeOf('DOUBLE'), 'settle', { ...withReason, out_refund_no: 'RF-2' })
    await world.pass(5 * MINUTE)

    expect(status).toBe(200)
    await isEnded('DOUBLE', { state: 'DOUBLE_CHARGED', settled_by: 'refund', shop_id: 'SH-1', cashier_id: 'C-7' })
    expect(await row('DOUBLE')).not.toHaveProperty('case')
    expect(posts('DOUBLE')).toBe(0)
  })

  it('settles a held one that was charged as well', async () => {
    const { status } = await decide(world, noticeOf('DIFFERS-CHARGED', CHECKED), 'settle', {
      ...withReason,
      cash: 'S-1',
    })

    expect(status).toBe(200)
    expect(await row('DIFFERS-CHARGED')).toMatchObject({ settled_by: 'cash', transaction_id: 'T-HELD' })
    expect(posts('DIFFERS-CHARGED')).toBe(0)
  })

  it('corrects a rejected one, which is synced once', async () => {
    const corrected = noticeOf('INVALID', mchid, '20261124113000')
    await handOver(world, 'HTTP API 2.0', corrected)
    await world.pass(15 * MINUTE)

    expect([posts('INVALID'), payments('INVALID')]).toEqual([1, ['MCH']])
    await isEnded('INVALID', { state: 'SYNCED', call: { paid_time: '20261124113000' } })
  })

  it('repeats the notice of a proved one, and makes no call', async () => {
    const { status, body } = await handOver(world, 'HTTP API 2.0', noticeOf('PROVED'))

    expect([status, body.state, body.confirmed, body.replayed]).toEqual([200, 'SYNCED', true, true])
    expect([posts('PROVED'), queries('PROVED')]).toEqual([0, 0])
  })
})

it('an order that WeChat Pay did not know under 1.0.0, and never knows, ends after a day', async () => {
  await world.pass(1 * DAY)

  await isEnded('ABSENT-FOR-GOOD', { state: 'REJECTED', reason: 'not_found' })
  expect([posts('ABSENT-FOR-GOOD'), told('ABSENT-FOR-GOOD').at(-1)]).toEqual([0, 'Rejected'])
})

it('the counter of an hour under 1.0.0 is no order, and counts nothing any more', async () => {
  expect(await row('498896')).toEqual({ pk: `${CAPPED}#hour#498896`, count: 2, expires_at: 1_796_032_800 })
})
