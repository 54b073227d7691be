import type { Outside } from '../outside.ts'
import type { buildPrograms } from '../programs.ts'
import type { Measured } from '../rounds.ts'
import { ratios, type Spread, spread } from '../statistics.ts'

/** What every contest is held in. */
export type Setting = {
  readonly outside: Outside
  readonly programs: Awaited<ReturnType<typeof buildPrograms>>
}

/** One line of the table. `ratio` is over the rounds; a line without `atMost` is printed and not judged. */
export type Line = {
  readonly what: string
  readonly unit: string
  readonly ours: Spread
  readonly other: Spread
  readonly ratio: Spread
  readonly rounds: readonly number[]
  readonly atMost?: number
  readonly aim?: number
}

/** Compares two measures, named `contestant measure`, round by round. */
export const line = (
  what: string,
  unit: string,
  measured: Measured,
  [ours, other]: readonly [string, string],
  limits: { readonly atMost?: number; readonly aim?: number } = {},
): Line => {
  const [mine = [], theirs = []] = [measured.get(ours), measured.get(other)]
  const rounds = ratios(mine, theirs)
  return { what, unit, ours: spread(mine), other: spread(theirs), ratio: spread(rounds), rounds, ...limits }
}
