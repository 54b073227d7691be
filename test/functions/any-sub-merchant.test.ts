import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { servedFiles } from '../../lib/config/served-files.ts'
import { startWorld, TILL, type World } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { askStatus, decide, handOver } from '../support/till.ts'

const SUB = SERVED.partner
/** Of the local world's API Gateway. */
const CALLER = 'user/local'

const startServing = (tills: Readonly<Record<string, readonly string[]>>, sources: readonly string[]) => {
  const { services } = SUB
  const { config } = readMerchantsConfig({
    merchants: { [DIRECT.mchid]: { sources: ['com.example.other'], services: DIRECT.services } },
    providers: { [SUB.provider]: { sources, services, sub_merchants: 'any' } },
  })
  return startWorld({ merchants: [DIRECT, SUB], files: servedFiles(config, tills) })
}

describe('a provider that serves any sub-merchant', () => {
  let world: World
  beforeAll(async () => {
    world = await startServing({ [TILL]: [CALLER] }, [TILL])
  })
  afterAll(() => world.close())

  it.each(['EventBridge', 'HTTP API 2.0'] as const)(
    'has an order told to WeChat Pay and proved, by %s',
    async (trigger) => {
      const out_order_no = `ANY-${trigger.length}`
      placeOrder(world, 'partner', out_order_no)

      await handOver(world, trigger, noticeOf('partner', out_order_no))
      await world.idle()
      expect((await rowOf(world, 'partner', out_order_no))?.due).toMatch(/^1900000200#[0-3]$/)
      await world.pass(11 * MINUTE)

      expect(await rowOf(world, 'partner', out_order_no)).toMatchObject({
        pk: `${SUB.mchid}#${out_order_no}`,
        state: 'SYNCED',
        proved_at: expect.any(Number),
      })
    },
  )

  it('keeps a sub-merchant that WeChat Pay does not know to itself', async () => {
    const notice = { ...noticeOf('partner', 'STRANGE'), mchid: '1900000299' }
    placeOrder(world, 'partner', 'BESIDE')

    await handOver(world, 'EventBridge', notice)
    await handOver(world, 'EventBridge', noticeOf('partner', 'BESIDE'))
    await world.pass(11 * MINUTE)

    const rows = await world.table.rows()
    expect(rows.find(({ pk }) => pk === '1900000299#STRANGE')).toMatchObject({ state: 'PENDING' })
    expect(await rowOf(world, 'partner', 'BESIDE')).toMatchObject({ state: 'SYNCED', proved_at: expect.any(Number) })
  })

  it('lets its till act for no merchant of another till, and decide nothing', async () => {
    const refused = { status: 400, body: { field: 'source' } }

    expect(await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'A'))).toMatchObject(refused)
    expect(await askStatus(world, DIRECT.mchid, 'A')).toMatchObject(refused)
    expect(await decide(world, noticeOf('payafter-orders', 'A'), 'withdraw', { reason: 'x' })).toMatchObject(refused)
    expect(await decide(world, noticeOf('partner', 'ANY-12'), 'close', { reason: 'x' })).toMatchObject(refused)
    expect((await askStatus(world, SUB.mchid, 'ANY-12')).status).toBe(200)
  })
})
