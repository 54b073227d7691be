import type { EventBus } from '../../../lib/aws/event-bus.ts'
import type { DuePage, Ledger } from '../../../lib/aws/ledger.ts'
import { dueKey, SHARDS } from '../../../lib/ledger/row.ts'

/**
 * Generated due rows: they are made when a page is read and disappear after their dispatch, so that any number needs no
 * memory.
 */
export type CannedDue = {
  readonly ledger: Pick<Ledger, 'due'>
  /** The due events that a bus receives. Their rows are no longer due. */
  readonly take: (events: Parameters<EventBus['put']>[0]) => void
  readonly left: () => number
}

/** They became due long ago, one millisecond after the other. */
const FIRST_DUE_AT = 1_795_449_600_000

export const cannedDue = (mchids: readonly string[], rowsEach: number): CannedDue => {
  const perShard = Math.ceil(rowsEach / SHARDS)
  const taken = new Map(mchids.flatMap((mchid) => shardsOf(mchid).map((key) => [key, 0])))
  let left = mchids.length * perShard * SHARDS

  const page = (key: string, limit: number, from: number): DuePage => {
    // No row is due in the future.
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
        // The earliest row comes first, so a dispatched row is the next one of its shard.
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
