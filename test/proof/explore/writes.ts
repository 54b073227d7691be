import { DECISIONS, type DecisionRequest, decisionTransition } from '../../../lib/intake/operator-decision.ts'
import { and, exists, missing } from '../../../lib/ledger/condition.ts'
import type { PaymentNotice } from '../../../lib/ledger/notice.ts'
import { hasOpenCharge, type NextCall, type Row } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import { askForBill, noteRefundOfBill, noteTransaction } from '../../../lib/ledger/transitions/bill.ts'
import { claim, conflict, create, createFromStatement, reopen } from '../../../lib/ledger/transitions/notice.ts'
import { expedite } from '../../../lib/ledger/transitions/operator.ts'
import { afterRefund, nextRefund } from '../../../lib/ledger/transitions/refund.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { ORDER, PK } from '../../support/orders.ts'
import { changed, holds } from '../../support/plain-ledger.ts'
import { type AnswerId, verdictOf } from './answers.ts'
import { NOW } from './canonical-row.ts'
import type { Design } from './design.ts'
import { brokenByWrite, type Effect, effectOf, type Heard } from './invariants.ts'
import { type Invocation, type InvocationId, type Invocations, NOBODY, remember2 } from './invocation.ts'
import { refundNumber, refundVerdictOf } from './refunds.ts'
import type { RowId, Rows } from './rows.ts'
import { FIRST_CHARGE, type Notice, type Scenario, TOTAL } from './scenario.ts'

const { mchid, out_order_no } = ORDER

/** A decision by an operator, or by a line of a trade bill. */
type Decided = {
  readonly words: string
  readonly isOfBill?: true
  readonly out_refund_no?: string
  /** An operator says it only of an order whose charge was seen. */
  readonly notDouble?: boolean
  readonly make: (row: Row, now: number) => Transition | undefined
}

const byPerson = (request: Pick<DecisionRequest, 'what'> & Partial<DecisionRequest>): Decided => {
  const { what, ...said } = request
  const more = Object.entries(said).map(([name, value]) => `, ${name}${value === true ? '' : ` ${value}`}`)
  return {
    words: `a person reads the row, and decides: ${what}${more.join('')}`,
    ...(what !== 'settle' && said.notDouble && { notDouble: true }),
    make: (row, now) =>
      decisionTransition(row, { mchid, out_order_no, ...request, why: 'a mistake', by: 'somebody' }, now),
  }
}

const ofBill = (what: string, make: Decided['make'], out_refund_no?: string): Decided => ({
  words: `a bill is compared with the row: ${what}`,
  isOfBill: true,
  ...(out_refund_no !== undefined && { out_refund_no }),
  make,
})

const ALWAYS: readonly Decided[] = [
  ...DECISIONS.map((what) => byPerson({ what })),
  byPerson({ what: 'close', notDouble: true }),
  byPerson({ what: 'withdraw', notDouble: true }),
]

/** Where a case may be settled, and a bill may come. */
const OF_CASES: readonly Decided[] = [
  byPerson({ what: 'settle', isCash: true }),
  byPerson({ what: 'settle', isCash: true, corrects: true }),
  // Each day has its own bill.
  ofBill('it has a charge', (row, now) => askForBill(row, '20261124', now)),
  ofBill('it has the number', (row) => noteTransaction(row, FIRST_CHARGE, TOTAL)),
]

const ofRefund = (out_refund_no: string): readonly Decided[] => [
  byPerson({ what: 'settle', out_refund_no }),
  byPerson({ what: 'settle', out_refund_no, corrects: true }),
  ofBill(`it has the refund ${out_refund_no}`, (row, now) => noteRefundOfBill(row, out_refund_no, now), out_refund_no),
]

const decisionsIn = ({ ended, refunds = [] }: Scenario): readonly Decided[] =>
  ended ? [...ALWAYS, ...OF_CASES, ...refunds.flatMap((_, index) => ofRefund(refundNumber(index)))] : ALWAYS

