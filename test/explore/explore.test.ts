import { describe, expect, it } from 'vitest'
import { NEAR_DESIGNS, withLimits } from './mutants.ts'
import { SCENARIO_NAMES, scenario } from './scenarios.ts'
import { explore } from './search.ts'

describe('the ledger, wherever one fault can happen', () => {
  it.each(SCENARIO_NAMES)('keeps every promise, and can always finish: %s', (name) => {
    const { states, moves, violation } = explore(scenario(name, { faults: 1, invocations: 2 }))

    console.log(`explored ${name}: ${states} states, ${moves} moves`)
    expect(violation).toBeUndefined()
    expect(states).toBeGreaterThan(1000)
  })
})

describe('a design near to it', () => {
  it.each(NEAR_DESIGNS)(
    'is found to fail: $name',
    ({ scenario: name, faults = 1, invocations = 2, design, limits }) => {
      const world = scenario(name, { faults, invocations })

      const { violation } = withLimits(limits ?? {}, () => explore(world, design ? { design } : {}))

      expect(violation?.broken).toBeDefined()
      expect(violation?.trace.length).toBeGreaterThan(0)
    },
  )
})
