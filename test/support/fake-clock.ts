import { setImmediate as turn } from 'node:timers/promises'
import { NOW } from './orders.ts'

export type FakeClock = {
  /** A test may set it. */
  now: number
  readonly sleep: (ms: number) => Promise<void>
  /** Waits for `work`, and moves the clock on to the next sleeper whenever nothing can go on without it. */
  readonly runUntil: <T>(work: Promise<T>) => Promise<T>
}

/** A clock that stands still until a test moves it. */
export const fakeClock = (): FakeClock => {
  const sleepers: { readonly until: number; readonly wake: () => void }[] = []
  const clock: FakeClock = {
    now: NOW,
    sleep: (ms) => new Promise((wake) => sleepers.push({ until: clock.now + ms, wake })),
    runUntil: async (work) => {
      let isOver = false
      const over = () => {
        isOver = true
      }
      work.then(over, over)
      while (!isOver) {
        await turn()
        sleepers.sort((a, b) => a.until - b.until)
        const next = sleepers.shift()
        if (!next) continue
        clock.now = next.until
        next.wake()
      }
      return work
    },
  }
  return clock
}
