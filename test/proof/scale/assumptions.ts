// Everything that the arithmetic of a large day assumes, in one place. What the code says itself is taken from there.
import { LIMITS } from '../../../lib/limits.ts'
import { KEPT } from '../cost/kept-counts.ts'

/**
 * Orders of each hour of the day in China, of a thousand: shops that open in the morning, with a peak at lunch and one
 * in the evening.
 */
export const ORDERS_BY_HOUR = [
  ...[5, 2, 1, 1, 1, 2, 8, 22, 38, 44, 56, 80],
  ...[98, 66, 44, 42, 48, 72, 98, 94, 78, 58, 30, 12],
] as const

/** The busiest second has this much more than its minute has on average. */
export const BUSIEST_SECOND = 1.25

/** Of all orders: a wrong order number, which WeChat Pay does not know. It is asked about for a day. */
export const WRONG_NUMBERS = 0.002

/** One order of `payafter-orders` that is handed over by HTTP, and needs no retry, as `npm run cost` counts it. */
export const COUNTED = KEPT['payafter-orders']

/** Of its write units, in an index: each order has one of a merchant's day, when it is created. */
const DAY_INDEX_UNITS = 1
const indexUnits = COUNTED.steps.reduce((sum, { indexes }) => sum + indexes, 0)
export const INDEX_UNITS = { due: indexUnits - DAY_INDEX_UNITS, day: DAY_INDEX_UNITS } as const

/** How long one invocation takes, ms: with a call that WeChat Pay answers, with one that hangs, and without a call. */
export const INVOCATION = { answered: 250, hanging: LIMITS.call + 250, outcome: 100 } as const

/** One PutEvents of reconcile, ms. */
export const PUT_EVENTS_MS = 30

/** Default quotas. The EventBridge quotas are those of ap-east-1; us-east-1 has 10,000 and 18,750. */
export const QUOTA = {
  /** API Gateway, requests a second of an account. */
  api: 10_000,
  concurrency: 1000,
  /** New execution environments of one function in ten seconds. */
  scaling: 1000,
  tableUnits: 40_000,
  partitionUnits: 1000,
  putEvents: 600,
  invocations: 1100,
  getSecret: 10_000,
} as const

/** Variable SECRET_MAX_AGE_SECONDS of the stack. */
export const SECRET_MAX_AGE_S = 300
/** Records in one invocation of outcome, as in serverless.yml. */
export const OUTCOME_BATCH = 50
