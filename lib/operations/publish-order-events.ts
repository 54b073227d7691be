import { BUS_BATCH, type BusEvent, type EventBus } from '../aws/event-bus.ts'
import type { Ledger } from '../aws/ledger.ts'
import { UnavailableError } from '../errors.ts'
import { type OrderKey, type Row, rowKey } from '../ledger/row.ts'
import type { Metrics } from '../log.ts'
import { eventsOfRow, type OrderEvent, orderEvents } from '../views/order-events.ts'
import type { OperationResult, Replied } from './result.ts'

/** One write to the ledger: the row before, if there was one, and after; undefined where the record cannot be read. */
export type Change = {
  readonly before: Row | undefined
  readonly after: Row | undefined
  /** Of the record in the stream. */
  readonly id?: string
  readonly pk?: string
}

/**
 * Tells the bus what came of orders. Metrics come with the log line also when the bus did not take everything: an alarm
 * must not wait for the bus. The event is then thrown back, and the stream gives the batch again.
 * @param counted ids of records whose metrics were told, and whose batch comes again: they are not counted twice. Another
 * instance does not know of them and counts again, which an alarm that rings from one on does not mind.
 */
export const publishOrderEvents = async (
  changes: readonly Change[],
  bus: EventBus,
  counted: Set<string> = new Set(),
): Promise<OperationResult> => {
  const worded = changes.map((change) => ({ change, events: eventsOf(change) }))
  const events = worded.flatMap(({ events = [] }) => events)
  const unworded = worded.flatMap(({ change: { pk = '' }, events }) => (events ? [] : [{ pk }]))
  const fresh = worded.filter(({ change: { id } }) => id === undefined || !counted.has(id))

  const problem = await putAll(events, bus)
  if (counted.size > COUNTED_MOST) counted.clear()
  for (const { id } of changes) if (id !== undefined) problem ? counted.add(id) : counted.delete(id)
  return {
    ...(problem && { reply: { status: 503, body: { detail: problem } } }),
    log: { changes: changes.length, events: events.length, ...(unworded.length > 0 && { unworded }) },
    metrics: metricsOf(fresh.map(({ events }) => events)),
    throwsByEvent: problem !== undefined,
  }
}

const COUNTED_MOST = 10_000

/** A row that no event can be made of is named and passed over: tried again, it would hold up all that come after it. */
const eventsOf = ({ before, after }: Change): readonly OrderEvent[] | undefined => {
  try {
    return after && orderEvents(before, after)
  } catch {
    return undefined
  }
}

const metricsOf = (changes: readonly (readonly OrderEvent[] | undefined)[]): Metrics => {
  const names = changes.flatMap((events) => events?.map(({ metric }) => metric) ?? ['unworded'])
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, count(all.length)]))
}

const count = (value: number) => ({ value, unit: 'Count' }) as const

/**
 * Tells the bus once more how orders stand, where that is something to tell. No metric counts it: these events were
 * counted when they came to be.
 */
export const publishAgain = async (
  keys: readonly OrderKey[],
  { ledger, bus }: { readonly ledger: Pick<Ledger, 'read'>; readonly bus: EventBus },
): Promise<Replied> => {
  const rows = await Promise.all(keys.map((key) => ledger.read(rowKey(key))))
  const standing = rows.map((row) => (row ? eventsOfRow(row) : []))
  const problem = await putAll(standing.flat(), bus)
  const orders = keys.map((key, i) => ({ ...key, told: standing[i]?.map(({ detailType }) => detailType) ?? [] }))
  return {
    reply: problem ? { status: 503, body: { detail: problem } } : { status: 200, body: { orders } },
    log: { via: 'announce', orders: orders.length, events: standing.flat().length },
    throwsByEvent: problem !== undefined,
  }
}

/** Gives what the bus says where it did not take all; a batch that it refuses holds up no other. */
const putAll = async (events: readonly BusEvent[], bus: EventBus): Promise<string | undefined> => {
  const batches = Array.from({ length: Math.ceil(events.length / BUS_BATCH) }, (_, i) =>
    events.slice(i * BUS_BATCH, (i + 1) * BUS_BATCH),
  )
  const problems = await Promise.all(batches.map((batch) => putBatch(batch, bus)))
  return problems.find((problem) => problem !== undefined)
}

const putBatch = async (batch: readonly BusEvent[], bus: EventBus): Promise<string | undefined> => {
  try {
    return (await bus.put(batch)).length > 0 ? 'the event bus refused entries' : undefined
  } catch (error) {
    if (error instanceof UnavailableError) return error.message
    throw error
  }
}
