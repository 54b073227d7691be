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

export const createVirtualTime = (startMs: number): VirtualTime => {
  /** The earliest first; tasks for the same time in the order of planning. */
  const planned: { readonly at: number; readonly work: () => unknown }[] = []
  let now = startMs
  let failure: { readonly error: unknown } | undefined

  const after = (ms: number, work: () => unknown): void => {
    const at = now + Math.max(0, Math.round(ms))
    planned.splice(planned.findLastIndex((other) => other.at <= at) + 1, 0, { at, work })
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
      for (let next = planned[0]; next && next.at <= untilMs; next = planned[0]) {
        now = next.at
        for (; next?.at === now; next = planned[0]) {
          planned.shift()
          start(next.work)
        }
        // After this, every started task waits for time to pass.
        await new Promise(setImmediate)
        if (failure) throw failure.error
      }
      now = Math.max(now, untilMs)
    },
  }
}
