import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelay } from '../../lib/ledger/retry-schedule.ts'
import { DAY, HOUR, MINUTE } from '../support/orders.ts'

describe('retryDelay', () => {
  it.each([
    ['a fresh order', 0, 60_000],
    ['two minutes', 2 * MINUTE, 60_000],
    ['two minutes and 2 ms', 2 * MINUTE + 2, 60_001],
    ['ten minutes', 10 * MINUTE, 300_000],
    ['an hour', 1 * HOUR, 1_800_000],
    ['an hour and 2 ms', 1 * HOUR + 2, 1_800_000],
    ['three days', 3 * DAY, 1_800_000],
    ['three days and 1 ms', 3 * DAY + 1, 21_600_000],
    ['thirty days', 30 * DAY, 21_600_000],
    ['an order from a clock ahead of ours', -5000, 60_000],
  ])('is, without chance, for %s', (_, ageMs, delayMs) => {
    expect(retryDelay(ageMs, 0.5)).toBe(delayMs)
  })

  it.each([
    [0, 48_000],
    [0.25, 54_000],
    [0.75, 66_000],
    [0.999999, 72_000],
  ])('spreads a minute by chance %f to %i ms', (random, delayMs) => {
    expect(retryDelay(0, random)).toBe(delayMs)
  })

  it('is a whole number of ms between 48 seconds and 7.2 hours, whatever age and chance', () => {
    const age = fc.integer({ min: 0, max: 400 * DAY })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

    fc.assert(
      fc.property(age, chance, (ageMs, random) => {
        const delayMs = retryDelay(ageMs, random)

        expect(Number.isInteger(delayMs)).toBe(true)
        expect(delayMs).toBeGreaterThanOrEqual(48_000)
        expect(delayMs).toBeLessThanOrEqual(25_920_000)
      }),
    )
  })
})
