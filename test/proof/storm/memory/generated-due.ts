import type { BusEvent } from '../../../../lib/aws/event-bus.ts'
import type { DuePage, Ledger } from '../../../../lib/aws/ledger.ts'
import { dueKey } from '../../../../lib/ledger/row.ts'
import { LIMITS } from '../../../../lib/limits.ts'

/** They became due long ago, one millisecond after the other. */
const FIRST_DUE_AT = 1_795_449_600_000

/**
 * Generated due rows: they are made when a page is read and disappear after their dispatch, so that any number needs no
 * memory.
 */
export const generatedDue = (mchids: readonly string[], rowsEach: number) => {
  const perShard = Math.ceil(rowsEach / LIMITS.shards)
  const shards = Array.from({ length: LIMITS.shards }, (_, shard) => shard)
  const taken = new Map(mchids.flatMap((mchid) => shards.map((shard) => [dueKey(mchid, shard), 0])))
  let left = taken.size * perShard

  const page = (key: string, limit: number, from: number): DuePage => {
    // No row is due in the future.
    if (!taken.has(key)) return { rows: [] }
    const rows = Array.from({ length: Math.max(0, Math.min(limit, perShard - from)) }, (_, i) => ({
      pk: `${key}-${from + i}`,
      state: 'PENDING' as const,
      next: 'query' as const,
      due_at: FIRST_DUE_AT + from + i,
      created_at: FIRST_DUE_AT - 60_000,
    }))
    const end = from + rows.length
    return { rows, ...(end < perShard && { from: { n: { N: String(end) } } }) }
  }

  const ledger: Pick<Ledger, 'due'> = {
    due: async (key, _now, limit, from) => page(key, limit, from ? Number(from.n?.N) : (taken.get(key) ?? 0)),
  }

  return {
    ledger,
    /** Takes the due events that a bus receives. Their rows are no longer due. */
    take: (events: readonly BusEvent[]): void => {
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
