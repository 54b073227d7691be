import { beforeAll, describe, expect, it } from 'vitest'
import { itKeepsPromises } from '../keeps-promises.ts'
import { judgeOutage, runOutage } from './outage.ts'

const CLAIMS = [
  'all are synced within 75 minutes after the outage',
  'all are confirmed within 90 minutes after the outage',
  'at most 20 dispatches a second and merchant',
  'a healthy merchant waits as long as ever: 60 s at most, at p99',
  'no two calls for one order are out at once',
] as const

describe('an outage of one hour', () => {
  let outage: Parameters<typeof judgeOutage>[0]

  beforeAll(async () => {
    outage = await runOutage({ hours: 1, hoursAfter: 2, seed: 1 }, () => {})
  }, 120_000)

  itKeepsPromises(CLAIMS, () => judgeOutage(outage))

  it('has struck every order of three merchants, and none before its end was told done', () => {
    expect(outage.orders.struck).toBe(3600)
    expect(outage.calls.failed).toBeGreaterThan(5 * 3600)
    expect(outage.synced.percentile(1 / 3600)).toBeGreaterThan(0)
  })

  it('makes WeChat Pay take one sync of each order', () => {
    expect(outage.calls.applied).toBe(outage.orders.struck + outage.orders.healthy)
  })
})
