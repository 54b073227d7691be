/** When a fault strikes: at requests that match, so many times or with a probability. */
export type FaultRule<Request> = {
  /** Every request if left out. */
  readonly match?: (request: Request) => boolean
  /** How often it strikes in all: once if left out, without end when there is a probability. */
  readonly times?: number
  /** From 0 to 1; always if left out. */
  readonly probability?: number
}

export type Faults<Request, Fault extends FaultRule<Request>> = {
  /** Returns a function that takes the fault away again. */
  add(fault: Fault): () => void
  clear(): void
  /** How many faults have struck, by what was counted. */
  readonly injected: Readonly<Record<string, number>>
}

/** The faults of one server. `strike` is for the server itself: which fault, if any, hits this request. */
export const createFaults = <Request, Fault extends FaultRule<Request> & { readonly kind: string }>(seed = 1) => {
  const random = seededRandom(seed)
  const active = new Map<Fault, number>()
  const injected: Record<string, number> = {}

  const strikes = (fault: Fault, request: Request): boolean =>
    (fault.match?.(request) ?? true) && (fault.probability === undefined || random() < fault.probability)

  const strike = (request: () => Request): Fault | undefined => {
    for (const [fault, left] of active) {
      if (!strikes(fault, request())) continue
      if (left > 1) active.set(fault, left - 1)
      else active.delete(fault)
      injected[fault.kind] = (injected[fault.kind] ?? 0) + 1
      return fault
    }
    return undefined
  }

  const faults: Faults<Request, Fault> = {
    add: (fault) => {
      // A copy, so that the same object added twice counts twice.
      const own = { ...fault }
      active.set(own, fault.times ?? (fault.probability === undefined ? 1 : Number.POSITIVE_INFINITY))
      return () => void active.delete(own)
    },
    clear: () => active.clear(),
    injected,
  }
  return { faults, strike }
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
