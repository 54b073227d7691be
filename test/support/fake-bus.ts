import type { BusEvent, EventBus } from '../../lib/aws/event-bus.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'

/** A bus that records each batch, and when it was put, in ms after the start. `put` says which events it refuses. */
export const fakeBus = (put: EventBus['put'] = async () => [], clock: FakeClock = fakeClock()) => {
  const startedAt = clock.now
  const puts: { readonly at: number; readonly events: readonly BusEvent[] }[] = []
  const bus: EventBus = {
    put: async (events) => {
      puts.push({ at: clock.now - startedAt, events })
      return put(events)
    },
  }
  return { bus, puts, events: () => puts.flatMap(({ events }) => events) }
}
