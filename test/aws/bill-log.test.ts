import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillLog, createBillLog } from '../../lib/aws/bill-log.ts'
import { LIMITS } from '../../lib/limits.ts'
import { type OpenLedger, startLedger } from '../support/ledger-table.ts'
import { IN_400_DAYS, MINUTE, NOW } from '../support/orders.ts'
import { plainBillLog } from '../support/plain-bill-log.ts'

let table: OpenLedger
beforeAll(async () => {
  table = await startLedger()
})
afterAll(() => table.close())

let days = 20260101
const newKey = () => {
  days += 1
  return { mchid: '1900000109', day: String(days) }
}

const stored = async (pk: string) => {
  const { Item } = await table.client.send(new GetItemCommand({ TableName: table.table, Key: { pk: { S: pk } } }))
  return Item && unmarshall(Item)
}

describe.each<[string, () => BillLog]>([
  ['DynamoDB', () => createBillLog(table.client, table.table)],
  ['memory', () => plainBillLog().log],
])('the day of a bill, kept in %s', (_, open) => {
  it('is claimed by one of many at once', async () => {
    const log = open()
    const key = newKey()

    const claims = await Promise.all(Array.from({ length: 8 }, () => log.claim(key, NOW, false)))

    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
  })

  it('is claimed again when its lease is over, and not before', async () => {
    const log = open()
    const key = newKey()
    await log.claim(key, NOW, false)

    expect(await log.claim(key, NOW + LIMITS.billLease - 1, true)).toBeUndefined()
    expect(await log.claim(key, NOW + LIMITS.billLease, false)).toMatchObject({ row: { attempt: 2 } })
  })

  it('is read as it was recorded, and is not there before a run claimed it', async () => {
    const log = open()
    const key = newKey()
    const before = await log.read(key)
    const claim = (await log.claim(key, NOW, false)) ?? expect.fail('not claimed')
    await log.record(claim, { outcome: 'agreed', done: true, classes: { known: 2 } })

    expect(before).toBeUndefined()
    expect(await log.read(key)).toMatchObject({ outcome: 'agreed', done: true, classes: { known: 2 } })
  })

  it('is written by no run that lost its claim', async () => {
    const log = open()
    const key = newKey()
    const lost = await log.claim(key, NOW, false)
    await log.claim(key, NOW + LIMITS.billLease, false)

    expect(lost && (await log.agreed(lost, NOW, 'a'))).toBeUndefined()
    expect(lost && (await log.record(lost, { outcome: 'agreed', done: true }))).toBe(false)
  })

  it('keeps when its bill first agreed', async () => {
    const log = open()
    const key = newKey()
    const first = await log.claim(key, NOW, false)
    expect(first && (await log.agreed(first, NOW + 1, 'a'))).toBe(NOW + 1)
    expect(first && (await log.record(first, { outcome: 'asked' }))).toBe(true)

    const second = await log.claim(key, NOW + MINUTE, false)

    expect(second && (await log.agreed(second, NOW + MINUTE, 'a'))).toBe(NOW + 1)
  })

  it('that is done is claimed only to be done again, and is open again by another outcome', async () => {
    const log = open()
    const key = newKey()
    const first = await log.claim(key, NOW, false)
    if (first) await log.record(first, { outcome: 'unreadable', reason: 'count', done: true })

    expect(await log.claim(key, NOW + 1, false)).toBeUndefined()
    const second = await log.claim(key, NOW + 1, true)
    expect(second).toMatchObject({ row: { outcome: 'unreadable', reason: 'count', done: true } })
    if (second) await log.record(second, { outcome: 'asked' })
    const third = await log.claim(key, NOW + 2, false)
    expect(third?.row).toMatchObject({ outcome: 'asked' })
    expect(third?.row).not.toHaveProperty('done')
    expect(third?.row).not.toHaveProperty('reason')
  })

  it('stays as it is where a further run brought nothing', async () => {
    const log = open()
    const key = newKey()
    const first = await log.claim(key, NOW, false)
    if (first) await log.record(first, { outcome: 'agreed', done: true })
    const second = await log.claim(key, NOW + 1, true)
    expect(second && (await log.record(second, {}))).toBe(true)

    expect(await log.claim(key, NOW + 2, true)).toMatchObject({ row: { outcome: 'agreed', done: true } })
  })
})

it('is no order for the stream, and ends with the ledger’s orders', async () => {
  const log = createBillLog(table.client, table.table)
  const claim = await log.claim({ mchid: '1900000109', day: '20261123' }, NOW, false)
  if (claim)
    await log.record(claim, { outcome: 'agreed', evidence: 'bills/2026/11/23/1900000109-0a.json', counts: { rows: 3 } })

  expect(await stored('bill#1900000109#20261123')).toEqual({
    pk: 'bill#1900000109#20261123',
    attempt: 1,
    outcome: 'agreed',
    evidence: 'bills/2026/11/23/1900000109-0a.json',
    counts: { rows: 3 },
    expires_at: IN_400_DAYS,
  })
})
