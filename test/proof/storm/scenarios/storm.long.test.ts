import { beforeAll, describe, expect, it } from 'vitest'
import { itKeepsPromises } from '../keeps-promises.ts'
import type { Verdict } from '../scenario.ts'
import { judgeStorm, runStorm } from './storm.ts'

const ORDERS = 300
const SEED = 1

const CLAIMS = [
  'no notice is lost: each has a row',
  'every row of a healthy merchant ended as it should',
  'every row of a merchant that cannot be served waits in the index',
  'no two calls for one order were out at once',
  'no more extra syncs than faults',
  'no more extra queries than faults',
  'every double charge is found and named, and no other is reported',
  'every end is told by an outcome event',
  'only what met an unreachable ledger or a dying sandbox is a dead letter',
] as const

describe(`a storm of ${ORDERS} orders over the built functions`, () => {
  let verdict: Verdict

  beforeAll(async () => {
    verdict = judgeStorm(await runStorm({ orders: ORDERS, seed: SEED, sandboxes: 6, observe: false }, () => {}))
  }, 300_000)

  itKeepsPromises(CLAIMS, () => verdict)

  it('has met faults, double charges and dead letters', () => {
    const { figures } = verdict

    expect(figures['faults injected']).toBeGreaterThan(120)
    expect(figures['double charges injected']).toBeGreaterThan(10)
    expect(figures['orders of a merchant that cannot be served']).toBeGreaterThan(3)
    expect(figures['dead letters, all redriven']).toBeGreaterThan(0)
  })
})

describe('a storm of orders of 2,000 shops of one provider, of which one floods and one is refused for good', () => {
  let verdict: Verdict

  beforeAll(async () => {
    const options = { orders: 150, seed: SEED, sandboxes: 6, observe: false, shops: true }
    verdict = judgeStorm(await runStorm(options, () => {}))
  })

  itKeepsPromises(CLAIMS, () => verdict)
})
