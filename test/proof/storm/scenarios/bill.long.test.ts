import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoClient } from '../../../support/ledger-table.ts'
import { watchActing } from '../bills/acting.ts'
import { startBillDay } from '../bills/day.ts'
import { itKeepsPromises } from '../keeps-promises.ts'
import type { Verdict } from '../scenario.ts'
import { scenario } from './bill.ts'

describe('a trade bill of 200,000 rows, and a smaller one whose runs are killed', () => {
  let verdict: Verdict
  beforeAll(async () => {
    verdict = await scenario.play({ rows: 200_000, kills: 3, killed: 20_000, seed: 1 }, () => {})
  })

  itKeepsPromises(
    [
      'the most resident memory with the whole bill is at most 1.1 times that with a tenth of it',
      'every row of the bill is read, and its orders are found',
      'nothing is acted on before the hash and the sums agreed',
      'a run is killed as often as was asked for',
      'the classes, the orders and the report are those of a run that nobody killed',
    ],
    () => verdict,
  )

  it('kills in each of the first phases', () => {
    expect(verdict.details?.['killed in']).toEqual({ download: 1, compare: 1, report: 1 })
  })
})

describe('what watches for acting too early', () => {
  let day: Awaited<ReturnType<typeof startBillDay>>
  beforeAll(async () => {
    day = await startBillDay({ rows: 3000, groups: 1 })
  })
  afterAll(() => day.close())

  it('finds an order that is written before the bill agreed', async () => {
    const client = dynamoClient(day.world.table.endpoint, day.world.credentials)
    const TableName = day.world.table.tableName
    let isWritten = false
    const watch = watchActing(day.world, () => false)
    day.world.wechatpay.paceBill(async () => {
      if (isWritten) return
      isWritten = true
      await client.send(new PutItemCommand({ TableName, Item: { pk: { S: '1900000109#TOO-EARLY' } } }))
    })

    await day.audit(false)

    watch.end()
    client.destroy()
    expect(watch.hasAgreed).toBe(true)
    expect(watch.early).toEqual(['PutItem 1900000109#TOO-EARLY'])
  })
})
