import { LIMITS, type Limits } from '../../../lib/limits.ts'
import type { Design } from './design.ts'
import { type ScenarioName, scenario } from './scenarios.ts'
import { explore, type Report } from './search.ts'

/** A variant of the design that must fail, and a scenario in which it does. */
export type Variant = {
  readonly name: string
  readonly scenario: ScenarioName
  readonly faults?: number
  readonly design?: Partial<Design>
  /** The violation can be seen only in the complete graph. */
  readonly isWhole?: boolean
  readonly limits?: Partial<Limits>
}

/** Changes the transitions with these names. */
export const altered = (names: readonly string[], change: Design['alter']): Partial<Design> => ({
  alter: (transition, occasion) => (names.includes(transition.name) ? change(transition, occasion) : transition),
})

/** Explores the variant. */
export const breakBy = ({ scenario: name, faults = 1, design = {}, limits = {}, isWhole = false }: Variant): Report =>
  withLimits(limits, () => explore(scenario(name, { faults }), { design, isWhole }))

/** Changes LIMITS itself during `run`, since all code reads that object. */
const withLimits = <T>(changes: Partial<Limits>, run: () => T): T => {
  const before = { ...LIMITS }
  try {
    Object.assign(LIMITS, changes)
    return run()
  } finally {
    Object.assign(LIMITS, before)
  }
}
