/** Virtual time: jumps from one planned task to the next, and does not pass while a task runs. */
export type VirtualTime = {
  /** Whole ms. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Runs `work` after `ms`, in parallel with other tasks. Its rejection ends `run`. */
  readonly after: (ms: number, work: () => unknown) => void
  /** Runs until no task is planned, or until the time is over. */
  readonly run: (untilMs: number) => Promise<void>
}

type Planned = { readonly at: number; readonly number: number; readonly work: () => unknown }

export const createVirtualTime = (startMs: number): VirtualTime => {
  const heap: Planned[] = []
  let now = startMs
  let numbers = 0
  let failure: { readonly error: unknown } | undefined

  const after = (ms: number, work: () => unknown): void => {
    numbers += 1
    push(heap, { at: now + Math.max(0, Math.round(ms)), number: numbers, work })
  }

  const start = (work: () => unknown): void => {
    Promise.resolve(work()).catch((error: unknown) => {
      failure ??= { error }
    })
  }

  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    run: async (untilMs) => {
      for (let next = heap[0]; next && next.at <= untilMs; next = heap[0]) {
        now = next.at
        for (; next?.at === now; next = heap[0]) start(pop(heap).work)
        // After this, every started task waits for time to pass.
        await new Promise(setImmediate)
        if (failure) throw failure.error
      }
      now = Math.max(now, untilMs)
    },
  }
}

const isBefore = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.number < b.number)

/** A binary heap: the earliest task first; tasks for the same time in the order of planning. */
const push = (heap: Planned[], planned: Planned): void => {
  let at = heap.length
  heap.push(planned)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = entry(heap, parent)
    if (!isBefore(planned, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = planned
}

const pop = (heap: Planned[]): Planned => {
  const first = entry(heap, 0)
  const last = heap.pop()
  if (!last || heap.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(entry(heap, child + 1), entry(heap, child))) child += 1
    const below = entry(heap, child)
    if (!isBefore(below, last)) break
    heap[at] = below
    at = child
  }
  heap[at] = last
  return first
}

const entry = (heap: readonly Planned[], at: number): Planned => {
  const found = heap[at]
  if (!found) throw new RangeError(`nothing is planned at ${at}`)
  return found
}
