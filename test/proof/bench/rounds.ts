import type { Counts } from './server.ts'
import { shuffled } from './statistics.ts'

/** One of those who are compared: what it does, measured, and what the outside must have been asked for it. */
export type Contestant = {
  readonly name: string
  readonly measure: () => Promise<Readonly<Record<string, number>>>
  readonly asks: Readonly<Record<string, number>>
}

/** Values by `contestant measure`, in the order of the rounds. */
export type Measured = ReadonlyMap<string, readonly number[]>

/** Runs all of them in each round, in another order each time. A wrong count of requests voids the whole run. */
export const runRounds = async (
  rounds: number,
  contestants: readonly Contestant[],
  takeCounts: () => Promise<Counts>,
): Promise<Measured> => {
  const measured = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, measure, asks } of shuffled(contestants)) {
      await takeCounts()
      const values = await measure()
      const { connections: _, ...asked } = await takeCounts()
      check(name, asks, asked)
      for (const [what, value] of Object.entries(values)) {
        const key = `${name} ${what}`
        measured.set(key, [...(measured.get(key) ?? []), value])
      }
    }
  }
  return measured
}

const check = (name: string, asks: Counts, asked: Counts): void => {
  const text = (counts: Counts) => JSON.stringify(Object.entries(counts).sort())
  if (text(asks) !== text(asked))
    throw new Error(`void: ${name} must ask ${JSON.stringify(asks)}, and asked ${JSON.stringify(asked)}`)
}
