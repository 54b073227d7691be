import type { FaultName } from './faults.ts'
import type { AnyRefusalName } from './refusals.ts'

export type Kind = 'sync' | 'query' | 'echo' | 'bill' | 'download' | 'refund' | 'other'

/** One request as WeChat Pay received it, and its result. */
export type Call = {
  /** By WeChat Pay's clock, which a test may move. */
  readonly at: number
  readonly method: string
  /** Path and query exactly as received. */
  readonly target: string
  /** The header names, as the client wrote them. */
  readonly headers: readonly string[]
  /** The request's Accept-Encoding. */
  readonly acceptEncoding: string | undefined
  readonly body: string
  /** The mchid in the Authorization header, not verified; '' if there is none. */
  readonly mchid: string
  /** '' if the request names no order. */
  readonly out_order_no: string
  readonly kind: Kind
  /** 0 until a response was sent. */
  readonly status: number
  readonly refusal: AnyRefusalName | undefined
  readonly fault: FaultName | undefined
  /** Whether this call made the order paid. */
  readonly applied: boolean
  /** By a monotonic clock in milliseconds, from the first byte received to the last byte sent. */
  readonly start: number
  /** Infinity until the response was sent. */
  readonly end: number
}

/** The same record while it is written. */
export type OpenCall = { -readonly [Name in keyof Call]: Call[Name] }

export type History = {
  /** In order of arrival. */
  readonly calls: readonly Call[]
  /** The syncs of an order. */
  readonly posts: (out_order_no: string) => readonly Call[]
  /** The queries of an order. */
  readonly queries: (out_order_no: string) => readonly Call[]
  /** Pairs of calls for the same order of the same merchant that ran at the same time. */
  readonly overlaps: () => readonly (readonly [Call, Call])[]
  readonly clear: () => void
}

export type HistoryWriter = History & { readonly add: (call: OpenCall) => void }

const NO_CALLS: readonly Call[] = []

const overlapsOf = (calls: readonly Call[]): [Call, Call][] => {
  const pairs: [Call, Call][] = []
  let out: Call[] = []
  for (const call of calls.toSorted((a, b) => a.start - b.start)) {
    out = out.filter(({ end }) => end > call.start)
    for (const earlier of out) if (earlier.mchid === call.mchid) pairs.push([earlier, call])
    out.push(call)
  }
  return pairs
}

export const createHistory = (): HistoryWriter => {
  const calls: Call[] = []
  // A storm has tens of thousands of orders, so calls are indexed by order.
  const byOrder = new Map<string, readonly Call[]>()
  const of = (out_order_no: string) => byOrder.get(out_order_no) ?? NO_CALLS
  return {
    calls,
    posts: (out_order_no) => of(out_order_no).filter(({ kind }) => kind === 'sync'),
    queries: (out_order_no) => of(out_order_no).filter(({ kind }) => kind === 'query'),
    overlaps: () => [...byOrder.values()].filter(({ length }) => length > 1).flatMap(overlapsOf),
    clear: () => {
      calls.length = 0
      byOrder.clear()
    },
    add: (call) => {
      calls.push(call)
      if (call.out_order_no === '') return
      // An order has few calls. A new array of exact length takes less memory than an array that grows.
      byOrder.set(call.out_order_no, [...of(call.out_order_no), call])
    },
  }
}

const knownNames = new Map<string, readonly string[]>()

/** The header names as received. Clients send the same list each time, so one array is shared. */
export const headerNames = (rawHeaders: readonly string[]): readonly string[] => {
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  const key = names.join('\n')
  const known = knownNames.get(key)
  if (known === undefined) knownNames.set(key, names)
  return known ?? names
}
