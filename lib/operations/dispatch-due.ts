import pLimit, { type LimitFunction } from 'p-limit'
import type { DueKeys } from '../aws/due-keys.ts'
import { BUS_BATCH, type EventBus } from '../aws/event-bus.ts'
import type { DueFrom, Ledger } from '../aws/ledger.ts'
import type { PacedSigner } from '../config/served.ts'
import { dueBusEvent } from '../ledger/due-event.ts'
import { dueKey, isWaitingKey, readRowKey, waitingKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import { type DueQueue, fairShares, type QueuedRow } from './fair-shares.ts'
import type { OperationResult } from './result.ts'

export type DispatchDeps = {
  readonly ledger: Pick<Ledger, 'due'>
  readonly dueKeys: DueKeys
  readonly bus: EventBus
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/**
 * What one run did for one signer, in rows. `stayed` counts rows that were read but not dispatched; `more` says that
 * not every row was read.
 */
export type DispatchReport = {
  readonly mchid: string
  readonly dispatched: number
  /** EventBridge did not take the event: the row stays due. */
  readonly refused: number
  readonly stayed: number
  readonly more: boolean
  /** How long the oldest due row had waited, in ms; rows that only wait do not count. */
  readonly lag: number
  readonly error?: string
}

/** Rows in memory at the same time, of all signers together: of pages, and as many that wait for their shop's turn. */
const ROWS_IN_MEMORY = 40_000
/** Rows that one run reads to find those of other shops behind those of one, for all signers together. */
const ROWS_READ_AHEAD = 200_000
const MAX_PAGE_SIZE = 1000
const MIN_PAGE_SIZE = 25
export const PUTS_IN_FLIGHT = 16
/** Queries of the index at the same time: each has a socket, and thousands of them would fill the memory. */
const QUERIES_IN_FLIGHT = 64

/**
 * Puts one due event on the bus for each row that is due. All signers are served concurrently, each at its own rate,
 * the oldest row first, of a provider in turns of its shops, and rows that only wait last, until no row is due or the
 * time is over. If one fails, the others continue.
 */
export const dispatchDue = async (
  signers: readonly PacedSigner[],
  deps: DispatchDeps,
): Promise<readonly DispatchReport[]> => {
  const startedAt = deps.now()
  const lanes = await lanesOf(signers, startedAt, deps)
  const kept = Math.floor(ROWS_IN_MEMORY / lanes.length)
  const read = Math.floor(ROWS_READ_AHEAD / lanes.length)
  const limitPuts = pLimit(PUTS_IN_FLIGHT)
  const limitQueries = pLimit(QUERIES_IN_FLIGHT)
  const due: Ledger['due'] = (...asked) => limitQueries(() => deps.ledger.due(...asked))
  const pageSize = pageSizeOf(lanes)
  return Promise.all(
    lanes.map(({ signer, others, waiting }) => {
      const ofOne = (signer.pace * LIMITS.reconcileDispatch) / 1000
      const lane = (keys: readonly string[]) =>
        fairShares(signer.mchid, oldestFirst(keys, startedAt, pageSize, due), { kept, read, ofOne })
      const queue = waitingLast(lane(others), lane(waiting))
      return dispatchSigner(signer, queue, startedAt + LIMITS.reconcileDispatch, limitPuts, deps)
    }),
  )
}

/** The keys of the index to ask for one signer: of rows that only wait, and of all others. */
type Lanes = { readonly signer: PacedSigner; readonly others: readonly string[]; readonly waiting: readonly string[] }

/** A page of a scan is 1 MB of the index, and costs as much as so many queries that find nothing. */
const QUERIES_OF_A_PAGE = 256

/**
 * Every key of every signer, or only those under which something is due, where to find them out costs no more than to
 * ask all: a thousand signers have ten thousand keys, and hardly any of them has a row that is due.
 */
const lanesOf = async (
  signers: readonly PacedSigner[],
  now: number,
  deps: Pick<DispatchDeps, 'dueKeys'>,
): Promise<readonly Lanes[]> => {
  const all = signers.map((signer) => ({
    signer,
    others: keysOf(signer, dueKey, now),
    waiting: keysOf(signer, waitingKey, now),
  }))
  const count = all.reduce((sum, { others, waiting }) => sum + others.length + waiting.length, 0)
  const found = await findDueKeys(Math.floor(count / QUERIES_OF_A_PAGE), now, deps)
  if (!found) return all
  const bySigner = Map.groupBy(found, (key) => key.slice(0, key.indexOf('#')))
  return signers.map((signer) => {
    const own = bySigner.get(signer.mchid) ?? []
    return { signer, others: own.filter((key) => !isWaitingKey(key)), waiting: own.filter(isWaitingKey) }
  })
}

/** Undefined where the index has more pages, or cannot be read as a whole: then all keys are asked. */
const findDueKeys = async (
  mostPages: number,
  now: number,
  { dueKeys }: Pick<DispatchDeps, 'dueKeys'>,
): Promise<ReadonlySet<string> | undefined> => {
  if (mostPages === 0) return undefined
  const found = new Set<string>()
  let pages = 0
  try {
    for await (const keys of dueKeys(now)) {
      pages += 1
      if (pages > mostPages) return undefined
      for (const key of keys) found.add(key)
    }
  } catch {
    return undefined
  }
  return found
}

/** The rows of a lane are in memory at the same time, a page of each key. */
const pageSizeOf = (lanes: readonly Lanes[]): number => {
  const keys = (of: (lane: Lanes) => readonly string[]) => lanes.reduce((sum, lane) => sum + of(lane).length, 0)
  const most = Math.max(
    keys(({ others }) => others),
    keys(({ waiting }) => waiting),
  )
  return Math.max(MIN_PAGE_SIZE, Math.min(MAX_PAGE_SIZE, Math.floor(ROWS_IN_MEMORY / most)))
}

/**
 * The reports as reply, log line and metrics. There is a line even when no row was due: its absence raises an alarm.
 */
export const dispatchResult = (reports: readonly DispatchReport[]): OperationResult => {
  const sum = (value: (report: DispatchReport) => number) => reports.reduce((total, report) => total + value(report), 0)
  const dispatched = sum((report) => report.dispatched)
  const refused = sum((report) => report.refused)
  const stayed = sum((report) => report.stayed)
  const lag = Math.max(0, ...reports.map((report) => report.lag))
  const active = reports.filter((report) => report.dispatched + report.refused + report.stayed > 0 || report.error)
  return {
    reply: { status: 200, body: { dispatched, refused, stayed, lag, merchants: active } },
    log: { merchants: active },
    metrics: {
      dispatched: { value: dispatched, unit: 'Count' },
      refused: { value: refused, unit: 'Count' },
      stayed: { value: stayed, unit: 'Count' },
      oldest_lag: { value: lag, unit: 'Milliseconds' },
      merchants_failed: { value: sum((report) => (report.error ? 1 : 0)), unit: 'Count' },
    },
  }
}

const dispatchSigner = async (
  { mchid, pace }: PacedSigner,
  queue: DueQueue,
  endsAt: number,
  limitPuts: LimitFunction,
  { bus, now, sleep }: DispatchDeps,
): Promise<DispatchReport> => {
  const startedAt = now()
  const batch = batchOf(pace)
  const puts = new Set<Promise<void>>()
  let dispatched = 0
  let refused = 0
  const report = async (error?: unknown): Promise<DispatchReport> => {
    await Promise.all(puts)
    const oldest = queue.oldest()
    const lag = oldest === undefined ? 0 : startedAt - oldest
    const reason = error === undefined ? {} : { error: error instanceof Error ? error.message : 'unknown' }
    return { mchid, dispatched, refused, ...queue.left(), lag, ...reason }
  }
  /** Waits until PutEvents begins, not until it ends: at a high pace several are under way. Returns when it began. */
  const beginPut = (rows: readonly QueuedRow[]): Promise<number> => {
    const begun = Promise.withResolvers<number>()
    const put = limitPuts(() => {
      begun.resolve(now())
      return bus.put(rows.map(dueEventOf)).then((refusedEvents) => refusedEvents.length)
    })
      .catch(() => rows.length)
      .then((failed) => {
        dispatched += rows.length - failed
        refused += failed
        puts.delete(put)
      })
    puts.add(put)
    return begun.promise
  }
  try {
    while (now() < endsAt) {
      const rows = await queue.take(batch.rows)
      if (rows.length === 0) break
      // The rate counts from the start of PutEvents: after a long wait for pLimit the next batch would otherwise follow
      // at once.
      const putAt = await beginPut(rows)
      if (rows.length < batch.rows) break
      await sleep(Math.max(0, putAt + batch.everyMs - now()))
    }
    return await report()
  } catch (error) {
    return report(error)
  }
}

/** Batches of equal size at equal intervals, so that within no second there are more rows than the pace. */
const batchOf = (pace: number): { readonly rows: number; readonly everyMs: number } => {
  const batches = Math.ceil(pace / BUS_BATCH)
  return { rows: Math.floor(pace / batches), everyMs: Math.ceil(1000 / batches) }
}

const dueEventOf = ({ pk, next }: QueuedRow) => dueBusEvent({ ...readRowKey(pk), next })

/** Rows that only wait are not read until all others have been taken. */
const waitingLast = (others: DueQueue, waiting: DueQueue): DueQueue => {
  let isWaitingRead = false
  const take = async (count: number): Promise<readonly QueuedRow[]> => {
    const rows = isWaitingRead ? [] : await others.take(count)
    if (rows.length === count) return rows
    isWaitingRead = true
    return [...rows, ...(await waiting.take(count - rows.length))]
  }
  const left = () => {
    const { stayed, more } = others.left()
    const waitingLeft = isWaitingRead ? waiting.left() : { stayed: 0, more: false }
    return { stayed: stayed + waitingLeft.stayed, more: more || waitingLeft.more }
  }
  return { take, left, oldest: others.oldest }
}

type Shard = { readonly key: string; rows: QueuedRow[]; from: DueFrom | undefined; isRead: boolean }

/**
 * The shards of the signer's entry, and with each minute one of those that it could have had before: what an entry with
 * more shards has left behind is found within minutes.
 */
const keysOf = ({ mchid, shards }: PacedSigner, key: typeof dueKey, now: number): readonly string[] => {
  const former = LIMITS.shardsMost - shards
  const asked = [
    ...Array(shards).keys(),
    ...(former > 0 ? [shards + (Math.floor(now / LIMITS.reconcileEvery) % former)] : []),
  ]
  return asked.map((shard) => key(mchid, shard))
}

/** The shards as one queue that reads the index page by page. */
const oldestFirst = (keys: readonly string[], now: number, pageSize: number, due: Ledger['due']): DueQueue => {
  const shards: Shard[] = keys.map((key) => ({ key, rows: [], from: undefined, isRead: false }))

  const fill = async (shard: Shard): Promise<void> => {
    while (shard.rows.length === 0 && !shard.isRead) {
      const page = await due(shard.key, now, pageSize, shard.from)
      shard.rows = page.rows.map(({ pk, next, due_at }) => ({ pk, next, due_at })).reverse()
      shard.from = page.from
      shard.isRead = page.from === undefined
    }
  }

  let dueSince: number | undefined
  const take = async (count: number): Promise<readonly QueuedRow[]> => {
    const taken: QueuedRow[] = []
    while (taken.length < count) {
      const empty = shards.filter(({ rows, isRead }) => rows.length === 0 && !isRead)
      if (empty.length > 0) await Promise.all(empty.map(fill))
      const oldest = shards.reduce<Shard | undefined>((a, b) => (a && headOf(a) <= headOf(b) ? a : b), undefined)
      const row = oldest?.rows.pop()
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

/** A shard holds its oldest row last, since Array.pop is cheap. */
const headOf = ({ rows }: Shard): number => rows.at(-1)?.due_at ?? Number.POSITIVE_INFINITY
