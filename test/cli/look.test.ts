import type { GetItemInput, QueryInput } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startWorld } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { stubAwsInEachTest } from './local-env.ts'
import { CHINESE, cliAt, runCli } from './run-cli.ts'

const OTHER = SERVED.serviceorder
const { mchid } = DIRECT
let transaction_id: string

const world = await startWorld({ merchants: [DIRECT, OTHER] })

/** Orders in every state, as the service itself brought them there. */
beforeAll(async () => {
  const pay = (out_order_no: string, more: object = {}) =>
    handOver(world, 'HTTP API 2.0', { ...noticeOf('payafter-orders', out_order_no), ...more })

  placeOrder(world, 'payafter-orders', 'PROVED')
  await pay('PROVED', { shop_id: '7号店', cashier_id: 'Li', pos_ref: 'T-42' })
  await world.pass(11 * MINUTE)

  placeOrder(world, 'payafter-orders', 'SYNCED')
  await pay('SYNCED', { shop_id: '7号店' })
  placeOrder(world, 'payafter-orders', 'OPEN', { state: 'accepted' })
  await pay('OPEN')
  const charged = placeOrder(world, 'payafter-orders', 'TWICE')
  transaction_id = world.wechatpay.payscoreCharges(charged, '4200001234202611240123456789')
  await pay('TWICE')
  placeOrder(world, 'payafter-orders', 'REFUSED')
  world.wechatpay.refuseNext({
    refusal: 'parameter-illegal',
    times: 2,
    match: { kind: 'sync', out_order_no: 'REFUSED' },
  })
  await pay('REFUSED')
  placeOrder(world, 'payafter-orders', 'HELD')
  await pay('HELD', { amount: 1 })
  placeOrder(world, 'serviceorder', 'SYNCED')
  await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', 'SYNCED'))
  await world.pass(4 * MINUTE)
})
afterAll(() => world.close())
stubAwsInEachTest(() => world.env)

const cli = cliAt(world.clock)
const orders = async (...argv: readonly string[]): Promise<readonly string[]> => {
  const { out } = await cli(['list', ...argv, '--json'])
  const { orders: found } = JSON.parse(out) as { orders: { mchid: string; out_order_no: string }[] }
  return found.map((one) => `${one.mchid === mchid ? '' : `${one.mchid}/`}${one.out_order_no}`).sort()
}
/** Times and numbers that differ in each run. */
const steady = (text: string) =>
  text
    .replaceAll(/20(?!25)\d\d-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/Request-Id [-\w]+/g, 'Request-Id ID')
    .replaceAll(/PUB_KEY_ID_\d+/g, 'KEY')

