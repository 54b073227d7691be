import { beforeAll, describe, expect, it } from 'vitest'
import { judgeOutage } from './judge-outage.ts'
import { type Outage, runOutage } from './run-outage.ts'

const CLAIMS = [
  'all are synced within 75 minutes after the outage',
  'all are confirmed within 90 minutes after the outage',
  'at most 20 dispatches a second and merchant',
  'a healthy merchant waits as long as ever: 60 s at most, at p99',
  'no two calls for one order are out at once',
] as const

describe('an outage of one hour', () => {
  let outage: Outage

  beforeAll(async () => {
    outage = await runOutage({ outageHours: 1, hoursAfter: 2, seed: 1, say: () => {} })
  }, 120_000)

  it.each(CLAIMS)('keeps the promise: %s', (claim) => {
    const kept = judgeOutage(outage).find(({ promise }) => promise === claim)

    expect(kept?.broken).toEqual([])
  })

  it('makes no promise that is not tested', () => {
    expect(judgeOutage(outage).map(({ promise }) => promise)).toEqual(CLAIMS)
  })

  it('has struck every order of three merchants, and none before its end was told done', () => {
    expect(outage.orders).toBe(3600)
    expect(outage.calls.failed).toBeGreaterThan(5 * 3600)
    expect(outage.synced.percentile(1 / 3600)).toBeGreaterThan(0)
  })

  it('makes WeChat Pay take one sync of each order', () => {
    expect(outage.calls.applied).toBe(outage.orders + outage.healthyOrders)
  })
})
