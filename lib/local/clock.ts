/** Real time plus an offset that a test moves: days pass at once, while timers stay real. */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number
  /** Moves the clock; never backwards, since no platform's clock does. */
  advance(ms: number): void
  /** Milliseconds by which this clock is ahead of the machine's own. */
  offset(): number
}

/** @param startMs what the clock shows now; the machine's own time if left out */
export const createClock = (startMs?: number): Clock => {
  let offsetMs = startMs === undefined ? 0 : startMs - Date.now()
  return {
    now: () => Date.now() + offsetMs,
    advance: (ms) => {
      if (!(ms >= 0)) throw new RangeError(`a clock moves forwards only, not by ${ms} ms`)
      offsetMs += ms
    },
    offset: () => offsetMs,
  }
}
