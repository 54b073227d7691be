import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { LIMITS } from '../../../../lib/limits.ts'
import type { Invocation } from '../../../../lib/local/lambda/invocation.ts'
import { type Lambda, type LambdaOptions, startLambda } from '../../../../lib/local/lambda/start-lambda.ts'
import { orderOf } from '../../../support/invocations.ts'
import type { FaultCount } from './faults-by-order.ts'
import { createSandboxHost } from './sandbox-host.ts'

/** An invocation for one order that took long without a fault. Measured by the machine's clock. */
export type Slow = { readonly out_order_no: string; readonly start: number; readonly end: number }

/** Share of invocations that are killed or frozen. Each costs the start of a sandbox. */
const DOOMED = 0.004
/** Share of events that are delivered twice at once, since EventBridge delivers at least once. */
const TWICE = 0.05
/**
 * Lambda's time limit in the sandbox that is frozen: shorter than the real one, to keep runs short. No lease depends on
 * it.
 */
const FROZEN_MS = 5_000
/** Reconcile runs for 50 s, so it is only killed and not frozen. */
const LONG_MS = 30_000
/** The shortest time limit inside a function. */
const SLOW_MS = LIMITS.sdkConnect
/** The longest delay before an invocation is killed; a call takes about this long. */
const MOST_DELAY_MS = 60

/**
 * Functions whose invocations wait while all sandboxes are busy. Some run in a separate sandbox that is killed during
 * the invocation, or frozen until the time limit kills it.
 */
export const createSandboxes = ({ random, count }: { readonly random: () => number; readonly count: FaultCount }) => {
  const calls = new Map<string, number>()
  const slow: Slow[] = []

  const host = createSandboxHost()

  const start = async (given: LambdaOptions): Promise<Lambda> => {
    const options = { ...given, start: host.startSandbox }
    const lambda = await startLambda(options)
    const { invoke, close } = lambda
    const inTurn = pLimit(options.maxConcurrency ?? 10)
    const canFreeze = options.timeoutMs <= LONG_MS
    let doomed: Promise<Lambda> | undefined
    let isDoomedBusy = false

    /** In the separate sandbox the first invocation warms up, and the second one is killed. */
    const die = async (event: unknown): Promise<Invocation> => {
      doomed ??= startLambda({ ...options, maxConcurrency: 1, ...(canFreeze && { timeoutMs: FROZEN_MS }) })
      const pool = await doomed
      if (pool.sandboxes === 0) return pool.invoke(event)
      const isFrozen = canFreeze && sandboxes.freezeToo && random() < 0.3
      const running = pool.invoke(event)
      await sleep(random() * MOST_DELAY_MS)
      if (isFrozen) pool.freeze()
      else await pool.kill()
      const invocation = await running
      if (isFrozen) pool.thaw()
      return invocation
    }

    const invokeSomewhere = async (event: unknown): Promise<Invocation> => {
      // Two draws for each killed invocation, since the first invocation only warms up.
      if (isDoomedBusy || random() >= 2 * DOOMED) return invoke(event)
      isDoomedBusy = true
      try {
        return await die(event)
      } finally {
        isDoomedBusy = false
      }
    }

    const invokeOnce = async (event: unknown): Promise<Invocation> => {
      count.look('sandboxes')
      calls.set(options.name, (calls.get(options.name) ?? 0) + 1)
      const of = orderOf(event) || undefined
      const faultsBefore = of === undefined ? 0 : count.ofOrder(of)
      const startedAt = performance.now()
      const invocation = await invokeSomewhere(event)
      const endedAt = performance.now()
      if (invocation.timedOut) count.add('sandboxes', 'timed out', of)
      else if (invocation.error?.errorType === 'Runtime.ExitError') count.add('sandboxes', 'killed', of)
      if (of !== undefined && endedAt - startedAt >= SLOW_MS && count.ofOrder(of) === faultsBefore)
        slow.push({ out_order_no: of, start: startedAt, end: endedAt })
      return invocation
    }

    const deliver = async (event: unknown): Promise<Invocation> => {
      const isTwice = isEvent(event) && random() < TWICE
      if (isTwice) sandboxes.twice += 1
      const [first] = await Promise.all([
        inTurn(() => invokeOnce(event)),
        isTwice ? inTurn(() => invokeOnce(event)) : undefined,
      ])
      return first
    }

    return Object.assign(lambda, {
      invoke: deliver,
      close: async () => {
        await Promise.all([close(), doomed?.then((pool) => pool.close())])
      },
    })
  }

  const sandboxes = {
    /** Replaces startLambda. */
    start,
    /** Whether invocations are frozen as well, which takes FROZEN_MS each. */
    freezeToo: false,
    /** Number of events that were delivered twice at once. */
    twice: 0,
    /** Number of invocations by function. */
    calls,
    /** Slow invocations without a fault: on a busy machine the functions' time limits end calls too. */
    slow,
    /** After all functions were closed. */
    close: host.close,
  }
  return sandboxes
}

const isEvent = (event: unknown): boolean => typeof event === 'object' && event !== null && 'detail-type' in event
