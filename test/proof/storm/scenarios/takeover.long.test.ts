import { beforeAll, describe, expect, it } from 'vitest'
import { itKeepsPromises } from '../keeps-promises.ts'
import type { Verdict } from '../scenario.ts'
import { scenario } from './takeover.ts'

describe('a region is lost in the middle of a storm, a second stage takes over, and the first comes back', () => {
  let verdict: Verdict

  beforeAll(async () => {
    verdict = await scenario.play({ orders: 200, seed: 1, sandboxes: 4 }, () => {})
  }, 400_000)

  itKeepsPromises(
    [
      'every payment that a till took has a row in the second stage',
      'every order ends there as it should',
      'every double charge is found there and told, and no other',
      'while the second stage observes, it sends no sync',
      'the second stage sends no sync of an order that WeChat Pay was told of',
      'the first stage sends no sync when it comes back',
      'every order that the first stage had ends there as well',
      'each stage has as evidence the signed answers by which its orders ended',
      'no two calls for one order were out at once',
    ],
    () => verdict,
  )

  it('left each of the two stages something to tell WeChat Pay, and double charges to find', () => {
    const { figures } = verdict

    expect(figures['syncs of the first stage']).toBeGreaterThan(40)
    expect(figures['syncs of the second stage']).toBeGreaterThan(60)
    expect(figures['double charges made']).toBeGreaterThan(8)
    expect(figures['its queries then']).toBeGreaterThan(60)
  })
})