describe('status', () => {
  test('tells what happened, when, by whose answer', async () => {
    const { code, out } = await cli(['status', 'PROVED'])

    expect(code).toBe(0)
    expect(steady(out)).toBe(
      [
        `PROVED  merchant ${mchid}`,
        'synced, proved: WeChat Pay has proved that the order is done and will not be charged',
        '→ Nothing.',
        '  WeChat Pay’s order: 1000000000000000000000000001',
        '  shop: 7号店',
        '  cashier: Li',
        '  till’s reference: T-42',
        '',
        '2025-03-01 12:00:00  the customer paid at the till',
        'TIME  the shop handed the payment over',
        'TIME  WeChat Pay took the sync',
        'TIME  WeChat Pay says that the order is done, collected by the merchant alone',
        '',
      ].join('\n'),
    )
  })

  test('tells in Chinese what comes next', async () => {
    const { out } = await cli(['status', 'OPEN'], CHINESE)

    expect(
      steady(out)
        .replace(/\d+(?:秒|分钟)后/, 'N分钟后')
        .replace(/第\d次/, '第N次'),
    ).toBe(
      [
        `OPEN  商户号 ${mchid}`,
        '处理中(尚未同步):进行中:商户未完结,暂不能同步',
        '→ 门店:顾客已付款,请在微信支付取消该订单,或以0元完结。切勿按应付金额完结,否则支付分会自动扣款,造成重复支付。',
        '',
        '2025-03-01 12:00:00  顾客线下付款',
        'TIME  收到线下收款通知',
        'TIME  第N次:进行中:商户未完结(200, Request-Id ID)',
        'TIME  下一步(N分钟后):将查单',
        '',
      ].join('\n'),
    )
  })

  test('finds a double charge by its transaction, and names it to refund by', async () => {
    const { code, out } = await cli(['status', transaction_id])

    expect(code).toBe(0)
    expect(out).toContain('charged twice: the customer paid offline, and WeChat Pay charged the order as well\n')
    expect(out).toContain('  charged by WeChat Pay: 88.00 yuan\n')
    expect(out).toContain(`  transaction to refund by: ${transaction_id}\n`)
    expect(out).toContain(`WeChat Pay says that it charged 88.00 yuan, transaction ${transaction_id}\n`)
  })

  test('gives all of it as JSON, without WeChat Pay’s bodies', async () => {
    const { out } = await cli(['status', `${mchid}/SYNCED`, '--json'])

    const told = JSON.parse(out)
    expect(told).toMatchObject({ mchid, out_order_no: 'SYNCED', state: 'SYNCED', confirmed: false, next: 'query' })
    expect(told.history.map(({ by }: { by: string }) => by)).toEqual(['shop', 'shop', 'wechatpay'])
    expect(told.comes_next.what).toBe('WeChat Pay is asked')
    expect(out).not.toContain('openid')
  })

  test('asks which merchant is meant where two have the number', async () => {
    const { code, err } = await cli(['status', 'SYNCED'])

    expect(code).toBe(2)
    expect(err).toBe(`several merchants have an order SYNCED: say one of ${mchid}/SYNCED, ${OTHER.mchid}/SYNCED\n`)
  })

  test.each([
    ['an order number', 'NOBODY'],
    ['a transaction', '4200009999202611240123456789'],
  ])('says that the ledger has no such order, by %s', async (_, name) => {
    const inEnglish = await cli(['status', name])
    const inChinese = await cli(['status', name], CHINESE)

    expect(inEnglish).toEqual({
      code: 1,
      out: '',
      err: `${name}: the ledger has no such order. Compare mchid and order number; if they are right, nobody handed a payment over.\n`,
    })
    expect(inChinese.err).toBe(
      `${name}:台账中没有该订单。请核对商户号和商户服务订单号;若无误,则尚未收到线下收款通知。\n`,
    )
  })

  test('asks for the merchant where nothing names one', async () => {
    vi.stubEnv('MERCHANTS', '')

    const { code, err } = await runCli(['status', 'PROVED'], { cwd: '/' })

    expect(code).toBe(2)
    expect(err).toBe('which merchant? Say --mchid, or set MERCHANTS, or run it beside merchants.json\n')
  })

  test('asks for the ledger where nothing names one, and takes the name of a table', async () => {
    vi.stubEnv('LEDGER_TABLE', '')

    const without = await cli(['status', 'PROVED'])
    const named = await cli(['status', 'PROVED', '--table', world.env.LEDGER_TABLE ?? ''])
    const wrong = await cli(['status', 'PROVED', '--table', 'no-such-table'])

    expect(without).toEqual({
      code: 2,
      out: '',
      err: 'which ledger? Say --stack NAME, --table NAME or --local, or set LEDGER_TABLE\n',
    })
    expect(named.code).toBe(0)
    expect(wrong).toEqual({
      code: 1,
      out: '',
      err: 'the ledger says ResourceNotFoundException: there is no such table, queue, bucket, bus or secret in this region. Check AWS_REGION, --stack, --table, --bucket, --queue and --bus.\n',
    })
  })
})

