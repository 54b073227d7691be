import type { DuePage, DueRow, Ledger } from '../../../lib/aws/ledger.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { changed, holds } from '../../support/plain-ledger.ts'

/** Called with each write before the writer gets its response. */
export type OnApplied = (transition: Transition, before: Row | undefined, after: Row) => void

const BUCKET_MS = 1000

/** A ledger in memory with the index of due rows, fast enough for hundreds of thousands of rows. */
export const indexedLedger = (onApplied: OnApplied = () => {}) => {
  const rows = new Map<string, Row>()
  const index = createDueIndex()

  const ledger: Ledger = {
    read: async (pk) => rows.get(pk),
    apply: async (transition) => {
      const before = rows.get(transition.pk)
      if (!holds(transition.when, before)) return transition.otherwise && ledger.apply(transition.otherwise)
      const after = changed(transition, before) as Row // a transition gives a complete row
      rows.set(after.pk, after)
      index.move(before, after)
      onApplied(transition, before, after)
      return { transition, row: after }
    },
    due: async (key, now, limit, from) => index.page(key, now, limit, from?.pk?.S, Number(from?.due_at?.N ?? 0)),
    count: async () => 1,
    recordKnownParty: async () => undefined,
    recordAbsentOrder: async () => ({ isKnown: true, absent: 0 }),
  }

  return { ledger, rows }
}

/** By index key and second of due_at, so that moving a row needs no search. */
const createDueIndex = () => {
  const keys = new Map<string, Map<number, Map<string, Row>>>()

  const bucketOf = (due_at: number): number => Math.floor(due_at / BUCKET_MS)

  const take = ({ pk, due, due_at }: Row): void => {
    if (due === undefined || due_at === undefined) return
    const buckets = keys.get(due)
    const bucket = buckets?.get(bucketOf(due_at))
    bucket?.delete(pk)
    if (bucket?.size === 0) buckets?.delete(bucketOf(due_at))
  }

  const put = (row: Row): void => {
    const { pk, due, due_at } = row
    if (due === undefined || due_at === undefined) return
    const buckets = keys.get(due) ?? new Map<number, Map<string, Row>>()
    keys.set(due, buckets)
    const bucket = buckets.get(bucketOf(due_at)) ?? new Map<string, Row>()
    buckets.set(bucketOf(due_at), bucket)
    bucket.set(pk, row)
  }

  const page = (key: string, now: number, limit: number, afterPk = '', afterDueAt = 0): DuePage => {
    const buckets = keys.get(key) ?? new Map<number, Map<string, Row>>()
    const numbers = [...buckets.keys()].filter((number) => number <= bucketOf(now) && number >= bucketOf(afterDueAt))
    const found: DueRow[] = []
    for (const number of numbers.sort((a, b) => a - b)) {
      if (found.length > limit) break
      const inside = [...(buckets.get(number)?.values() ?? [])].map(dueRow).sort(byDueAt)
      for (const row of inside)
        if (row.due_at <= now && (row.due_at > afterDueAt || (row.due_at === afterDueAt && row.pk > afterPk)))
          found.push(row)
    }
    const rows = found.slice(0, limit)
    const last = rows.at(-1)
    if (found.length <= limit || !last) return { rows }
    return { rows, from: { pk: { S: last.pk }, due: { S: key }, due_at: { N: String(last.due_at) } } }
  }

  return {
    page,
    move: (before: Row | undefined, after: Row): void => {
      if (before) take(before)
      put(after)
    },
  }
}

const dueRow = ({ pk, state, created_at, next, due_at }: Row): DueRow => {
  if (next === undefined || due_at === undefined) throw new TypeError(`${pk} is in the index and has nothing to do`)
  return { pk, state, created_at, next, due_at }
}

const byDueAt = (a: DueRow, b: DueRow): number => a.due_at - b.due_at || (a.pk < b.pk ? -1 : 1)
