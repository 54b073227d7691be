import { dueKeyOf } from '../../../lib/ledger/row.ts'

/** Order numbers as tills make them. */
const NUMBERS: readonly ((i: number) => string)[] = [
  (i) => `20261124${String(i).padStart(8, '0')}`,
  (i) => `SHOP${i % 1000}-${i}`,
  (i) => String(4_000_000_000 + i * 7),
]

/** How evenly the index of due rows is filled: rows of the fullest shard, over those of a shard on average. */
export const fullestShard = (shards: number, orders: number): number => {
  const rows = new Map<string, number>()
  for (let i = 0; i < orders; i += 1) {
    const number = NUMBERS[i % NUMBERS.length] ?? String
    const key = dueKeyOf({ pk: `1900000109#${number(i)}`, shards })
    rows.set(key, (rows.get(key) ?? 0) + 1)
  }
  return (Math.max(...rows.values()) * shards) / orders
}
