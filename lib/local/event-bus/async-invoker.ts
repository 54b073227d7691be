import type { Clock } from '../clock.ts'
import { createFifo, type Fifo } from '../fifo.ts'
import type { Invocable, Invocation } from '../lambda/invocation.ts'
import { invokeUntilItRuns } from '../lambda/until-it-runs.ts'
import { type DeadLetter, type DeadLetterQueue, deadLetter } from './dead-letter-queue.ts'

/** A Lambda function as the target of a rule, invoked asynchronously. */
export type Target = {
  readonly lambda: Invocable & { readonly name?: string }
  /** Retries after a function error: 0 to 2, by default 2. */
  readonly retries?: number
  /** Without it an event is lost after the last retry, as on AWS. */
  readonly onFailure?: DeadLetterQueue
}

/** One invocation of the function with one event. */
export type Delivery = {
  readonly rule: string
  readonly eventId: string
  /** From 1. */
  readonly attempt: number
  /** By the local world's clock. */
  readonly atMs: number
  readonly durationMs: number
  readonly requestId: string
  readonly outcome: 'returned' | 'failed' | 'timed out'
  /** `lost`: the last retry failed and there is no dead letter queue. */
  readonly next: 'done' | 'retry' | 'dead letter' | 'lost'
}

export type AsyncInvoker<Event> = {
  push(event: Event): void
  /** Checks by the clock whether a wait is over. */
  tick(): void
  /** Events that are being delivered, or could be delivered now. */
  readonly busy: number
  /** Events that wait for their next retry. */
  readonly waiting: number
}

type Try<Event> = { readonly event: Event; readonly attempt: number; readonly dueMs: number }

/**
 * Lambda's queue for asynchronous invocations: limited concurrency, retries after a function error with a wait on the
 * local world's clock, then the failure destination. A throttled invocation does not count as an attempt, and is
 * repeated until it runs.
 */
export const createAsyncInvoker = <Event extends { readonly id: string }>(options: {
  readonly rule: string
  readonly clock: Clock
  readonly target: Target
  readonly retryDelaysMs: readonly number[]
  readonly concurrency: number
  readonly envelope: (event: Event) => unknown
  readonly isStopped: () => boolean
  readonly onDelivery: (delivery: Delivery) => void
  readonly onDeadLetter: (letter: DeadLetter) => void
  /** Called when `busy` becomes 0. */
  readonly onIdle: () => void
}): AsyncInvoker<Event> => {
  const { clock, target, retryDelaysMs, envelope } = options
  const { lambda, retries = 2, onFailure } = target
  const ready = createFifo<Try<Event>>()
  // All waits for the same attempt are equally long, so each of these queues is sorted by due time.
  const waits: readonly Fifo<Try<Event>>[] = retryDelaysMs.slice(0, retries).map(() => createFifo())
  let running = 0

  const afterFailure = (payload: unknown, { event, attempt }: Try<Event>, invocation: Invocation): Delivery['next'] => {
    const wait = waits[attempt - 1]
    if (wait) {
      wait.push({ event, attempt: attempt + 1, dueMs: clock.now() + (retryDelaysMs[attempt - 1] ?? 0) })
      return 'retry'
    }
    if (!onFailure) return 'lost'
    const name = lambda.name ?? 'function'
    const letter = deadLetter({ name, event: payload, invocation, invokeCount: attempt, timeMs: clock.now() })
    onFailure.push(letter)
    options.onDeadLetter(letter)
    return 'dead letter'
  }

  const deliver = async (current: Try<Event>): Promise<void> => {
    const payload = envelope(current.event)
    const atMs = clock.now()
    const invocation = await invokeUntilItRuns(lambda, payload)
    const { error, timedOut, requestId, durationMs } = invocation
    options.onDelivery({
      rule: options.rule,
      eventId: current.event.id,
      attempt: current.attempt,
      atMs,
      durationMs,
      requestId,
      outcome: timedOut ? 'timed out' : error ? 'failed' : 'returned',
      next: error ? afterFailure(payload, current, invocation) : 'done',
    })
  }

  const pump = () => {
    while (running < options.concurrency && !options.isStopped()) {
      const next = ready.shift()
      if (!next) return
      running += 1
      deliver(next).finally(() => {
        running -= 1
        pump()
        if (running === 0) options.onIdle()
      })
    }
  }

  return {
    push: (event) => {
      ready.push({ event, attempt: 1, dueMs: 0 })
      pump()
    },
    tick: () => {
      for (const wait of waits)
        for (let head = wait.peek(); head && head.dueMs <= clock.now(); head = wait.peek()) {
          wait.shift()
          ready.push(head)
        }
      pump()
    },
    get busy() {
      return running + ready.size
    },
    get waiting() {
      return waits.reduce((sum, wait) => sum + wait.size, 0)
    },
  }
}
