import { KINDS, type Kind } from './model.ts'
import type { StateId } from './states.ts'

const KIND_BITS = 3

export type Graph = ReturnType<typeof createGraph>

/** All moves found, in typed arrays: from state, kind, to state. */
export const createGraph = () => {
  let edges = new Uint32Array(1 << 14)
  let starts = new Uint32Array(1 << 12)
  let count = 0
  let states = 0

  /** The following moves start at the next state. */
  const begin = (): void => {
    if (states + 1 >= starts.length) starts = copyOf(starts, starts.length * 2)
    starts[states] = count
    states += 1
    starts[states] = count
  }

  const add = (kind: Kind, to: StateId): void => {
    if (count === edges.length) edges = copyOf(edges, count * 2)
    edges[count] = (to << KIND_BITS) | KINDS.indexOf(kind)
    count += 1
    starts[states] = count
  }

  /** Whether a move of these kinds leads from a state to one with this property. */
  const someMove = (from: StateId, kinds: KindSet, is: (to: StateId) => boolean): boolean => {
    for (let i = starts[from] ?? 0; i < (starts[from + 1] ?? 0); i++) {
      const edge = edges[i] ?? 0
      if ((kinds >> (edge & 7)) & 1 && is(edge >>> KIND_BITS)) return true
    }
    return false
  }

  /** From which states a move of these kinds leads to a state. */
  const backwards = (kinds: KindSet): ((to: StateId) => Uint32Array) => {
    const each = (take: (from: StateId, to: StateId) => void): void => {
      for (let from = 0; from < states; from++)
        someMove(from, kinds, (to) => {
          take(from, to)
          return false
        })
    }
    const ends = new Uint32Array(states + 1)
    each((_, to) => raise(ends, to + 1, 1))
    for (let id = 0; id < states; id++) raise(ends, id + 1, ends[id] ?? 0)
    const filled = ends.slice()
    const befores = new Uint32Array(ends[states] ?? 0)
    each((from, to) => {
      befores[raise(filled, to, 1)] = from
    })
    return (to) => befores.subarray(ends[to], ends[to + 1])
  }

  return { begin, add, someMove, backwards, count: () => count, bytes: () => edges.byteLength + starts.byteLength }
}

/** A set of kinds, one bit each. */
export type KindSet = number
export const kinds = (...some: readonly Kind[]): KindSet =>
  some.reduce((set, kind) => set | (1 << KINDS.indexOf(kind)), 0)

/** Moves without a further fault and without a person. */
const UNAIDED = kinds('step', 'call', 'wait')
const WITHOUT_WAIT = kinds('step', 'call')

/** The number of states, and the first one, from which no finished state can be reached without help. */
export const unfinishable = (graph: Graph, isFinished: Uint8Array): { count: number; first: StateId } => {
  const canFinish = isFinished.slice()
  const before = graph.backwards(UNAIDED)
  const found = new Uint32Array(canFinish.length)
  let count = 0
  for (let id = 0; id < canFinish.length; id++) if (canFinish[id] === 1) found[count++] = id
  for (let next = 0; next < count; next++)
    for (const from of before(found[next] ?? 0))
      if (canFinish[from] === 0) {
        canFinish[from] = 1
        found[count++] = from
      }
  const first = canFinish.indexOf(0)
  return { count: canFinish.length - count, first }
}

/**
 * The number of states, and the first one, in a cycle of moves without passing time and without a fault: a busy loop.
 */
export const restless = (graph: Graph, states: number): { count: number; first: StateId } => {
  const before = new Uint32Array(states)
  for (let id = 0; id < states; id++)
    graph.someMove(id, WITHOUT_WAIT, (to) => {
      before[to] = (before[to] ?? 0) + 1
      return false
    })
  const free: StateId[] = []
  for (let id = 0; id < states; id++) if (before[id] === 0) free.push(id)
  let left = states - free.length
  for (let id = free.pop(); id !== undefined; id = free.pop())
    graph.someMove(id, WITHOUT_WAIT, (to) => {
      const still = (before[to] ?? 0) - 1
      before[to] = still
      if (still === 0) {
        left -= 1
        free.push(to)
      }
      return false
    })
  return { count: left, first: before.findIndex((some) => some > 0) }
}

/** What was there before. */
const raise = (numbers: Uint32Array, at: number, by: number): number => {
  const before = numbers[at] ?? 0
  numbers[at] = before + by
  return before
}

const copyOf = (numbers: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const copy = new Uint32Array(length)
  copy.set(numbers)
  return copy
}
