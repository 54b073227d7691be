/** When a fault happens: at matching requests, a number of times or with a probability. */
export type FaultRule<Request> = {
  /** Without it every request matches. */
  readonly match?: (request: Request) => boolean
  /** How often the fault happens: once by default, without limit if there is a probability. */
  readonly times?: number
  /** From 0 to 1; without it always. */
  readonly probability?: number
}

export type Faults<Request, Fault extends FaultRule<Request>> = {
  /** Returns a function that removes the fault. */
  add(fault: Fault): () => void
  clear(): void
  /** How many faults have happened, by kind. */
  readonly injected: Readonly<Record<string, number>>
}

/**
 * The faults of one server. The server calls `strike` with each request, and gets the fault that happens to it, if any.
 */
export const createFaults = <Request, Fault extends FaultRule<Request> & { readonly kind: string }>(seed = 1) => {
  const random = seededRandom(seed)
  const active = new Map<Fault, number>()
  const injected: Record<string, number> = {}

  const strikes = (fault: Fault, request: Request): boolean =>
    (fault.match?.(request) ?? true) && (fault.probability === undefined || random() < fault.probability)

  const strike = (read: () => Request): Fault | undefined => {
    let request: Request | undefined
    for (const [fault, left] of active) {
      request ??= read()
      if (!strikes(fault, request)) continue
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

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
