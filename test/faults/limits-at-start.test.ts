import { expect, it, vi } from 'vitest'
import { readConfig } from '../../lib/config.ts'
import type * as limits from '../../lib/order/limits.ts'

vi.mock('../../lib/order/limits.ts', async (importOriginal) => {
  const { LIMITS, ...rest } = await importOriginal<typeof limits>()
  return { ...rest, LIMITS: { ...LIMITS, lease: 19_000 } }
})

it('does not start on limits that contradict each other', () => {
  const env = {
    MERCHANTS: '{"1900000109":{"services":{"500001":"wx1"}}}',
    LEDGER_TABLE: 'ledger',
    EVENT_BUS: 'bus',
    BUCKET: 'bucket',
  }

  expect(() => readConfig(env)).toThrow('a lease outlives its function on any two clocks')
})
