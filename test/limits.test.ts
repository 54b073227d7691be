import { describe, expect, it } from 'vitest'
import { checkLimits, LIMITS, type Limits } from '../lib/limits.ts'

const refusalOf = (change: Partial<Limits>): string => {
  try {
    checkLimits({ ...LIMITS, ...change })
  } catch (error) {
    return error instanceof Error ? error.message : 'not an Error'
  }
  return 'not refused'
}

describe('checkLimits', () => {
  it('passes the limits that are shipped', () => {
    expect(() => checkLimits(LIMITS)).not.toThrow()
  })

  it.each<[string, Partial<Limits>, Partial<Limits>]>([
    ['sdkTotal covers every attempt', { sdkTotal: 4000 }, { sdkAttempts: 3 }],
    ['sdkRequest covers the connection', { sdkConnect: 1999 }, { sdkConnect: 2000 }],
    ['three addresses are tried before a connection is given up', { nextAddress: 333 }, { nextAddress: 334 }],
    ['an object is brought before the function ends', { objectRequest: 299_999 }, { objectRequest: 300_000 }],
    ['commandRequest covers the connection', { commandConnect: 19_999 }, { commandConnect: 20_000 }],
    ['a command waits until the API has given up', { commandApi: 30_001 }, { commandApi: 30_000 }],
    ['claim, count, call and record fit into the function', { call: 9499 }, { call: 9500 }],
    ['the function answers before the API gives up', { apiTimeout: 20_001 }, { apiTimeout: 20_000 }],
    ['init fits into a secret and a connection', { init: 4499 }, { init: 4500 }],
    ['a lease outlives its function on any two clocks', { lease: 30_000 }, { lease: 29_999 }],
    ['a lease outlives its function on any two clocks', { clockDifference: 5000 }, { clockDifference: 5001 }],
    ['a query waits until no older answer can be replayed', { confirmDelay: 305_001 }, { confirmDelay: 305_000 }],
    ['an order is asked about again only after its lease', { askAgain: 30_001 }, { askAgain: 30_000 }],
    ['a running charge is given longer', { askAgainBusy: 60_000 }, { askAgainBusy: 59_999 }],
    ['retries grow', { retryFirst: 1_800_000 }, { retryFirst: 1_800_001 }],
    ['retries grow', { retrySlow: 1_800_000 }, { retrySlow: 1_799_999 }],
    ['retries end', { retrySlowAfter: 2_591_999_999 }, { retrySlowAfter: 2_592_000_000 }],
    ['retries end', { absentGiveUp: 2_591_999_999 }, { absentGiveUp: 2_592_000_000 }],
    ['reconcile stops before its own time-out', { reconcileDispatch: 53_499 }, { reconcileDispatch: 53_500 }],
    [
      'a report is renewed until the last order is given up',
      { reportOpen: 2_592_000_001 },
      { reportOpen: 2_592_000_000 },
    ],
    ['a renewed report has time to end', { renewReports: 599_999 }, { renewReports: 600_000 }],
    ['a row holds two signed answers, its refunds and its decisions', { decisionsKept: 27 }, { decisionsKept: 28 }],
    ['a lease outlives its run of an audit on any two clocks', { billLease: 910_000 }, { billLease: 909_999 }],
    ['a bill that is downloaded has time to be compared', { billDownload: 360_000 }, { billDownload: 360_001 }],
    ['a bill fits on the disk', { billBytes: 10_737_418_239 }, { billBytes: 10_737_418_240 }],
    ['reconcile ends before the next begins', { reconcileEvery: 58_001 }, { reconcileEvery: 58_000 }],
  ])('holds that %s: on both sides of %o', (rule, passes, breaks) => {
    expect(refusalOf(passes)).toBe('not refused')
    expect(refusalOf(breaks)).toBe(`limits contradict each other: ${rule}`)
  })

  it('names every broken rule at once', () => {
    expect(refusalOf({ lease: 10_000, apiTimeout: 1000 })).toBe(
      'limits contradict each other: the function answers before the API gives up; ' +
        'a lease outlives its function on any two clocks',
    )
  })
})
