import { LIMITS } from '../limits.ts'

/**
 * Returns the delay in ms before an order of this age (ms) is tried again: half its age, at least one minute and at
 * most half an hour; six hours when it is older than three days. `random` in [0, 1) varies the delay by ±20 %, so that
 * the orders of one outage are not all retried together.
 */
export const retryDelay = (ageMs: number, random: number): number => {
  const { retryFirst, retryMost, retrySlowAfter, retrySlow } = LIMITS
  const delay = ageMs > retrySlowAfter ? retrySlow : Math.min(Math.max(retryFirst, ageMs / 2), retryMost)
  return Math.round(delay * (0.8 + 0.4 * random))
}
