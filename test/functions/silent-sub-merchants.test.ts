import { afterAll, beforeAll, expect, it } from 'vitest'
import { chinaDay, formatChinaTime, readableTime } from '../../lib/china-time.ts'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { servedFiles } from '../../lib/config/served-files.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf, SERVED } from '../support/served.ts'
import { handOver } from '../support/till.ts'

const { provider, mchid, services } = SERVED.partner
const LISTED = '1900000202'

let world: World
beforeAll(async () => {
  const { config } = readMerchantsConfig({
    merchants: { [DIRECT.mchid]: { sources: ['com.example.pos'], services: DIRECT.services } },
    providers: { [provider]: { sources: ['com.example.pos'], services, sub_merchants: 'any' } },
  })
  world = await startWorld({
    merchants: [DIRECT, SERVED.partner, { ...SERVED.partner, mchid: LISTED }],
    files: servedFiles(config),
  })
  // 9:00 in China.
  world.clock.advance(DAY - ((world.clock.now() + 8 * HOUR - 9 * HOUR) % DAY))
})
afterAll(() => world.close())

const look = async () => {
  const { result } = await world.lambdas.statement.invoke({ do: 'silent' })
  return result
}
const table = () =>
  world.objects.stored
    .get(`reports/${provider}/silent/sub-merchants.csv`)
    ?.body.toString()
    .trimEnd()
    .split('\r\n')
    .slice(1)
const today = () => chinaDay(world.clock.now())

it('a sub-merchant sends by notice or by list, and one of them that does so no more is told in the morning’s mail', async () => {
  const paid = formatChinaTime(world.clock.now())
  placeOrder(world, 'partner', 'NOTICE')
  await handOver(world, 'EventBridge', { ...noticeOf('partner', 'NOTICE'), detail: { paid_time: paid } })
  world.wechatpay.addOrder({
    family: 'serviceorder',
    mchid: provider,
    sub_mchid: LISTED,
    service_id: '500003',
    appid: 'wxd678efh567hg6789',
    out_order_no: 'LIST',
    total_amount: 8800,
  })
  world.objects.put(`statements/${provider}/day.csv`, `子商户号,订单号,付款时间\n${LISTED},LIST,${paid}\n`)
  await world.idle()
  await world.pass(15 * MINUTE)
  expect(await rowOf(world, 'partner', 'NOTICE')).toMatchObject({ state: 'SYNCED' })

  expect(await look()).toMatchObject({ silent: 0, providers: [{ expected: 2 }] })
  expect(table()).toHaveLength(2)

  world.clock.advance(3 * DAY)
  placeOrder(world, 'partner', 'LATER')
  await handOver(world, 'EventBridge', {
    ...noticeOf('partner', 'LATER'),
    detail: { paid_time: formatChinaTime(world.clock.now()) },
  })
  await world.pass(15 * MINUTE)
  world.clock.advance(DAY)
  expect(await look()).toMatchObject({ silent: 1, newly: 1, left: 0 })

  expect(table()?.[0]).toBe(`${LISTED},${readableTime(paid.slice(0, 8))},${readableTime(today())},4,是 yes`)
  expect(table()?.[1]).toMatch(new RegExp(`^${mchid},.*否 no$`))
  expect((await world.runAudit({ digest: true })).result).toMatchObject({ sent: true, silent: 1 })
  const { subject, message } = world.topic.history.at(-1) ?? { subject: '', message: '' }
  expect(subject).toBe('payscore-sync: 1 silent to look at, nothing open')
  expect(message).toContain(`- 服务商 provider ${provider} · 1 / 2 · 今日新增 new today 1`)
  expect(message).toContain(`s3://payscore-statements/reports/${provider}/silent/sub-merchants.html`)

  world.clock.advance(DAY)
  expect(await look()).toMatchObject({ silent: 1, newly: 0 })
  expect((await world.runAudit({ digest: true })).result).toMatchObject({ sent: false, silent: 1 })
})
