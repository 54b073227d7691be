import type { Clock } from '../clock.ts'
import { createFifo, type Fifo } from '../fifo.ts'
import type { Invocable, Invocation } from '../lambda/invocation.ts'
import { invokeUntilItRuns } from '../lambda/until-it-runs.ts'
import { type DeadLetter, type DeadLetterQueue, deadLetter } from './dead-letter-queue.ts'

/** A Lambda as the target of a rule, invoked asynchronously. */
export type Target = {
  readonly lambda: Invocable & { readonly name?: string }
  /** How often it is tried again after a function error: 0 to 2, and 2 if left out. */
  readonly retries?: number
  /** Without one, an event that is given up is lost, as on the platform. */
  readonly onFailure?: DeadLetterQueue
}

/** One call of the Lambda for one event. */
export type Delivery = {
  readonly rule: string
  readonly eventId: string
  /** From 1. */
  readonly attempt: number
  /** By the world's clock. */
  readonly atMs: number
  readonly durationMs: number
  readonly requestId: string
  readonly outcome: 'returned' | 'failed' | 'timed out'
  /** `lost` when it was given up and nothing keeps it. */
  readonly next: 'done' | 'retry' | 'dead letter' | 'lost'
}

export type AsyncInvoker<Event> = {
  push(event: Event): void
  /** Looks whether a wait is over by the clock. */
  tick(): void
  /** Events that are being delivered, or could be at this moment. */
  readonly busy: number
  /** Events that wait for their next try. */
  readonly waiting: number
}

type Try<Event> = { readonly event: Event; readonly attempt: number; readonly dueMs: number }

/**
 * Lambda's own queue in front of a function: bounded concurrency, more tries after a function error with a wait by the
 * world's clock before each, then the failure destination. A throttled call is no try: it is made again until it runs.
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
  /** Called when `busy` has come down to nothing. */
  readonly onIdle: () => void
}): AsyncInvoker<Event> => {
  const { clock, target, retryDelaysMs, envelope } = options
  const { lambda, retries = 2, onFailure } = target
  const ready = createFifo<Try<Event>>()
  // Tries of the same number wait equally long, so each of these queues is in the order in which they are due.
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
