import { createScenario } from '../scenario.ts'
import { figuresOf, promisesOf } from '../takeover/judge.ts'
import { rehearse } from '../takeover/stages.ts'

export const scenario = createScenario({ orders: 2000, seed: 1, sandboxes: 6 }, async (given, say) => {
  const rehearsal = await rehearse(given, say)
  return { promises: promisesOf(rehearsal), figures: figuresOf(rehearsal) }
})
