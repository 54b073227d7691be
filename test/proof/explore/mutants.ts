import { LIMITS, type Limits } from '../../../lib/limits.ts'
import type { Design } from './design.ts'
import { type ScenarioName, scenario } from './scenarios.ts'
import { explore, type Report } from './search.ts'

/** A design near the real one that fails, and a part of the world in which it does. */
export type Mutant = {
  readonly name: string
  readonly scenario: ScenarioName
  readonly faults?: number
  readonly design?: Partial<Design>
  /** What it breaks is only seen when all of its world is known. */
  readonly isWhole?: boolean
  readonly limits?: Partial<Limits>
}

/** Alters the transitions of these names. */
export const altered = (names: readonly string[], change: Design['alter']): Partial<Design> => ({
  alter: (transition, occasion) => (names.includes(transition.name) ? change(transition, occasion) : transition),
})

/** Breaks the design so, and goes looking. */
export const breakBy = ({ scenario: name, faults = 1, design = {}, limits = {}, isWhole = false }: Mutant): Report =>
  withLimits(limits, () => explore(scenario(name, { faults }), { design, isWhole }))

/** Changes limits while something runs: the real table, which whoever reads it finds changed. */
const withLimits = <T>(changes: Partial<Limits>, run: () => T): T => {
  const before = { ...LIMITS }
  try {
    Object.assign(LIMITS, changes)
    return run()
  } finally {
    Object.assign(LIMITS, before)
  }
}
