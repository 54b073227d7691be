import { killRuns } from '../bills/killed.ts'
import { readLargeBill } from '../bills/large.ts'
import { createScenario } from '../scenario.ts'

export const scenario = createScenario(
  { rows: 10_000_000, kills: 20, killed: 200_000, seed: 1 },
  async ({ rows, kills, killed, seed }, say) => {
    const large = await readLargeBill(rows, say)
    const runs = await killRuns(killed, kills, seed, say)
    return {
      promises: [...large.promises, ...runs.promises],
      figures: { ...large.figures, ...runs.figures },
      details: { ...large.details, ...runs.details },
    }
  },
)
