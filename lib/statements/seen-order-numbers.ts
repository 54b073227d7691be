import { createHash } from 'node:crypto'

/** What a line says about its order: line number, amount in fen, and time as 8 or 14 digits. */
export type Telling = { readonly line: number; readonly amount: number | undefined; readonly paid_time: string }

/** The order numbers of one statement, as 64-bit hashes in memory of fixed size, each with its first line. */
export type Seen = {
  /** Undefined for a new order number; otherwise what its first line said. */
  readonly add: (out_order_no: string, telling: Telling) => Telling | undefined
  readonly has: (out_order_no: string) => boolean
}

/** @param most the maximum number of order numbers */
export const createSeen = (most: number): Seen => {
  const size = 2 ** Math.ceil(Math.log2(most * 2 + 2))
  const slots = new BigUint64Array(size)
  const [lines, amounts, times] = [new Uint32Array(most + 1), new Float64Array(most + 1), new Float64Array(most + 1)]
  const places = new Uint32Array(size)
  // Writes every page now, so that memory which grows later is a leak. A Map of 200,000 grows to 33 MB, this takes 10
  // MB.
  for (const { buffer } of [slots, lines, amounts, times, places]) new Uint8Array(buffer).fill(0)
  const mask = BigInt(size - 1)
  let count = 0

  const slotOf = (hash: bigint): number => {
    let slot = Number(hash & mask)
    while (slots[slot] !== 0n && slots[slot] !== hash) slot = (slot + 1) & (size - 1)
    return slot
  }

  return {
    add: (out_order_no, { line, amount, paid_time }) => {
      const hash = hashOf(out_order_no)
      const slot = slotOf(hash)
      if (slots[slot] === hash) {
        const place = places[slot] ?? 0
        const first = amounts[place] ?? Number.NaN
        return {
          line: lines[place] ?? 0,
          amount: Number.isNaN(first) ? undefined : first,
          paid_time: String(times[place]),
        }
      }
      slots[slot] = hash
      places[slot] = count
      lines[count] = line
      amounts[count] = amount ?? Number.NaN
      times[count] = Number(paid_time)
      count += 1
      return undefined
    },
    has: (out_order_no) => {
      const hash = hashOf(out_order_no)
      return slots[slotOf(hash)] === hash
    },
  }
}

/** 0 is reserved for an empty slot. */
const hashOf = (text: string): bigint => createHash('sha256').update(text).digest().readBigUInt64LE() || 1n
