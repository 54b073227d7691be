import { dollarsOf, keptDollarsOf } from '../cost/counted.ts'
import { COUNTED } from './assumptions.ts'

/** To the cent of a million orders, so that what is shown adds up. */
const toTheCent = (dollars: number): number => Math.round(dollars * 100) / 100

const { together: _, ...parts } = dollarsOf(COUNTED)

/** What a million orders cost by its part, in US dollars. */
export const MILLION_COSTS = Object.fromEntries(
  Object.entries(parts).map(([part, dollars]) => [part, toTheCent(dollars)]),
) as typeof parts

export const MILLION_COST = toTheCent(Object.values(MILLION_COSTS).reduce((sum, part) => sum + part, 0))

/** What it costs a day to keep the rows and the evidence of a million orders a day, once the first are deleted. */
export const MILLION_KEPT = toTheCent(Object.values(keptDollarsOf(COUNTED)).reduce((sum, part) => sum + part, 0))
