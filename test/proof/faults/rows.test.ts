import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { wrongRows } from './check-rows.ts'
import { ROWS } from './rows.ts'
import { faultsTable } from './table.ts'

it('each fault has a guard that stands in the sources and a test that there is, and each test here a fault', async () => {
  expect(await wrongRows(ROWS)).toEqual([])
})

it('a row whose guard or test is gone is named', async () => {
  const [row] = ROWS
  if (!row) throw new Error('there are no rows')
  const spoilt = { ...row, guard: 'lib/text.ts noSuchName' as const, test: [row.test[0], 'no such test'] as const }

  expect(await wrongRows([spoilt, ...ROWS])).toHaveLength(2)
})

it('docs/faults.md is the table as it is', () => {
  expect(readFileSync(new URL('../../../docs/faults.md', import.meta.url), 'utf8')).toBe(faultsTable(ROWS))
})