describe('list', () => {
  const told = (out: string) =>
    out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replaceAll(/ {2,}/g, ' | '))
      .sort()

  test('shows what waits for a person, as a table, without a further word', async () => {
    const { code, out, err } = await cli(['list', '--mchid', mchid])

    expect(code).toBe(0)
    expect(out.split('\n')[0]).toMatch(/^order +turn +state +age +paid +shop +why$/)
    expect(told(out)).toEqual([
      `${mchid}/HELD | shop | held | 4m | 2025-03-01 12:00:00 | paid_less`,
      `${mchid}/OPEN | shop | pending | 4m | 2025-03-01 12:00:00 | open`,
      `${mchid}/REFUSED | shop | not synced | 4m | 2025-03-01 12:00:00 | invalid`,
      `${mchid}/TWICE | accountant | charged twice | 4m | 2025-03-01 12:00:00 | ${transaction_id}`,
    ])
    expect(err).toBe('4 orders wait for a person; --under-way, --day or --all for others\n')
  })

  test('reads for that no more than the index and the rows that it names', async () => {
    const asked: string[] = []
    // What a function still reads is not the command's.
    await world.idle()
    world.table.faults.add({
      kind: 'fail',
      times: Infinity,
      match: ({ operation, input }) => {
        const { IndexName = 'row', Key, ExpressionAttributeValues }: Partial<GetItemInput & QueryInput> = input
        asked.push(`${operation} ${IndexName} ${Key?.pk?.S ?? ExpressionAttributeValues?.[':key']?.S}`)
        return false
      },
    })

    await cli(['list', '--mchid', mchid])
    world.table.faults.clear()

    expect(asked.toSorted()).toEqual([
      `GetItem row ${mchid}#HELD`,
      `GetItem row ${mchid}#OPEN`,
      `GetItem row ${mchid}#REFUSED`,
      `GetItem row ${mchid}#TWICE`,
      `Query waits ${mchid}#0`,
      `Query waits ${mchid}#1`,
      `Query waits ${mchid}#2`,
      `Query waits ${mchid}#3`,
    ])
  })

  test('counts as GET does: whose turn it is there is who is waited for here', async () => {
    const rows = await orders('--all')
    const turns = await Promise.all(
      rows.map(async (name) => {
        const { out } = await cli(['status', name.includes('/') ? name : `${mchid}/${name}`, '--json'])
        return JSON.parse(out).turn === 'service' ? undefined : name
      }),
    )

    expect(await orders()).toEqual(turns.filter((name) => name !== undefined))
  })

  test('says in Chinese why, in words and by the word that --reason takes', async () => {
    const { out, err } = await cli(['list', '--mchid', mchid], CHINESE)

    expect(told(out)).toEqual([
      `${mchid}/HELD | 门店 | 已暂停 | 4分钟 | 2025-03-01 12:00:00 | 通知金额少于订单总金额,已暂停(paid_less)`,
      `${mchid}/OPEN | 门店 | 处理中(尚未同步) | 4分钟 | 2025-03-01 12:00:00 | 商户未完结(open)`,
      `${mchid}/REFUSED | 门店 | 同步未成功 | 4分钟 | 2025-03-01 12:00:00 | 参数错误(invalid)`,
      `${mchid}/TWICE | 财务 | 疑似重复支付,待核对 | 4分钟 | 2025-03-01 12:00:00 | ${transaction_id}`,
    ])
    expect(err).toBe('4 个订单待人工处理;其他订单请用 --under-way、--day 或 --all\n')
  })

  test('shows what is under way when it is asked for', async () => {
    const { out, err } = await cli(['list', '--mchid', mchid, '--under-way'])

    expect(told(out)).toEqual([
      `${mchid}/HELD | shop | held | 4m | 2025-03-01 12:00:00 | paid_less`,
      `${mchid}/OPEN | shop | pending | 4m | 2025-03-01 12:00:00 | open`,
      `${mchid}/SYNCED | – | synced, not yet proved | 4m | 2025-03-01 12:00:00 | 7号店`,
    ])
    expect(err).toBe('3 orders under way; --day or --all for others\n')
  })

  test.each([
    [
      ['--mchid', '1900000999'],
      `--mchid 1900000999 is not served: MERCHANTS or merchants.json has ${mchid}, 1900000110\n`,
    ],
    [
      ['--reason', 'nosuch'],
      '--reason nosuch is no word that this service uses (codes of WeChat Pay apart): unpaid, open, ',
    ],
  ])('where nothing is found, says what of %j may be mistyped', async (argv, said) => {
    const { code, err } = await cli(['list', ...argv])

    expect(code).toBe(0)
    expect(err).toContain(`0 orders wait for a person; --under-way, --day or --all for others\n${said}`)
  })

  test('aligns Chinese columns by what they take on a screen', async () => {
    const { out } = await cli(['list', '--mchid', mchid], CHINESE)

    const places = out
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(0, line.search(/4分钟|已历时/)))
      .map((line) => line.length + (line.match(/[^ -~]/g)?.length ?? 0))
    expect(new Set(places).size).toBe(1)
  })

  test.each([
    ['a state', ['--state', 'HELD'], ['HELD']],
    ['a state that only a scan finds', ['--state', 'DOUBLE_CHARGED'], ['TWICE']],
    ['a reason', ['--reason', 'paid_less'], ['HELD']],
    ['a verdict', ['--reason', 'open'], ['OPEN']],
    ['a code in the whole ledger', ['--all', '--reason', 'PARAM_ERROR'], ['REFUSED']],
    ['a day', ['--day', '20250301'], ['1900000110/SYNCED', 'HELD', 'OPEN', 'PROVED', 'REFUSED', 'SYNCED', 'TWICE']],
    ['a day on which nobody paid', ['--day', '20250302'], []],
    ['days and a state', ['--day', '20250227..20250302', '--state', 'REJECTED'], ['REFUSED']],
    ['a shop', ['--day', '20250301', '--shop', '7号店'], ['PROVED', 'SYNCED']],
    ['a merchant', ['--mchid', '1900000110', '--day', '20250301'], ['1900000110/SYNCED']],
    ['age', ['--day', '20250301', '--older-than', '10m'], ['PROVED']],
    ['who needs a person', ['--all', '--needs-person'], ['HELD', 'OPEN', 'REFUSED', 'TWICE']],
    ['who needs a person on a day', ['--day', '20250301', '--needs-person'], ['HELD', 'OPEN', 'REFUSED', 'TWICE']],
  ])('finds orders by %s', async (_, argv, found) => {
    expect(await orders(...argv)).toEqual(found)
  })

  test.each([[['--day', '20250301']], [['--all']], [[]]])(
    'gives every order once, page after page, with %j',
    async (argv) => {
      const all = await orders(...argv)
      const paged: string[] = []

      for (let from: string | null | undefined; from !== null; ) {
        const { out } = await cli(['list', ...argv, '--limit', '2', '--json', ...(from ? ['--from', from] : [])])
        const page = JSON.parse(out)
        paged.push(
          ...page.orders.map((one: { mchid: string; out_order_no: string }) =>
            one.mchid === mchid ? one.out_order_no : `${one.mchid}/${one.out_order_no}`,
          ),
        )
        expect(page.orders.length).toBeLessThanOrEqual(2)
        from = page.next
      }

      expect(paged.sort()).toEqual(all)
    },
  )

  test('counts ages by the clock of a world that runs ahead', async () => {
    vi.stubEnv('PAYSCORE_CLOCK_OFFSET_MS', String(world.clock.offset()))

    const { out } = await runCli(['list', '--mchid', mchid, '--state', 'HELD'])
    const young = await runCli(['list', '--mchid', mchid, '--older-than', '1h', '--json'])

    expect(out).toMatch(/\/HELD +shop +held +4m /)
    expect(JSON.parse(young.out).orders).toEqual([])
  })

  test('says how to go on', async () => {
    const { err } = await cli(['list', '--all', '--limit', '1'])

    expect(err).toMatch(/^1 order\nnext page: --from [\w-]+\n$/)
  })

  test.each([
    [['--state', 'LOST'], '--state LOST: must be one of PENDING, HELD, SYNCED, REJECTED, DOUBLE_CHARGED\n'],
    [['--day', '2025-3-1'], '--day 2025-3-1: must be like 20261124, 20261101..20261124\n'],
    [['--day', '20250302..20250301'], '--day 20250302..20250301: must be like 20261124, 20261101..20261124\n'],
    [['--older-than', 'long'], '--older-than long: must be like 15m, 2h, 3d\n'],
    [['--day', '20260230'], '--day 20260230: must be like 20261124, 20261101..20261124\n'],
    [['--limit', 'many'], '--limit many: must be a whole number from 1 to 1000\n'],
    [['--from', 'nowhere'], '--from nowhere: is not what a page ended with\n'],
  ])('refuses %j', async (argv, said) => {
    const { code, err } = await cli(['list', ...argv])

    expect([code, err]).toEqual([2, said])
  })
})
