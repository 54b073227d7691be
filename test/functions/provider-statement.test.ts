import { afterAll, beforeAll, expect, it } from 'vitest'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { servedFiles } from '../../lib/config/served-files.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, placeOrder, rowOf, SERVED } from '../support/served.ts'

const { provider, mchid, services } = SERVED.partner

let world: World
beforeAll(async () => {
  const { config } = readMerchantsConfig({
    merchants: { [DIRECT.mchid]: { services: DIRECT.services } },
    providers: { [provider]: { services, sub_merchants: [mchid, '1900000202'] } },
  })
  world = await startWorld({ merchants: [DIRECT, SERVED.partner], files: servedFiles(config) })
})
afterAll(() => world.close())

it('a provider’s list has each payment told to WeChat Pay for the sub-merchant that its line names', async () => {
  placeOrder(world, 'partner', 'LIST-1')
  world.objects.put(
    `statements/${provider}/day.csv`,
    `子商户号,订单号,付款时间\n${mchid},LIST-1,20250301120000\n1900000299,LIST-2,20250301120000\n,LIST-3,20250301120000\n`,
  )
  await world.idle()
  await world.pass(15 * MINUTE)
  await world.renewReports()

  expect(await rowOf(world, 'partner', 'LIST-1')).toMatchObject({
    state: 'SYNCED',
    call: { mchid: provider, sub_mchid: mchid },
    proved_at: expect.any(Number),
  })
  const orders = (await world.table.rows()).filter(({ state }) => state !== undefined)
  expect(orders.map(({ pk }) => pk)).toEqual([`${mchid}#LIST-1`])
  const report = JSON.parse(world.objects.stored.get(`reports/${provider}/day.csv.json`)?.body.toString() ?? '')
  expect(report.entries).toMatchObject([
    { class: 'synced_by_statement', sub_mchid: mchid },
    { class: 'malformed', sub_mchid: '1900000299' },
    { class: 'malformed', out_order_no: 'LIST-3' },
  ])
  expect(report.shops).toHaveLength(3)
  expect(world.objects.stored.get(`reports/${provider}/shops/day.csv.csv`)?.body.toString()).toContain(
    `\r\n${mchid},0,`,
  )
})
