import { BUS_BATCH, type BusEvent, type EventBus } from '../aws/event-bus.ts'
import type { Ledger } from '../aws/ledger.ts'
import { UnavailableError } from '../errors.ts'
import { type OrderKey, type Row, rowKey } from '../ledger/row.ts'
import type { Metrics } from '../log.ts'
import { eventsOfRow, type OrderEvent, orderEvents } from '../views/order-events.ts'
import type { OperationResult, Replied } from './result.ts'

/**
 * One write to the ledger: the row before it, if there was one, and after it. Both are undefined if the stream record
 * cannot be read.
 */
export type Change = {
  readonly before: Row | undefined
  readonly after: Row | undefined
  /** eventID of the stream record. */
  readonly id?: string
  readonly pk?: string
}

/** Which events are published: every one, or not that WeChat Pay took a sync, which the proof follows. */
export type Outcomes = 'all' | 'ends'

/**
 * Publishes the order events of a batch from the DynamoDB stream. The metrics are logged even if the bus refused
 * events, since an alarm must not wait for the bus. In that case the invocation throws, and Lambda delivers the batch
 * again.
 * @param counted ids of the records whose metrics were logged and whose batch comes again: they are not counted twice.
 * Another sandbox does not know them and counts again; this is harmless, since the alarms ring from a count of one.
 */
export const publishOrderEvents = async (
  changes: readonly Change[],
  bus: EventBus,
  counted: Set<string> = new Set(),
  outcomes: Outcomes = 'all',
): Promise<OperationResult> => {
  const changesWithEvents = changes.map((change) => ({ change, events: eventsOf(change) }))
  const events = changesWithEvents
    .flatMap(({ events = [] }) => events)
    .filter(({ isTaken }) => outcomes === 'all' || !isTaken)
    .map(({ isTaken: _, ...event }) => event)
  const unworded = changesWithEvents.flatMap(({ change: { pk = '' }, events }) => (events ? [] : [{ pk }]))
  const uncounted = changesWithEvents.filter(({ change: { id } }) => id === undefined || !counted.has(id))

  const problem = await putAll(events, bus)
  if (counted.size > MAX_COUNTED_IDS) counted.clear()
  for (const { id } of changes) if (id !== undefined) problem ? counted.add(id) : counted.delete(id)
  return {
    ...(problem && { reply: { status: 503, body: { detail: problem } } }),
    log: { changes: changes.length, events: events.length, ...(unworded.length > 0 && { unworded }) },
    metrics: metricsOf(uncounted.map(({ events }) => events)),
    throwsByEvent: problem !== undefined,
  }
}

const MAX_COUNTED_IDS = 10_000

/**
 * Returns undefined for a row that no event can be made of. The row is logged and skipped: if the batch were retried,
 * it would block all later records of the shard.
 */
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
 * Publishes the present state of orders again, if there is an event for it. No metric counts these events: they were
 * counted when they first happened.
 */
export const publishAgain = async (
  keys: readonly OrderKey[],
  { ledger, bus }: { readonly ledger: Pick<Ledger, 'read'>; readonly bus: EventBus },
): Promise<Replied> => {
  const rows = await Promise.all(keys.map((key) => ledger.read(rowKey(key))))
  const eventsByOrder = rows.map((row) => (row ? eventsOfRow(row) : []))
  const problem = await putAll(eventsByOrder.flat(), bus)
  const orders = keys.map((key, i) => ({ ...key, told: eventsByOrder[i]?.map(({ detailType }) => detailType) ?? [] }))
  return {
    reply: problem ? { status: 503, body: { detail: problem } } : { status: 200, body: { orders } },
    log: { via: 'announce', orders: orders.length, events: eventsByOrder.flat().length },
    throwsByEvent: problem !== undefined,
  }
}

/**
 * Returns an error text if the bus did not take every event. Each batch of PutEvents is sent even if another one fails.
 */
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
