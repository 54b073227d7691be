import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSilentLog } from '../../lib/aws/silent-log.ts'
import { type OpenLedger, startLedger } from '../support/ledger-table.ts'
import { NOW } from '../support/orders.ts'

let table: OpenLedger
beforeAll(async () => {
  table = await startLedger()
})
afterAll(() => table.close())

it('what the last look found is kept for each provider, and nothing is known before the first', async () => {
  const log = createSilentLog(table.client, table.table)
  const found = { day: '20261124', expected: 10_000, silent: 12, newly: 1, left: 0 }

  expect(await log.read('1900000200')).toBeUndefined()
  await log.write('1900000200', { ...found, silent: 13 }, NOW)
  await log.write('1900000200', found, NOW)

  expect(await log.read('1900000200')).toEqual(found)
  expect(await log.read('1900000300')).toBeUndefined()
})
