import { BUS_BATCH, type EventBus } from '../aws/event-bus.ts'
import { type OutcomeEvent, outcomeEvents } from '../order/outcome.ts'
import type { Row } from '../order/row.ts'
import type { Handled } from './handled.ts'

/** One write to the ledger: the row before, if there was one, and after. */
export type Change = { readonly before: Row | undefined; readonly after: Row }

/** Tells the bus what came of orders. Throws when it did not take everything: the stream then gives the batch again. */
export const announceOutcomes = async (changes: readonly Change[], bus: EventBus): Promise<Handled> => {
  const events = changes.flatMap(({ before, after }) => outcomeEvents(before, after))
  for (let i = 0; i < events.length; i += BUS_BATCH) {
    const refused = await bus.put(events.slice(i, i + BUS_BATCH))
    if (refused.length > 0) throw new Error('the event bus refused entries')
  }
  return {
    reply: { status: 200, body: {} },
    log: { changes: changes.length, events: events.length },
    metrics: Object.fromEntries(events.map(({ metric }) => [metric, countOf(metric, events)])),
  }
}

const countOf = (metric: string, events: readonly OutcomeEvent[]) =>
  ({ value: events.filter((event) => event.metric === metric).length, unit: 'Count' }) as const
