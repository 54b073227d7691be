import { LIMITS } from '../limits.ts'

/**
 * ms until an order of this age (ms) is tried again: half its age, between a minute and half an hour; after three
 * days six hours. `random` in [0, 1) spreads it by ±20 %, so that orders of one outage do not come back together.
 */
export const retryDelay = (ageMs: number, random: number): number => {
  const { retryFirst, retryMost, retrySlowAfter, retrySlow } = LIMITS
  const delay = ageMs > retrySlowAfter ? retrySlow : Math.min(Math.max(retryFirst, ageMs / 2), retryMost)
  return Math.round(delay * (0.8 + 0.4 * random))
}
