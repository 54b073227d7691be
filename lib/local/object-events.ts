import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import { type AsyncInvoker, createAsyncInvoker, type Target } from './event-bus/async-invoker.ts'
import { compilePattern } from './event-bus/pattern.ts'
import type { Objects } from './objects.ts'

/** A rule of the default bus. Its pattern refers to the bucket as a resource of the template. */
type Rule = { readonly name: string; readonly pattern: unknown; readonly targets: readonly Target[] }
type ObjectEvent = { readonly id: string; readonly event: object }

export type ObjectEvents = {
  /** Settles when no event of an object is being delivered. */
  idle(): Promise<void>
  close(): void
}

/** Sends the events of the bucket to functions, by the rules of the account's default bus. */
export const mapObjects = (options: {
  readonly objects: Objects
  readonly clock: Clock
  readonly rules: readonly Rule[]
}): ObjectEvents => {
  const { objects, clock } = options
  let isClosed = false
  let onIdle: (() => void)[] = []
  const invokers: AsyncInvoker<ObjectEvent>[] = []
  const isBusy = () => !isClosed && invokers.some(({ busy }) => busy > 0)
  const settle = () => {
    if (isBusy()) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  for (const { name, pattern, targets } of options.rules) {
    const matches = compilePattern(JSON.parse(JSON.stringify(pattern).replace('"Statements"', `"${objects.bucket}"`)))
    for (const target of targets) {
      const invoker = createAsyncInvoker<ObjectEvent>({
        rule: name,
        clock,
        target,
        retryDelaysMs: [60_000, 120_000],
        concurrency: 2,
        envelope: ({ event }) => event,
        isStopped: () => isClosed,
        onDelivery: () => {},
        onDeadLetter: () => {},
        onIdle: settle,
      })
      invokers.push(invoker)
      objects.onCreated((event) => {
        if (matches(event)) invoker.push({ id: randomUUID(), event })
      })
    }
  }
  const poll = setInterval(() => invokers.forEach((invoker) => void invoker.tick()), 50).unref()

  return {
    idle: () => (isBusy() ? new Promise((resolve) => onIdle.push(resolve)) : Promise.resolve()),
    close: () => {
      isClosed = true
      clearInterval(poll)
      settle()
    },
  }
}
