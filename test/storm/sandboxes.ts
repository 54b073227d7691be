import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Invocation } from '../world/lambda/invocation.ts'
import { type Lambda, type LambdaOptions, startLambda } from '../world/lambda/start-lambda.ts'
import type { FaultCount } from './faults-by-order.ts'

export type Sandboxes = {
  /** In place of startLambda. */
  readonly start: (options: LambdaOptions) => Promise<Lambda>
  /** Whether calls are frozen as well, which takes FROZEN_MS each. */
  freezeToo: boolean
  /** Invocations by function. */
  readonly calls: ReadonlyMap<string, number>
}

/** Part of the calls that do not come to their end. Each costs a start of a sandbox. */
const DOOMED = 0.004
/** The platform's limit in the sandbox of the doomed: shorter than the real one, to keep runs short. No lease depends on it. */
const FROZEN_MS = 5_000
/** Reconcile works for 50 s and is only killed. */
const LONG_MS = 30_000
/** A call takes about this long. */
const MOST_DELAY_MS = 60

/**
 * Functions whose calls wait while all sandboxes are taken, and now and then run in a sandbox of their own, which is
 * killed in the middle of the call, or frozen until the time limit kills it.
 */
export const createSandboxes = (parts: {
  readonly random: () => number
  readonly count: FaultCount
  readonly orderOf: (event: unknown) => string | undefined
}): Sandboxes => {
  const { random, count, orderOf } = parts
  const calls = new Map<string, number>()

  const start = async (options: LambdaOptions): Promise<Lambda> => {
    const lambda = await startLambda(options)
    const { invoke, close } = lambda
    const inTurn = pLimit(options.maxConcurrency ?? 10)
    const canFreeze = options.timeoutMs <= LONG_MS
    let doomed: Promise<Lambda> | undefined
    let isDoomedBusy = false

    /** In the sandbox of the doomed: a first call warms it, the second one dies there. */
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
      // Two for each death, since the first call only warms.
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
      const invocation = await invokeSomewhere(event)
      if (invocation.timedOut) count.add('sandboxes', 'timed out', orderOf(event))
      else if (invocation.error?.errorType === 'Runtime.ExitError') count.add('sandboxes', 'killed', orderOf(event))
      return invocation
    }

    return Object.assign(lambda, {
      invoke: (event: unknown) => inTurn(() => invokeOnce(event)),
      close: async () => {
        await Promise.all([close(), doomed?.then((pool) => pool.close())])
      },
    })
  }

  const sandboxes = { start, freezeToo: false, calls }
  return sandboxes
}
