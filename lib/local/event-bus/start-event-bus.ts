import type { Faults } from '../aws-faults.ts'
import type { Clock } from '../clock.ts'
import type { Credentials } from '../credentials.ts'
import { eventBridgeEvent } from '../lambda/event-bridge-event.ts'
import { type AsyncInvoker, createAsyncInvoker, type Delivery, type Target } from './async-invoker.ts'
import type { DeadLetter } from './dead-letter-queue.ts'
import { compilePattern, type Matches } from './pattern.ts'
import { type BusEvent, type EntryResult, entriesOf, eventOf, type PutEventsAnswer } from './put-events.ts'
import { type BusFault, type PutEventsInput, startPutEventsServer } from './put-events-server.ts'

type Rule = {
  readonly name: string
  /** An event pattern as in a CloudFormation template. */
  readonly pattern: unknown
  readonly target: Target
  /** How many events are delivered in parallel; by default 10. */
  readonly concurrency?: number
  /** Waits before the second and third attempt, on the local world's clock; by default 1 and 2 minutes. */
  readonly retryDelaysMs?: readonly number[]
}

export type EventBus = {
  readonly name: string
  /** For AWS_ENDPOINT_URL_EVENTBRIDGE. */
  readonly endpoint: string
  /** Throws if the pattern is invalid. */
  addRule(rule: Rule): void
  /** The same as PutEvents, without HTTP, signature and faults. Throws a ValidationException. */
  putEvents(input: unknown): PutEventsAnswer
  readonly faults: Faults<PutEventsInput, BusFault>
  /** Every event that was accepted and every invocation, in order. */
  readonly history: { readonly events: readonly BusEvent[]; readonly deliveries: readonly Delivery[] }
  /** Records that went to any failure destination, in order. */
  readonly deadLetters: readonly DeadLetter[]
  /** Events that are being delivered, or could be delivered now. */
  readonly busy: number
  /** Events that wait for their next retry. */
  readonly waiting: number
  /** Checks the clock now instead of within 20 ms. */
  tick(): void
  /** Settles when no event is being delivered. An event that waits for a retry does not count. */
  idle(): Promise<void>
  /** Stops the deliveries; undelivered events stay undelivered. */
  close(): Promise<void>
}

const pollMs = 20

/** An EventBridge bus that accepts PutEvents from the SDK and invokes Lambda functions by rules. */
export const startEventBus = async (options: {
  readonly clock: Clock
  readonly name: string
  readonly port?: number
  /** Seed for the probabilities of faults. */
  readonly seed?: number
  /** The credentials whose signatures are accepted; by default any well-formed signature. */
  readonly credentials?: Credentials
}): Promise<EventBus> => {
  const { clock, name } = options
  const rules: { name: string; pattern: unknown; matches: Matches; invoker: AsyncInvoker<BusEvent> }[] = []
  const events: BusEvent[] = []
  const deliveries: Delivery[] = []
  const deadLetters: DeadLetter[] = []
  let onIdle: (() => void)[] = []
  let isClosed = false

  const busy = () => rules.reduce((sum, { invoker }) => sum + invoker.busy, 0)
  const isBusy = () => !isClosed && busy() > 0
  const tick = () => rules.forEach(({ invoker }) => void invoker.tick())
  const settle = () => {
    if (isBusy()) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  const take = (event: BusEvent) => {
    events.push(event)
    const envelope = envelopeOf(event)
    for (const { matches, invoker } of rules) if (matches(envelope)) invoker.push(event)
  }

  const putEvents = (input: unknown, refused = 0): PutEventsAnswer => {
    const results = entriesOf(input).map((entry, index): EntryResult => {
      if (index < refused) return { ErrorCode: 'InternalFailure', ErrorMessage: 'Unexpected error occurred.' }
      const event = eventOf(entry, name, clock.now())
      if (!('id' in event)) return event
      take(event)
      return { EventId: event.id }
    })
    return { FailedEntryCount: results.filter((result) => result.ErrorCode).length, Entries: results }
  }

  const describe = () => ({ name, rules: rules.map((rule) => ({ name: rule.name, pattern: rule.pattern })) })
  const { port, seed, credentials } = options
  const server = await startPutEventsServer({ putEvents, describe, port, seed, credentials })
  const poll = setInterval(tick, pollMs).unref()

  return {
    name,
    endpoint: server.endpoint,
    faults: server.faults,
    history: { events, deliveries },
    deadLetters,
    putEvents: (input) => putEvents(input),
    tick,
    addRule: ({ name: rule, pattern, target, concurrency = 10, retryDelaysMs = [60_000, 120_000] }) => {
      const invoker = createAsyncInvoker<BusEvent>({
        rule,
        clock,
        target,
        retryDelaysMs,
        concurrency,
        envelope: envelopeOf,
        isStopped: () => isClosed,
        onDelivery: (delivery) => void deliveries.push(delivery),
        onDeadLetter: (letter) => void deadLetters.push(letter),
        onIdle: settle,
      })
      rules.push({ name: rule, pattern, matches: compilePattern(pattern), invoker })
    },
    get busy() {
      return busy()
    },
    get waiting() {
      return rules.reduce((sum, { invoker }) => sum + invoker.waiting, 0)
    },
    idle: () => {
      tick()
      return isBusy() ? new Promise((resolve) => onIdle.push(resolve)) : Promise.resolve()
    },
    close: async () => {
      isClosed = true
      clearInterval(poll)
      settle()
      await server.close()
    },
  }
}

const envelopeOf = ({ detail, ...event }: BusEvent) => eventBridgeEvent({ ...event, detail: JSON.parse(detail) })
