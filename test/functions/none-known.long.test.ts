import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus, handOver } from '../support/till.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const { mchid } = SERVED.serviceorder
const ORDERS = ['FIRST-1', 'FIRST-2', 'FIRST-3']

/** One merchant of the family `serviceorder`, over a restart of everything; at first with another `order_api`. */
const folder = mkdtempSync(join(tmpdir(), 'none-known-'))
const start = (order_api: 'payafter-orders' | 'serviceorder') =>
  startWorld({ merchants: [{ ...SERVED.serviceorder, order_api }], ledgerPath: join(folder, 'ledger') })

let world: World
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

describe('the first orders of a merchant whose order_api is wrong', () => {
  let invocations: ReturnType<typeof watchInvocations>
  beforeAll(async () => {
    world = await start('payafter-orders')
    invocations = watchInvocations(world)
    for (const out_order_no of ORDERS) {
      placeOrder(world, 'serviceorder', out_order_no)
      await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', out_order_no))
    }
  })

  it('ring as a fault of the configuration within minutes', async () => {
    await world.pass(5 * MINUTE)

    expect(invocations.logs().filter((line) => JSON.parse(line).config === 1)).not.toHaveLength(0)
    const { body } = await askStatus(world, mchid, 'FIRST-3')
    expect(body).toMatchObject({ state: 'PENDING', turn: 'engineer', last_error: { verdict: 'config' } })
    expect(body.last_error).toMatchObject({
      detail: 'WeChat Pay knows no order so far of 1900000110, service_id 500002, order_api payafter-orders',
    })
  })

  it('are not rejected, whatever time it takes', async () => {
    await world.pass(26 * HOUR)

    for (const out_order_no of ORDERS)
      expect((await askStatus(world, mchid, out_order_no)).body).toMatchObject({ state: 'PENDING', turn: 'engineer' })
    const rows = (await world.table.rows()).filter(({ state }) => state !== undefined)
    expect(rows.map(({ state }) => state)).toEqual(['PENDING', 'PENDING', 'PENDING'])
  })

  it('go on by themselves once it is mended', async () => {
    await world.close()
    world = await start('serviceorder')

    await world.pass(8 * HOUR)

    for (const out_order_no of ORDERS)
      expect((await askStatus(world, mchid, out_order_no)).body).toMatchObject({
        state: 'SYNCED',
        confirmed: true,
        order_api: 'serviceorder',
      })
  })

  it('are the same to a notice that comes again', async () => {
    const told = await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', 'FIRST-1'))

    expect(told).toMatchObject({ status: 200, body: { state: 'SYNCED', replayed: true } })
  })

  it('make a mistyped number an order of the shop again: it ends after a day', async () => {
    await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', 'MISTYPED'))
    await world.pass(26 * HOUR)

    expect((await askStatus(world, mchid, 'MISTYPED')).body).toMatchObject({
      state: 'REJECTED',
      reason: 'not_found',
      turn: 'shop',
    })
  })
})
