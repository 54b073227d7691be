import type { EventBus } from '../../../lib/aws/event-bus.ts'
import type { DuePage, Ledger } from '../../../lib/aws/ledger.ts'
import { dueKey, SHARDS } from '../../../lib/ledger/row.ts'

/** Due rows that are made when a page is asked for, and gone once they were dispatched: any number takes no memory. */
export type CannedDue = {
  readonly ledger: Pick<Ledger, 'due'>
  /** What a bus does with due events: their rows are not due any more. */
  readonly take: (events: Parameters<EventBus['put']>[0]) => void
  readonly left: () => number
}

/** All of them became due long ago, a millisecond after each other. */
const FIRST_DUE_AT = 1_795_449_600_000

export const cannedDue = (mchids: readonly string[], rowsEach: number): CannedDue => {
  const perShard = Math.ceil(rowsEach / SHARDS)
  const taken = new Map(mchids.flatMap((mchid) => shardsOf(mchid).map((key) => [key, 0])))
  let left = mchids.length * perShard * SHARDS

  const page = (key: string, limit: number, from: number): DuePage => {
    // None of them only waits.
    if (!taken.has(key)) return { rows: [] }
    const count = Math.max(0, Math.min(limit, perShard - from))
    const [mchid = '', shard = ''] = key.split('#')
    const rows = Array.from({ length: count }, (_, i) => ({
      pk: `${mchid}#${shard}-${from + i}`,
      state: 'PENDING' as const,
      next: 'query' as const,
      due_at: FIRST_DUE_AT + from + i,
      created_at: FIRST_DUE_AT - 60_000,
    }))
    const isLast = from + count >= perShard
    return { rows, ...(!isLast && { from: { n: { N: String(from + count) } } }) }
  }

  return {
    ledger: {
      due: async (key, _now, limit, from) => page(key, limit, from ? Number(from.n?.N) : (taken.get(key) ?? 0)),
    },
    take: (events) => {
      for (const { detail } of events) {
        const { mchid, out_order_no } = detail as { readonly mchid: string; readonly out_order_no: string }
        const [shard = '', number = ''] = out_order_no.split('-')
        const key = `${mchid}#${shard}`
        // Oldest first: whatever is dispatched is the next one of its shard.
        if (taken.get(key) !== Number(number)) throw new Error(`${key} gave ${number}, not ${taken.get(key)}`)
        taken.set(key, Number(number) + 1)
      }
      left -= events.length
    },
    left: () => left,
  }
}

const shardsOf = (mchid: string): readonly string[] =>
  Array.from({ length: SHARDS }, (_, shard) => dueKey(mchid, shard))
