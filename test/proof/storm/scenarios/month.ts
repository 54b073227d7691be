import { judgeMonth } from '../month/judge.ts'
import { runMonth } from '../month/month.ts'
import { createScenario } from '../scenario.ts'

/** A month of shops: most orders go well, one in fifty is charged twice, and people and banks take their time. */
export const scenario = createScenario({ orders: 20_000, days: 30, seed: 1 }, async (given, say) =>
  judgeMonth(await runMonth(given, say)),
)
