import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chinaDay, formatChinaTime } from '../../lib/china-time.ts'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { servedFiles } from '../../lib/config/served-files.ts'
import { keyPair, serialNo } from '../../lib/local/keys.ts'
import { startWorld, TILL, type World } from '../../lib/local/world.ts'
import { watchInvocations } from '../support/invocations.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { handOver } from '../support/till.ts'

const SUB = SERVED.partner
/** WeChat Pay does not let the provider act for these. */
const REFUSED = '1900000299'
const others = Array.from({ length: 12 }, (_, i) => String(1_900_000_301 + i))

let world: World
let invocations: ReturnType<typeof watchInvocations>
beforeAll(async () => {
  const { config } = readMerchantsConfig({
    merchants: { [DIRECT.mchid]: { sources: [TILL], services: DIRECT.services } },
    providers: { [SUB.provider]: { sources: [TILL], services: SUB.services, sub_merchants: 'any' } },
  })
  world = await startWorld({ merchants: [DIRECT, SUB], files: servedFiles(config) })
  invocations = watchInvocations(world)
  // WeChat Pay knows it, and not as a sub-merchant of this provider.
  world.wechatpay.addMerchant({ mchid: REFUSED, ...certificateOf(REFUSED), services: {} })
  world.clock.advance(DAY - ((world.clock.now() + 8 * HOUR + 15 * HOUR + 10 * MINUTE) % DAY))
})
afterAll(() => world.close())

const certificateOf = (mchid: string) => ({ serial_no: serialNo(), publicKeyPem: keyPair(mchid).publicKeyPem })

const refusedNotice = (mchid: string, out_order_no: string) => ({ ...noticeOf('partner', out_order_no), mchid })

/** How often a metric was counted, over all functions. */
const counted = (name: string): number =>
  invocations
    .logs()
    .filter((line) => line.startsWith('{'))
    .reduce((sum, line) => sum + (JSON.parse(line)[name] ?? 0), 0)

const passToEleven = async (): Promise<void> => {
  do await world.pass(30 * MINUTE - (world.clock.now() % (30 * MINUTE)))
  while (formatChinaTime(world.clock.now()).slice(8, 12) !== '1100')
}

describe('a sub-merchant that WeChat Pay refuses for good', () => {
  it('keeps its orders to itself: the others are synced and proved, each by one sync and one query', async () => {
    for (let i = 0; i < 20; i += 1) await handOver(world, 'EventBridge', refusedNotice(REFUSED, `NO-${i}`))
    for (const [api, name] of [
      ['partner', 'SHOP'],
      ['payafter-orders', 'DIRECT'],
    ] as const)
      for (let i = 0; i < 5; i += 1) {
        placeOrder(world, api, `${name}-${i}`)
        await handOver(world, 'EventBridge', noticeOf(api, `${name}-${i}`))
      }
    await world.pass(2 * HOUR)

    const rows = await world.table.rows()
    const stateOf = (pk: string) => rows.find((row) => row.pk === pk)?.state
    for (let i = 0; i < 5; i += 1) {
      expect(stateOf(`${SUB.mchid}#SHOP-${i}`)).toBe('SYNCED')
      expect(stateOf(`${DIRECT.mchid}#DIRECT-${i}`)).toBe('SYNCED')
      for (const name of [`SHOP-${i}`, `DIRECT-${i}`])
        expect(
          world.wechatpay.history.calls.filter(({ out_order_no }) => out_order_no === name).map(({ kind }) => kind),
        ).toEqual(['sync', 'query'])
    }
    expect(rows.filter(({ pk, state }) => String(pk).startsWith(`${REFUSED}#NO-`) && state === 'PENDING')).toHaveLength(
      20,
    )
  })

  it('has its orders wait in the part of the index that is read after all others', async () => {
    const rows = await world.table.rows()

    expect(rows.filter(({ pk }) => String(pk).startsWith(`${REFUSED}#NO-`)).map(({ due }) => due)).toEqual(
      Array(20).fill(expect.stringMatching(/^1900000200#waiting#[0-3]$/)),
    )
  })

  it('rings its own alarm, and none of those that are for all', () => {
    expect(counted('sub_merchant_trouble')).toBeGreaterThan(20)
    expect(['config', 'late', 'rejected'].map(counted)).toEqual([0, 0, 0])
  })

  it('is told of by events that the robot does not take, one for each late order', () => {
    const late = world.bus.history.events.filter(({ detailType }) => detailType === 'Payscore Order Pending Too Long')

    expect(late.map(({ detail }) => JSON.parse(detail))).toEqual(
      Array(20).fill(expect.objectContaining({ mchid: REFUSED, told_daily: true })),
    )
  })

  it('stands in the daily mail once, with its number, its orders and why', async () => {
    await handOver(world, 'EventBridge', refusedNotice('1900000298', 'ONE'))
    await passToEleven()

    const { result } = await world.runAudit({ digest: true })

    expect(result).toMatchObject({ sent: true, open: 0, shops: 2 })
    const [{ subject, message } = { subject: '', message: '' }] = world.topic.history
    expect(subject).toBe('payscore-sync: 2 sub-merchants to look at, nothing open')
    const lines = message.split('\n').filter((line) => line.startsWith('- '))
    expect(lines).toEqual([
      expect.stringContaining(
        '- 1900000299(服务商 provider 1900000200) · 20笔 20 orders · 0天 0d · 当前无权限进行此操作 this mchid may not',
      ),
      expect.stringContaining('- 1900000298(服务商 provider 1900000200) · 1笔 1 order · 0天 0d · 商户号不存在 '),
    ])
    const event = world.bus.history.events.find(({ detailType }) => detailType === 'Payscore Open Cases')
    expect(JSON.parse(event?.detail ?? '')).toMatchObject({
      sub_merchants: [
        { provider: SUB.provider, mchid: REFUSED, orders: 20, turn: 'engineer' },
        { mchid: '1900000298', orders: 1 },
      ],
      more_sub_merchants: 0,
    })
    const day = chinaDay(world.clock.now())
    const table = world.objects.stored.get(`cases/${SUB.provider}/${day}-sub-merchants.csv`)?.body.toString()
    expect(table?.split('\r\n')[1]).toMatch(/^1900000200,1900000299,20,/)
  })

  it('goes on by itself once WeChat Pay permits it', async () => {
    world.wechatpay.addMerchant({
      mchid: SUB.provider,
      ...certificateOf(SUB.provider),
      services: SUB.services,
      subMerchants: [SUB.mchid, REFUSED],
    })
    world.putKey(SUB.provider)
    for (let i = 0; i < 20; i += 1)
      world.wechatpay.addOrder({
        family: 'serviceorder',
        mchid: SUB.provider,
        sub_mchid: REFUSED,
        service_id: '500003',
        appid: 'wxd678efh567hg6789',
        out_order_no: `NO-${i}`,
        total_amount: 8800,
      })
    await world.pass(3 * HOUR)

    const rows = await world.table.rows()
    expect(rows.filter(({ pk, state }) => String(pk).startsWith(`${REFUSED}#NO-`) && state === 'SYNCED')).toHaveLength(
      20,
    )
  })
})

describe('ten sub-merchants that are refused on one day', () => {
  it('ring the alarm of the configuration once: their provider is likely at fault', async () => {
    const before = counted('config')
    for (const [i, mchid] of others.entries()) await handOver(world, 'EventBridge', refusedNotice(mchid, `ALL-${i}`))
    await world.pass(2 * HOUR)

    expect(counted('config') - before).toBe(1)
  })
})
