import { LIMITS } from '../../lib/order/limits.ts'
import type { PaidOrder } from '../../lib/order/paid-order.ts'
import { type Row, rowKey } from '../../lib/order/row.ts'
import {
  afterQuery,
  afterSync,
  book,
  claim,
  close,
  conflict,
  create,
  expedite,
  reopen,
  reopenByHand,
  settle,
  type Transition,
} from '../../lib/order/transition.ts'
import type { VerdictKind } from '../../lib/order/verdict.ts'
import { verdictOf } from './answers.ts'
import type { Design } from './design.ts'
import { brokenByWrite, type Effect, effectOf } from './invariants.ts'
import { type Invocation, type InvocationId, type Invocations, NOBODY, remember2 } from './invocation.ts'
import { NOW, type RowId, type Rows } from './rows.ts'
import type { Notice, Scenario } from './scenario.ts'
import { applyTo } from './store.ts'

const ORDER = { mchid: '1900000109', out_order_no: 'ORDER1' } as const
const PK = rowKey(ORDER)

/** What came of a write. */
export type Written = Effect & {
  readonly name: string
  readonly isHeld: boolean
  readonly row: RowId
  /** Whoever else holds the row has lost it. */
  readonly isNewAttempt: boolean
  readonly broken: string | undefined
}

/** The same, of an invocation's write. */
export type Write = Written & {
  /** NOBODY when the invocation is over. */
  readonly next: InvocationId
  /** It ended by an error: Lambda gives the event again. */
  readonly isFailed: boolean
}

/** The real transitions, applied to rows; each pair of row and invocation is worked out once. */
export const createWrites = (scenario: Scenario, design: Design, rows: Rows, invocations: Invocations) => {
  const orders = scenario.notices.map(paidOrder)
  const first = orders[0]
  if (!first) throw new Error('a scenario needs a notice')
  const orderOf = ({ notice }: Invocation): PaidOrder => orders[notice] ?? first

  const transitionOf = (invocation: Invocation): Transition => {
    const { place, step, notice, row: rowId, answer, isFast, lag } = invocation
    const now = NOW + (isFast ? LIMITS.clockDifference : 0) - lag
    switch (place) {
      case 'create':
        return design.alter(create(orderOf(invocation), now), {})
      case 'claim':
        return design.alter(claim(PK, step, now, notice < 0 ? undefined : orderOf(invocation).call_hash), { step })
      case 'expedite':
        return design.alter(expedite(PK, now), {})
      case 'reopen':
        return design.alter(reopen(orderOf(invocation), now), {})
      case 'conflict':
        return design.alter(conflict(orderOf(invocation)), {})
      default: {
        const row = rows.at(rowId)
        if (!row) throw new Error('an invocation records for a row that it never claimed')
        const verdict = design.hear(verdictOf(answer, step, row.call_hash), step)
        const after = step === 'sync' ? afterSync : afterQuery
        return design.alter(after(row, verdict, { now, random: 0.5 }), { row, step, verdict })
      }
    }
  }

  const apply = (rowId: RowId, transition: Transition, held?: Row, heard?: VerdictKind): Written => {
    const before = rows.at(rowId)
    const after = applyTo(before, transition)
    const facts = { before, after, transition, held, heard }
    return {
      ...effectOf(facts),
      name: transition.name,
      isHeld: after !== undefined,
      row: after ? rows.stored(after) : rowId,
      isNewAttempt: after !== undefined && after.attempt !== before?.attempt,
      broken: brokenByWrite(facts),
    }
  }

  /** Where sync-order.ts, serve-due.ts and take-step.ts go on after a request to the ledger. */
  const goOn = (
    id: InvocationId,
    before: Row | undefined,
    { row, isHeld }: Written,
    transition: Transition,
  ): InvocationId | 'done' | 'failed' => {
    const invocation = invocations.at(id)
    const { place, read } = invocation
    switch (place) {
      case 'create':
        if (isHeld) return invocations.go(id, { place: 'check', row: rows.held(row) })
        // The row that is read next: that it was there is all that the failed write told.
        if (!before) return 'failed'
        if (before.call_hash !== orderOf(invocation).call_hash)
          return invocations.go(id, { place: 'reopen', read: design.isSettled(before) ? 'settled' : 'nothing' })
        return invocations.go(id, { place: 'claim', read: isWaiting(before) ? 'waiting' : 'nothing' })
      case 'claim':
        if (isHeld) return invocations.go(id, { place: 'check', row: rows.held(row), read: 'nothing' })
        return read === 'waiting' ? invocations.go(id, { place: 'expedite' }) : 'done'
      case 'reopen':
        if (isHeld) return invocations.go(id, { place: 'check', row: rows.held(row), read: 'nothing' })
        return invocations.go(id, { place: 'conflict' })
      case 'conflict': {
        const counted = isHeld ? rows.at(row) : undefined
        return (counted ? design.isSettled(counted) : read === 'settled') ? 'done' : 'failed'
      }
      case 'record':
        return !isHeld && transition.otherwise ? invocations.go(id, { place: 'otherwise' }) : 'done'
      default:
        return 'done'
    }
  }

  const write = remember2((rowId: RowId, id: InvocationId): Write => {
    const invocation = invocations.at(id)
    const { place, answer, step } = invocation
    const held = rows.at(invocation.row)
    const whole = transitionOf(invocation)
    const transition = place === 'otherwise' ? (whole.otherwise ?? whole) : whole
    const heard = held && answer ? verdictOf(answer, step, held.call_hash) : undefined
    const written = apply(rowId, transition, held, heard?.kind)
    const next = goOn(id, rows.at(rowId), written, transition)
    return { ...written, next: typeof next === 'number' ? next : NOBODY, isFailed: next === 'failed' }
  })

  const byHand = remember2((rowId: RowId, act: number): Written => {
    const make = BY_HAND[act]?.make
    if (!make) throw new Error('nobody can do that')
    return apply(rowId, design.alter(make(NOW), {}))
  })

  const bookFirst = remember2((rowId: RowId, _: number): Written => apply(rowId, design.alter(book(first, NOW), {})))

  return { write, byHand, bookFirst }
}

/** What a person can do at any moment. */
export const BY_HAND: readonly { readonly words: string; readonly make: (now: number) => Transition }[] = [
  { words: 'expedites the order', make: (now) => expedite(PK, now) },
  { words: 'reopens the order', make: (now) => reopenByHand(PK, now) },
  { words: 'closes the order', make: (now) => close(PK, 'a mistake', now) },
  { words: 'stops the asking', make: (now) => stopAsking(now) },
  { words: 'settles the double charge', make: (now) => settle(PK, 'refunded', now) },
]

/** What closing comes to where the order is no longer pending: a write of its own, so that others may come between. */
const stopAsking = (now: number): Transition => {
  const { otherwise } = close(PK, 'a mistake', now)
  if (!otherwise) throw new Error('closing has no second half')
  return otherwise
}

const isWaiting = (row: Row): boolean => row.state === 'PENDING' && row.last_error?.verdict === 'open'

const paidOrder = ({ call, noticed_at }: Notice): PaidOrder => ({
  ...ORDER,
  call: {
    order_api: 'payafter-orders',
    ...ORDER,
    service_id: '2002000000000558128851361561536',
    paid_time: '20261124103000',
    appid: 'wxd678efh567hg6787',
  },
  call_hash: call,
  paid_time_clamped: false,
  noticed_at,
})
