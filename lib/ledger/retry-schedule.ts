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

const MINUTE = 60_000

/** Until a refund is this old (ms), it is asked about after this delay (ms). */
const REFUND_DELAYS: readonly (readonly [age: number, delay: number])[] = [
  [5 * MINUTE, MINUTE],
  [10 * MINUTE, 5 * MINUTE],
  [20 * MINUTE, 10 * MINUTE],
  [40 * MINUTE, 20 * MINUTE],
  [70 * MINUTE, 30 * MINUTE],
]

/**
 * Returns the delay in ms before a refund that was noted `ageMs` ago is asked about again; a refund to a bank card
 * takes one to three working days. `random` in [0, 1) varies it by ±20 %.
 * @see https://pay.weixin.qq.com/docs/merchant/apis/refund/refunds/query-by-out-refund-no.html
 */
export const refundDelay = (ageMs: number, random: number): number => {
  const delay = REFUND_DELAYS.find(([age]) => ageMs < age)?.[1] ?? LIMITS.retrySlow
  return Math.round(delay * (0.8 + 0.4 * random))
}
