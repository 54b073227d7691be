import { expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../../lib/config/config.ts'
import { LIMITS } from '../../../lib/limits.ts'

it('does not start on limits that contradict each other', () => {
  const { lease } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { lease }))
  Object.assign(LIMITS, { lease: 19_000 })

  expect(() => readConfig(['eventBus'], { EVENT_BUS: 'bus' })).toThrow(
    'a lease outlives its function on any two clocks',
  )
})