/** The result of a write. */
export type Written = Effect & {
  readonly name: string
  readonly isHeld: boolean
  readonly row: RowId
  /** Another invocation that has claimed the row has lost it. */
  readonly isNewAttempt: boolean
  readonly broken: string | undefined
}

/** The result of a write of an invocation. */
export type Write = Written & {
  /** NOBODY if the invocation has ended. */
  readonly next: InvocationId
  /** It ended with an error, so Lambda retries the event. */
  readonly isFailed: boolean
}

/** Applies the real transitions to rows. The result for each pair of row and invocation is cached. */
export const createWrites = (scenario: Scenario, design: Design, rows: Rows, invocations: Invocations) => {
  const decisions = decisionsIn(scenario)
  const orders = scenario.notices.map(paidOrder)
  const [first] = orders
  if (!first) throw new Error('a scenario needs a notice')
  const orderOf = ({ notice }: Invocation): PaymentNotice => orders[notice] ?? first

  const isOverCap = ({ notice }: Invocation): boolean => scenario.notices[notice]?.isOverCap === true

  const heldBy = (invocation: Invocation): Row => {
    const row = rows.at(invocation.row)
    if (!row) throw new Error(`nobody is at ${invocation.place} without a row`)
    return row
  }

  /** The next transition of an invocation, if the row that it read allows one. */
  const transitionOf = (invocation: Invocation): Transition | undefined => {
    const { place, step, notice, answer, isFast, lag, decision } = invocation
    const now = NOW + (isFast ? LIMITS.clockDifference : 0) - lag
    switch (place) {
      case 'create':
        return create(orderOf(invocation), now, isOverCap(invocation))
      case 'claim':
        return claim(PK, step, now, notice < 0 ? undefined : orderOf(invocation).call_hash)
      case 'expedite':
        return expedite(heldBy(invocation), now)
      case 'reopen':
        return reopen(orderOf(invocation), heldBy(invocation), now, isOverCap(invocation))
      case 'conflict':
        return conflict(orderOf(invocation))
    }
    const row = heldBy(invocation)
    const decided = decisions[decision]
    if (decided) return decided.make(row, now)
    if (step === 'refund') {
      const asked = nextRefund(row)
      return asked && afterRefund(row, asked, refundVerdictOf(answer, scenario, row), { now, random: 0.5 })
    }
    const verdict = design.hear(verdictOf(answer, step, row), step)
    return (step === 'sync' ? afterSync : afterQuery)(row, verdict, { now, random: 0.5 })
  }

  const alteredOf = (invocation: Invocation): Transition | undefined => {
    const { step, answer } = invocation
    const row = rows.at(invocation.row)
    const transition = transitionOf(invocation)
    const verdict = row && answer && step !== 'refund' ? verdictOf(answer, step, row) : undefined
    return transition && design.alter(transition, { step, ...(row && { row }), ...(verdict && { verdict }) })
  }

  const heardOf = (answer: AnswerId, step: NextCall, held: Row) =>
    step === 'refund' ? refundVerdictOf(answer, scenario, held) : verdictOf(answer, step, held)

  const apply = (rowId: RowId, transition: Transition, held?: Row, heard?: Heard): Written => {
    const before = rows.at(rowId)
    // No later write depends on the bytes of an answer.
    const { answer: _, ...written } = transition
    const after = holds(transition.when, before) ? changed(written, before) : undefined
    const row = after ? rows.stored(after) : rowId
    const facts = { before, after: rows.at(row) && (after as Row), transition, held, heard } // an existing row is complete
    return {
      ...effectOf(facts),
      name: transition.name,
      isHeld: after !== undefined,
      row,
      isNewAttempt: after !== undefined && after.attempt !== before?.attempt,
      broken: brokenByWrite(facts),
    }
  }

  /**
   * After a new row in the ledger: the invocation syncs now, or the order is held, or it waits for the query that is
   * due.
   */
  const begin = (id: InvocationId, row: RowId): InvocationId | 'done' => {
    const { mode } = scenario.notices[invocations.at(id).notice] ?? {}
    return mode || isOverCap(invocations.at(id))
      ? 'done'
      : invocations.go(id, { place: 'check', row: rows.held(row), read: 'nothing' })
  }

  /** After a repeated payment notice: the row already has its call. */
  const again = (id: InvocationId, read: Row, row: RowId): InvocationId =>
    invocations.go(id, {
      place: 'claim',
      read: 'nothing',
      ...(isWaiting(read) && { read: 'waiting', row: rows.withoutLease(rows.held(row)) }),
    })

  /** Where the functions of lib/operations continue after a request to the ledger. */
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
        if (isHeld) return begin(id, row)
        // The failed write says only that a row exists, so it is read next.
        if (!before) return 'failed'
        if (before.call_hash !== orderOf(invocation).call_hash)
          return invocations.go(id, {
            place: design.mayReopen(before) ? 'reopen' : 'conflict',
            row: rows.withoutLease(rows.held(row)),
            read: design.isSettled(before) ? 'settled' : 'nothing',
          })
        return again(id, before, row)
      case 'claim':
        if (isHeld) return invocations.go(id, { place: 'check', row: rows.held(row), read: 'nothing' })
        return read === 'waiting' ? invocations.go(id, { place: 'expedite' }) : 'done'
      case 'reopen':
        return isHeld ? begin(id, row) : invocations.go(id, { place: 'conflict' })
      case 'conflict': {
        if (!isHeld && design.readsAgain && before?.call_hash === orderOf(invocation).call_hash)
          return again(id, before, row)
        const counted = isHeld ? rows.at(row) : undefined
        return (counted ? design.isSettled(counted) : read === 'settled') ? 'done' : 'failed'
      }
      case 'record':
      case 'decide':
        return !isHeld && transition.otherwise ? invocations.go(id, { place: 'otherwise' }) : 'done'
      default:
        return 'done'
    }
  }

  const write = remember2((rowId: RowId, id: InvocationId): Write => {
    const invocation = invocations.at(id)
    const { place, answer, step } = invocation
    const held = rows.at(invocation.row)
    const whole = alteredOf(invocation)
    const transition =
      place === 'otherwise' ? whole?.otherwise : (whole ?? (place === 'decide' ? NOT_NEEDED : undefined))
    if (!transition) throw new Error(`nothing is to be written at ${place}`)
    const heard = held && answer ? { ...heardOf(answer, step, held), step } : undefined
    const written = apply(rowId, transition, held, heard)
    const next = goOn(id, rows.at(rowId), written, transition)
    return { ...written, next: typeof next === 'number' ? next : NOBODY, isFailed: next === 'failed' }
  })

  /** Whether a person who has read this row may make this decision. */
  const mayDecide = remember2((row: RowId, decision: number): boolean => {
    const known = rows.at(row)
    // Nobody says so for an order that had no charge when it was read.
    if (!known || (decisions[decision]?.notDouble && !hasOpenCharge(known))) return false
    return alteredOf(invocations.at(invocations.decide(row, decision))) !== undefined
  })

  const bookFirst = remember2(
    (rowId: RowId, _: number): Written => apply(rowId, design.alter(createFromStatement(first, NOW), {})),
  )

  return { write, mayDecide, bookFirst, decisions }
}

/** By the time that a bill acts on the row that it read, the row may be asked about anyway. */
const NOT_NEEDED: Transition = { name: 'nothing', pk: PK, when: and(exists('pk'), missing('pk')) }

const isWaiting = (row: Row): boolean => row.state === 'PENDING' && row.last_error?.verdict === 'open'

export const paidOrder = ({ call, noticed_at, mode, amount, isOverCap }: Notice): PaymentNotice => ({
  ...ORDER,
  call: { ...ORDER.call, order_api: 'payafter-orders' },
  call_hash: call,
  noticed_at,
  ...(mode && { mode }),
  ...(amount !== undefined && { expected_amount: amount }),
  ...(isOverCap && { cap: { counter: '1900000109#hour#2026112410#0', most: 0 } }),
})
