import type { NextCall } from '../../../lib/ledger/row.ts'
import type { AnswerId } from './answers.ts'
import { asLongAgo } from './canonical-row.ts'
import { NO_ROW, type RowId, type Rows } from './rows.ts'
import type { Scenario } from './scenario.ts'

/**
 * The next request of an invocation, as in lib/operations: to the ledger or to WeChat Pay, except `check`:
 *
 *     create → claim → expedite            a payment notice: sync-order.ts
 *            → reopen → conflict
 *     claim                                a due event: process-due.ts
 *     check → out → record → otherwise     its one call: call-wechatpay.ts
 *     decide → otherwise                   an operator decision: apply-decision.ts
 *     decide                               a line of a trade bill: bill-actions.ts
 */
export type Place =
  | 'create'
  | 'claim'
  | 'expedite'
  | 'reopen'
  | 'conflict'
  | 'check'
  | 'out'
  | 'record'
  | 'decide'
  | 'otherwise'

/**
 * Frozen by Lambda beyond its lease: before its next request (`asleep`), or while its write is on the way (`writing`).
 */
export type Sleep = 'awake' | 'asleep' | 'writing'

export type Invocation = {
  /** Index of its payment notice, or -1. */
  readonly notice: number
  /** Index of its decision, by an operator or by a bill, or -1. If both are -1, it processes a due event. */
  readonly decision: number
  readonly step: NextCall
  readonly place: Place
  /** The row as it was claimed, or as it was read for a decision. */
  readonly row: RowId
  readonly answer: AnswerId
  /** What a repeated payment notice read: the order waits for the merchant, or the conflict is settled. */
  readonly read: 'nothing' | 'waiting' | 'settled'
  /** Its clock is ahead of the other clocks, by the largest difference that is allowed. */
  readonly isFast: boolean
  readonly sleep: Sleep
  /** ms since it read the clock for the write that is on its way. */
  readonly lag: number
  /** ms since it began. */
  readonly runs: number
  /** The write was applied, its response was lost, and the SDK sends it again. */
  readonly isRepeated: boolean
}

export const STEPS = ['sync', 'query', 'refund'] as const satisfies readonly NextCall[]

/** The steps that may be due in a scenario, as indexes of STEPS. */
export const stepsIn = ({ refunds }: Pick<Scenario, 'refunds'>): readonly number[] => (refunds ? [0, 1, 2] : [0, 1])

/** An invocation as a number; equal invocations have the same number. 0 is none. */
export type InvocationId = number
export const NOBODY: InvocationId = 0

const NEW: Invocation = {
  notice: -1,
  decision: -1,
  step: 'sync',
  place: 'create',
  row: NO_ROW,
  answer: 0,
  read: 'nothing',
  isFast: false,
  sleep: 'awake',
  lag: 0,
  runs: 0,
  isRepeated: false,
}

/** In every other place the next request is a write to the ledger. */
export const isWrite = (place: Place): boolean => place !== 'check' && place !== 'out'

/** Caches a function of small numbers. */
export const remember = (work: (id: number) => number): ((id: number) => number) => {
  const known: number[] = []
  return (id) => {
    const value = known[id]
    if (value !== undefined) return value
    const fresh = work(id)
    known[id] = fresh
    return fresh
  }
}

/** Caches a function of two small numbers. */
export const remember2 = <T>(work: (a: number, b: number) => T): ((a: number, b: number) => T) => {
  const known: Map<number, T>[] = []
  return (a, b) => {
    const known2 = known[a] ?? new Map<number, T>()
    known[a] = known2
    const value = known2.get(b)
    if (value !== undefined) return value
    const fresh = work(a, b)
    known2.set(b, fresh)
    return fresh
  }
}

export type Invocations = ReturnType<typeof createInvocations>

/** All invocations of one exploration, and the ways in which one can change. */
export const createInvocations = (rows: Rows) => {
  const all: Invocation[] = [NEW]
  const ids = new Map<string, InvocationId>()

  const idOf = (invocation: Invocation): InvocationId => {
    const key = Object.values(invocation).join()
    const known = ids.get(key)
    if (known !== undefined) return known
    all.push(invocation)
    ids.set(key, all.length - 1)
    return all.length - 1
  }

  const at = (id: InvocationId): Invocation => all[id] ?? NEW

  const change = (how: (invocation: Invocation) => Partial<Invocation>) =>
    remember((id) => (id === NOBODY ? NOBODY : idOf({ ...NEW, ...at(id), ...how(at(id)) })))

  return {
    at,
    count: () => all.length,
    /** Lambda starts with a payment notice. */
    takeNotice: remember2((notice, clock) => idOf({ ...NEW, notice, isFast: clock > 0 })),
    /** Lambda starts with a due event; `step` is an index of STEPS. */
    takeStep: remember2((step, clock) =>
      idOf({ ...NEW, step: STEPS[step] ?? 'sync', place: 'claim', isFast: clock > 0 }),
    ),
    /** A person has read a row and makes a decision. */
    decide: remember2((row, decision) => idOf({ ...NEW, place: 'decide', row, decision })),
    /** The same invocation at its next place, not frozen. */
    go: (id: InvocationId, facts: Partial<Invocation>): InvocationId =>
      idOf({ ...NEW, ...at(id), sleep: 'awake', lag: 0, isRepeated: false, ...facts }),
    call: change(() => ({ place: 'out', sleep: 'awake', lag: 0 })),
    fallAsleep: change(() => ({ sleep: 'asleep', runs: 0 })),
    sleepWriting: change(() => ({ sleep: 'writing', runs: 0 })),
    repeat: change(() => ({ isRepeated: true })),
    /** Another invocation has claimed the row. */
    loseRow: change(({ row }) => ({ row: rows.former(row) })),
    hear: remember2((id, answer) => {
      const { row } = at(id)
      return idOf({ ...at(id), place: 'record', row: rows.withoutLease(row), answer, sleep: 'awake' })
    }),
    later: remember2((id, ms) => {
      if (id === NOBODY) return NOBODY
      const { row, sleep, lag, runs } = at(id)
      return idOf({
        ...at(id),
        row: rows.later(row, ms),
        lag: sleep === 'writing' ? asLongAgo(lag + ms) : 0,
        runs: sleep === 'awake' ? runs + ms : 0,
      })
    }),
  }
}
