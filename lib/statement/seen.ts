import { createHash } from 'node:crypto'

/** The order numbers of one statement, as hashes of 64 bits in memory that is taken once. */
export type Seen = {
  /** False when it was there already. */
  readonly add: (out_order_no: string) => boolean
  readonly has: (out_order_no: string) => boolean
}

/** @param most how many order numbers there may be */
export const createSeen = (most: number): Seen => {
  const size = 2 ** Math.ceil(Math.log2(most * 2 + 2))
  const slots = new BigUint64Array(size)
  // Touched now: memory that comes as it is filled would look like a leak.
  new Uint8Array(slots.buffer).fill(0)
  const mask = BigInt(size - 1)

  const slotOf = (hash: bigint): number => {
    let slot = Number(hash & mask)
    while (slots[slot] !== 0n && slots[slot] !== hash) slot = (slot + 1) & (size - 1)
    return slot
  }

  return {
    add: (out_order_no) => {
      const hash = hashOf(out_order_no)
      const slot = slotOf(hash)
      if (slots[slot] === hash) return false
      slots[slot] = hash
      return true
    },
    has: (out_order_no) => {
      const hash = hashOf(out_order_no)
      return slots[slotOf(hash)] === hash
    },
  }
}

/** 0 marks an empty slot. */
const hashOf = (text: string): bigint => createHash('sha256').update(text).digest().readBigUInt64LE() || 1n
