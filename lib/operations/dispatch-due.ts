import pLimit, { type LimitFunction } from 'p-limit'
import { BUS_BATCH, type EventBus } from '../aws/event-bus.ts'
import type { DueFrom, DueRow, Ledger } from '../aws/ledger.ts'
import { dueBusEvent } from '../ledger/due-event.ts'
import { dueKey, readRowKey, SHARDS, waitingKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import type { OperationResult } from './result.ts'

export type DispatchDeps = {
  readonly ledger: Pick<Ledger, 'due'>
  readonly bus: EventBus
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** What one run did for one merchant. Counts are rows; `stayed` counts those that were seen, `more` says there are others. */
export type DispatchReport = {
  readonly mchid: string
  readonly dispatched: number
  /** The bus did not take them: they stay due. */
  readonly refused: number
  readonly stayed: number
  readonly more: boolean
  /** How long the oldest due row had waited, ms; rows that only wait are not meant. */
  readonly lag: number
  readonly error?: string
}

/** Rows held in memory at once, all merchants together. */
const ROWS_IN_MEMORY = 40_000
const PAGE_MOST = 1000
const PAGE_LEAST = 25
const PUTS_IN_FLIGHT = 16

/**
 * Puts one due event for each row that is due. Each merchant has its own pace and is served beside the others, oldest row
 * first and rows that only wait last, until nothing is due or the time is over. A failing merchant holds up no other.
 */
export const dispatchDue = async (
  mchids: readonly string[],
  deps: DispatchDeps,
): Promise<readonly DispatchReport[]> => {
  const startedAt = deps.now()
  const pageSize = Math.max(PAGE_LEAST, Math.min(PAGE_MOST, Math.floor(ROWS_IN_MEMORY / (mchids.length * SHARDS))))
  const inTurn = pLimit(PUTS_IN_FLIGHT)
  return Promise.all(
    mchids.map((mchid) => {
      const lane = (key: typeof dueKey) => oldestFirst(keysOf(mchid, key), startedAt, pageSize, deps)
      const queue = waitingLast(lane(dueKey), lane(waitingKey))
      return dispatchMerchant(mchid, queue, startedAt + LIMITS.reconcileDispatch, inTurn, deps)
    }),
  )
}

/** The reports as answer, log line and metrics: one line even when nothing was due, since silence is an alarm. */
export const dispatchResult = (reports: readonly DispatchReport[]): OperationResult => {
  const sum = (of: (report: DispatchReport) => number) => reports.reduce((total, report) => total + of(report), 0)
  const dispatched = sum((report) => report.dispatched)
  const refused = sum((report) => report.refused)
  const stayed = sum((report) => report.stayed)
  const lag = Math.max(0, ...reports.map((report) => report.lag))
  const busy = reports.filter((report) => report.dispatched + report.refused + report.stayed > 0 || report.error)
  return {
    reply: { status: 200, body: { dispatched, refused, stayed, lag, merchants: busy } },
    log: { merchants: busy },
    metrics: {
      dispatched: { value: dispatched, unit: 'Count' },
      refused: { value: refused, unit: 'Count' },
      stayed: { value: stayed, unit: 'Count' },
      oldest_lag: { value: lag, unit: 'Milliseconds' },
      merchants_failed: { value: sum((report) => (report.error ? 1 : 0)), unit: 'Count' },
    },
  }
}

const dispatchMerchant = async (
  mchid: string,
  queue: DueQueue,
  endsAt: number,
  inTurn: LimitFunction,
  { bus, now, sleep }: DispatchDeps,
): Promise<DispatchReport> => {
  const startedAt = now()
  let dispatched = 0
  let refused = 0
  const report = (error?: unknown): DispatchReport => {
    const oldest = queue.oldest()
    const lag = oldest === undefined ? 0 : startedAt - oldest
    const reason = error === undefined ? {} : { error: error instanceof Error ? error.message : 'unknown' }
    return { mchid, dispatched, refused, ...queue.left(), lag, ...reason }
  }
  try {
    while (now() < endsAt) {
      const rows = await queue.take(BUS_BATCH)
      if (rows.length === 0) break
      // Counted from the put itself: after a long wait for its turn the next one would follow at once.
      let putAt = now()
      const failed = await inTurn(() => {
        putAt = now()
        return bus.put(rows.map(dueEventOf)).then((back) => back.length)
      }).catch(() => rows.length)
      dispatched += rows.length - failed
      refused += failed
      if (rows.length < BUS_BATCH) break
      await sleep(Math.max(0, putAt + (BUS_BATCH * 1000) / LIMITS.dispatchesPerSecond - now()))
    }
    return report()
  } catch (error) {
    return report(error)
  }
}

const dueEventOf = ({ pk, next }: DueRow) => dueBusEvent({ ...readRowKey(pk), next })

type DueQueue = {
  /** The oldest rows, fewer than `count` only when no more are due. */
  readonly take: (count: number) => Promise<readonly DueRow[]>
  /** What was read and not taken, and whether there is more to read. */
  readonly left: () => { readonly stayed: number; readonly more: boolean }
  /** Since when the first row that was taken had been due; undefined when none was. */
  readonly oldest: () => number | undefined
}

/** Nothing is read of the rows that wait before all others were taken. */
const waitingLast = (others: DueQueue, waiting: DueQueue): DueQueue => {
  let isBegun = false
  const take = async (count: number): Promise<readonly DueRow[]> => {
    const rows = isBegun ? [] : await others.take(count)
    if (rows.length === count) return rows
    isBegun = true
    return [...rows, ...(await waiting.take(count - rows.length))]
  }
  const left = () => {
    const { stayed, more } = others.left()
    const behind = isBegun ? waiting.left() : { stayed: 0, more: false }
    return { stayed: stayed + behind.stayed, more: more || behind.more }
  }
  return { take, left, oldest: others.oldest }
}

type Shard = { readonly key: string; rows: DueRow[]; from: DueFrom | undefined; isRead: boolean }

const keysOf = (mchid: string, key: typeof dueKey): readonly string[] =>
  Array.from({ length: SHARDS }, (_, shard) => key(mchid, shard))

/** Shards as one queue, read page by page as it is taken from. */
const oldestFirst = (
  keys: readonly string[],
  now: number,
  pageSize: number,
  { ledger }: Pick<DispatchDeps, 'ledger'>,
): DueQueue => {
  const shards: Shard[] = keys.map((key) => ({ key, rows: [], from: undefined, isRead: false }))

  const fill = async (shard: Shard): Promise<void> => {
    while (shard.rows.length === 0 && !shard.isRead) {
      const page = await ledger.due(shard.key, now, pageSize, shard.from)
      shard.rows = page.rows.toReversed()
      shard.from = page.from
      shard.isRead = page.from === undefined
    }
  }

  let dueSince: number | undefined
  const take = async (count: number): Promise<readonly DueRow[]> => {
    const taken: DueRow[] = []
    while (taken.length < count) {
      await Promise.all(shards.map(fill))
      const oldest = shards.reduce((a, b) => (headOf(a) <= headOf(b) ? a : b))
      const row = oldest.rows.pop()
      if (!row) break
      dueSince ??= row.due_at
      taken.push(row)
    }
    return taken
  }

  const left = () => ({
    stayed: shards.reduce((sum, { rows }) => sum + rows.length, 0),
    more: shards.some(({ isRead }) => !isRead),
  })

  return { take, left, oldest: () => dueSince }
}

/** Rows lie with the oldest last, where it is cheap to take. */
const headOf = ({ rows }: Shard): number => rows.at(-1)?.due_at ?? Number.POSITIVE_INFINITY
