import { expect, it, vi } from 'vitest'
import { readConfig } from '../../lib/config.ts'
import type * as limits from '../../lib/order/limits.ts'

vi.mock('../../lib/order/limits.ts', async (importOriginal) => {
  const { LIMITS, ...rest } = await importOriginal<typeof limits>()
  return { ...rest, LIMITS: { ...LIMITS, lease: 19_000 } }
})

it('does not start on limits that contradict each other', () => {
  expect(() => readConfig(['eventBus'], { EVENT_BUS: 'bus' })).toThrow(
    'a lease outlives its function on any two clocks',
  )
})
