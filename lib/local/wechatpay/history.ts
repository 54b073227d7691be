import type { FaultName } from './faults.ts'
import type { RefusalName } from './refusals.ts'

export type Kind = 'sync' | 'query' | 'echo' | 'other'

/** One request as WeChat Pay saw it, and what became of it. */
export type Call = {
  /** Milliseconds of WeChat Pay's own clock, which a test may move. */
  readonly at: number
  readonly method: string
  /** Path and query exactly as they came. */
  readonly target: string
  /** Names of the headers that were there, as they were spelled. */
  readonly headers: readonly string[]
  /** How its answer may be packed, as it said; undefined when it did not say. */
  readonly acceptEncoding: string | undefined
  readonly body: string
  /** Who the Authorization says it is from, true or not; '' when it does not say. */
  readonly mchid: string
  /** '' when the request names no order. */
  readonly out_order_no: string
  readonly kind: Kind
  /** 0 as long as nothing was answered. */
  readonly status: number
  readonly refusal: RefusalName | undefined
  readonly fault: FaultName | undefined
  /** Whether this call made the order paid. */
  readonly applied: boolean
  /** Milliseconds of a clock that nobody moves, from the first byte in to the last byte out. */
  readonly start: number
  /** Infinity while it is still out. */
  readonly end: number
}

/** The same record while it is being written. */
export type OpenCall = { -readonly [Name in keyof Call]: Call[Name] }

export type History = {
  /** In the order of arrival. */
  readonly calls: readonly Call[]
  /** The syncs that came for an order. */
  readonly posts: (out_order_no: string) => readonly Call[]
  /** The queries that came for an order. */
  readonly queries: (out_order_no: string) => readonly Call[]
  /** Pairs of calls for the same order of the same merchant that were out at once. */
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
  // Storms judge tens of thousands of orders: each question must not walk through the calls of all of them.
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
      // An order has few calls: lists of just that length take less room than lists that can grow.
      byOrder.set(call.out_order_no, [...of(call.out_order_no), call])
    },
  }
}

const knownNames = new Map<string, readonly string[]>()

/** Names of the headers as they came. Clients send the same ones time and again, so that one list serves all. */
export const headerNames = (rawHeaders: readonly string[]): readonly string[] => {
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  const key = names.join('\n')
  const known = knownNames.get(key)
  if (known === undefined) knownNames.set(key, names)
  return known ?? names
}
