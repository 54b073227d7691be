import { setImmediate as turn } from 'node:timers/promises'
import type { BusEvent } from '../../lib/aws/event-bus.ts'
import type { DueFrom, DueRow } from '../../lib/aws/ledger.ts'
import { type DispatchDeps, type DispatchReport, dispatchDue } from '../../lib/operations/dispatch-due.ts'
import { NOW } from '../support/orders.ts'

type Page = { readonly at: number; readonly key: string; readonly limit: number }
type Put = { readonly at: number; readonly events: readonly BusEvent[] }

/** A due row of a merchant: its order number, its shard, and how long it has been due. */
export const dueRow = (out_order_no: string, shard: number, dueForMs: number, mchid = '1900000109') => ({
  pk: `${mchid}#${out_order_no}`,
  state: 'PENDING' as const,
  next: 'sync' as const,
  created_at: NOW - 3_600_000,
  due: `${mchid}#${shard}`,
  due_at: NOW - dueForMs,
})

type Given = {
  readonly rows?: readonly (DueRow & { readonly due: string })[]
  /** What the bus does with one batch, and how long it takes for it. */
  readonly put?: (events: readonly BusEvent[], sleep: (ms: number) => Promise<void>) => Promise<readonly BusEvent[]>
  readonly due?: (key: string) => Promise<void>
}

/** The world of a dispatch: an index of rows, a bus, and a clock that moves on when everybody waits. */
export const dispatchWorld = ({ rows = [], put = async () => [], due = async () => {} }: Given) => {
  let now = NOW
  const sleepers: { readonly until: number; readonly wake: () => void }[] = []
  const pages: Page[] = []
  const puts: Put[] = []
  const index = Map.groupBy(rows, (row) => row.due)
  for (const shard of index.values()) shard.sort((a, b) => a.due_at - b.due_at)

  const sleep = (ms: number) => new Promise<void>((wake) => sleepers.push({ until: now + ms, wake }))

  const deps: DispatchDeps = {
    ledger: {
      due: async (key, until, limit, from) => {
        pages.push({ at: now - NOW, key, limit })
        await due(key)
        const start = Number(from?.place?.N ?? 0)
        const found = (index.get(key) ?? []).filter((row) => row.due_at <= until)
        const next: DueFrom = { place: { N: String(start + limit) } }
        return { rows: found.slice(start, start + limit), ...(start + limit < found.length && { from: next }) }
      },
    },
    bus: {
      put: async (events) => {
        puts.push({ at: now - NOW, events })
        return put(events, sleep)
      },
    },
    now: () => now,
    sleep,
  }

  /** Dispatches, and moves the clock on to the next sleeper whenever nobody can go on without it. */
  const dispatch = async (mchids: readonly string[]): Promise<readonly DispatchReport[]> => {
    let reports: readonly DispatchReport[] | undefined
    const done = dispatchDue(mchids, deps).then((all) => {
      reports = all
    })
    while (!reports) {
      await turn()
      sleepers.sort((a, b) => a.until - b.until)
      const next = sleepers.shift()
      if (!next) continue
      now = next.until
      next.wake()
    }
    await done
    return reports
  }

  return { dispatch, pages, puts, clock: { passed: () => now - NOW } }
}
