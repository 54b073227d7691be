/** The real time plus an offset that a test increases. Days pass at once; timers still use real time. */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number
  /** Moves the clock forward. It never goes backwards. */
  advance(ms: number): void
  /** Offset to the machine's clock in milliseconds. */
  offset(): number
}

/** @param startMs the first time of the clock; the machine's time by default */
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
