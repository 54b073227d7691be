import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder } from '../support/served.ts'
import { handOver } from '../support/till.ts'
import { ROWS } from '../views/rows.ts'
import { stubAwsInEachTest } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

const { mchid } = DIRECT
let world: World
let client: DynamoDBClient

beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT] })
  client = new DynamoDBClient({
    endpoint: world.table.endpoint,
    region: 'ap-east-1',
    credentials: world.credentials,
  })
})
afterAll(() => {
  client.destroy()
  return world.close()
})
stubAwsInEachTest(() => world.env)

const TableName = 'payscore-ledger'
const listed = async () => {
  const { out } = await runCli(['list', '--json'])
  return JSON.parse(out)
    .orders.map(({ out_order_no }: { out_order_no: string }) => out_order_no)
    .sort()
}

describe('reindex', () => {
  test('brings into the index what waited before there was one, takes out what does not, and is done then', async () => {
    const { held, charged, invalid, proved, settled, open } = ROWS
    for (const [name, row] of Object.entries({ held, charged, invalid, proved, settled, open }))
      await client.send(new PutItemCommand({ TableName, Item: marshall({ ...row, pk: `${mchid}#${name}` }) }))
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: { S: `${mchid}#proved` } },
        UpdateExpression: 'SET waits = :w',
        ExpressionAttributeValues: { ':w': { S: `${mchid}#0` } },
      }),
    )

    const before = await listed()
    const rehearsed = await runCli(['reindex', '--dry-run'])
    const untouched = await listed()
    const done = await runCli(['reindex', '--json'])
    const after = await listed()
    const again = await runCli(['reindex'], { env: CHINESE })

    expect([before, untouched]).toEqual([[], []])
    expect([rehearsed.code, rehearsed.err]).toEqual([0, '6 orders read, 5 to be indexed\n'])
    expect(JSON.parse(done.out)).toEqual({ dry_run: false, read: 6, indexed: 5 })
    expect(after).toEqual(['charged', 'held', 'invalid', 'open'])
    expect(again.err).toBe('已读取 6 个订单,0 个已写入索引\n')
  })
})

describe('the index of who waits', () => {
  test('is never written for an order that goes its way, from the notice to the proof', async () => {
    const images: Record<string, unknown>[] = []
    const end = world.table.onRecord((record) => {
      images.push(record.dynamodb?.NewImage as Record<string, unknown>)
    })
    placeOrder(world, 'payafter-orders', 'NORMAL')

    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'NORMAL'))
    await world.pass(11 * MINUTE)
    end()

    const own = images.filter((image) => JSON.stringify(image).includes('NORMAL'))
    expect(own.length).toBeGreaterThanOrEqual(4)
    expect(own.filter((image) => 'waits' in image)).toEqual([])
  })
})

describe('settle', () => {
  test('is refused where somebody settled before, says who, when and how, and takes a correction that says so', async () => {
    world.wechatpay.payscoreCharges(placeOrder(world, 'payafter-orders', 'SETTLED'))
    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'SETTLED'))
    await world.pass(2 * MINUTE)
    const settle = (...more: readonly string[]) => ['settle', 'SETTLED', ...more]

    const first = await runCli(settle('--cash', 'S-1', '--reason', 'done'))
    const second = await runCli(settle('--cash', 'S-2', '--reason', 'done'))
    const chinese = await runCli(settle('--cash', 'S-2', '--reason', 'done'), { env: CHINESE })
    const json = await runCli(settle('--cash', 'S-2', '--reason', 'done', '--json'))
    const corrected = await runCli(settle('--cash', 'S-2', '--reason', 'a typing error', '--correct'))
    const third = await runCli(['status', 'SETTLED', '--json'])

    expect([first.code, second.code, chinese.code, json.code, corrected.code]).toEqual([0, 1, 1, 1, 0])
    expect(second.out).toMatch(
      /\n→ settled at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(China time\) by local\/\S+: cash S-1: done\. If that was wrong: settle it again with --correct\.\n$/,
    )
    expect(chinese.out).toMatch(
      /\n→ 已由 local\/\S+ 于 [\d :-]+\(北京时间\)登记:cash S-1: done。如登记有误,请加 --correct 重新登记。\n$/,
    )
    expect(JSON.parse(json.out)).toMatchObject({ status: 409, possible: [], settled_as: 'cash S-1: done' })
    expect(JSON.parse(third.out)).toMatchObject({
      reason: 'cash S-2: a typing error',
      decisions: [{ why: 'cash S-1: done' }, { why: 'cash S-2: a typing error' }],
    })
  })

  test('has nothing to correct where nobody settled', async () => {
    world.wechatpay.payscoreCharges(placeOrder(world, 'payafter-orders', 'OPEN'))
    await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'OPEN'))
    await world.pass(2 * MINUTE)

    const { code, out } = await runCli(['settle', 'OPEN', '--not-double', '--correct', '--reason', 'x'])

    expect(code).toBe(1)
    expect(out).toContain('Not possible now')
  })
})
