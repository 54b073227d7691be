import { pack, unpack, WORDS, type World } from './world.ts'

/** The number of a state, in the order in which the states were found. */
export type StateId = number

export type States = ReturnType<typeof createStates>

/** All states found, each once and with its parent: an open-addressing hash table over typed arrays. */
export const createStates = () => {
  let capacity = 1 << 12
  let words = new Int32Array(capacity * WORDS)
  let parents = new Int32Array(capacity)
  let slots = new Int32Array(capacity * 2)
  let count = 0
  const probe = new Int32Array(WORDS)

  const grow = (): void => {
    capacity *= 2
    words = copyOf(words, capacity * WORDS)
    parents = copyOf(parents, capacity)
    slots = new Int32Array(capacity * 2)
    for (let id = 0; id < count; id++) {
      let slot = hash(words, id * WORDS) & (slots.length - 1)
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = id + 1
    }
  }

  const isSame = (id: StateId): boolean => {
    for (let i = 0; i < WORDS; i++) if (words[id * WORDS + i] !== probe[i]) return false
    return true
  }

  /** The number of this state; a new number if it was not found before. */
  const meet = (world: World, parent: StateId): StateId => {
    pack(world, probe, 0)
    let slot = hash(probe, 0) & (slots.length - 1)
    for (let taken = slots[slot] ?? 0; taken !== 0; taken = slots[slot] ?? 0) {
      if (isSame(taken - 1)) return taken - 1
      slot = (slot + 1) & (slots.length - 1)
    }
    const id = count
    words.set(probe, id * WORDS)
    parents[id] = parent
    slots[slot] = id + 1
    count += 1
    if (count === capacity) grow()
    return id
  }

  return {
    meet,
    at: (id: StateId): World => unpack(words, id * WORDS),
    parentOf: (id: StateId): StateId => parents[id] ?? -1,
    count: () => count,
    bytes: () => words.byteLength + parents.byteLength + slots.byteLength,
  }
}

const copyOf = (numbers: Int32Array, length: number): Int32Array<ArrayBuffer> => {
  const copy = new Int32Array(length)
  copy.set(numbers)
  return copy
}

const hash = (numbers: Int32Array, at: number): number => {
  let h = 0
  for (let i = 0; i < WORDS; i++) {
    h = Math.imul(h ^ (numbers[at + i] ?? 0), 0x9e3779b1)
    h ^= h >>> 15
  }
  return h >>> 0
}
