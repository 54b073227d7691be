import { hasOpenCharge, type Row } from '../../../lib/ledger/row.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { NOW } from './canonical-row.ts'
import { type Design, REAL_DESIGN } from './design.ts'
import { ENDED_ROWS, type EndedName } from './ended-rows.ts'
import { BROKEN, brokenByOrder, brokenRow } from './invariants.ts'
import { createInvocations, type InvocationId, NOBODY, remember, remember2 } from './invocation.ts'
import { createRows, NO_ROW, type RowId } from './rows.ts'
import type { Scenario } from './scenario.ts'
import { isTold, ORDERS, type Order } from './wechat-pay.ts'
import { changed, DEAD, OVER, RUNNING, type World, withMember, withNotice } from './world.ts'
import { createWrites, type Write, type Written } from './writes.ts'

/*
 * The model: one order, its row, its true state at WeChat Pay, and up to three running invocations (the crew), each
 * between two of its requests. The transitions and conditions are the real ones; only the ledger is in memory.
 *
 * - Moves do not overlap. A move is one request to the ledger, one request to WeChat Pay, its answer, or one change of
 *   the order at WeChat Pay. Every order of moves is explored.
 * - Time passes only by a move, to the next time at which a row can be claimed. An invocation that is not frozen has
 *   finished by then, since Lambda's time limit is shorter than a lease. Ages differ only at 24 h and 30 days.
 * - Due events are not part of the state: a due event may be late, doubled, lost or from a stale index, so a claim may
 *   be tried at any time.
 * - A fault is anything that a healthy Lambda, DynamoDB or WeChat Pay would not do. A run has a limited number of
 *   faults, at any time.
 *
 * Not in the model: TTL deletions of DynamoDB, and three known gaps. A sync that is still on the wire, or frozen, when
 * its lease ends may be accepted after an operator has closed or withdrawn the order. The signed answer that an order
 * does not exist names no order, so such an answer for another order permits a withdrawal. A final answer that
 * comes after its lease ends a row whose next call is out; if a bill or a refund comes then, a query is out beside that
 * call. Two syncs never are.
 */

/** Kinds of moves that the search must distinguish: an own request, a call, time, a fault, an operator. */
export const KINDS = ['step', 'call', 'wait', 'fault', 'person'] as const
export type Kind = (typeof KINDS)[number]

const LATE_ENDS = ['8 confirmed', '9 collected']

/** Receives each possible next state. `who` is the index of the invocation that moves, or -1. */
export type Emit = (next: World, kind: Kind, what: string, who: number, broken?: string) => void

export type Move = (world: World, model: Model, emit: Emit) => void

export type Model = ReturnType<typeof createModel>

/** A scenario with a design, and what all moves share. */
export const createModel = (scenario: Scenario, changes: Partial<Design> = {}) => {
  const design: Design = { ...REAL_DESIGN, ...changes }
  const rows = createRows()
  const invocations = createInvocations(rows)
  const { write, mayDecide, bookFirst, decisions } = createWrites(scenario, design, rows, invocations)

  const ended = Object.entries(scenario.ended ?? {}) as readonly [EndedName, readonly Order[]][] // the keys of `ended`
  const beginnings = [
    ...scenario.orders.map((order) => ({ row: NO_ROW, order })),
    ...ended.flatMap(([name, orders]) => orders.map((order) => ({ row: rows.stored(ENDED_ROWS[name]), order }))),
  ]

  const starts = (): readonly World[] =>
    beginnings.map(({ row, order }) => ({
      row,
      order,
      isToBeBooked: scenario.isBooked === true,
      crew: [NOBODY, NOBODY, NOBODY],
      notices: scenario.notices.map((_, index) => (index === 0 && row !== NO_ROW ? OVER : design.attempts)),
      wire: 0,
      oldUnpaid: 0,
      oldOpen: 0,
      faults: scenario.faults,
      persons: scenario.persons ?? 0,
      bills: scenario.bills ?? 0,
      refunds: 0,
      toldAgain: 0,
      askedAgain: 0,
      isAnswered: false,
      isSeen: false,
      isLate: false,
      isEndedLate: false,
    }))

  /**
   * The state after a write of a running invocation, which then becomes `next`; or of no running invocation, in which
   * case `next` is added.
   */
  const afterWrite = (world: World, written: Written, who: number, next: InvocationId): World => {
    const others = written.isNewAttempt ? invocations.loseRow : undefined
    return {
      ...world,
      row: written.row,
      crew:
        who >= 0 || next !== NOBODY
          ? withMember(world.crew, who < 0 ? 2 : who, next, others)
          : others
            ? changed(world.crew, others)
            : world.crew,
      isEndedLate: world.isEndedLate || endsLate(world, written, who),
      isSeen: written.sight === 'as before' ? world.isSeen : written.sight === 'seen',
    }
  }

  /** An invocation ends. After a failure Lambda retries the event, and at last sends it to the dead letter queue. */
  const end = (world: World, id: InvocationId, isFailed: boolean): World => {
    const { notice } = invocations.at(id)
    if (notice < 0) return world
    const left = (world.notices[notice] ?? 0) - RUNNING
    const now = !isFailed ? OVER : left > 0 ? left : DEAD
    return { ...world, notices: withNotice(world.notices, notice, now) }
  }

  /** A running invocation makes its next write. */
  const afterOwnWrite = (world: World, written: Write, who: number, id: InvocationId): World => {
    const next = afterWrite(world, written, who, written.next)
    return written.next === NOBODY ? end(next, id, written.isFailed) : next
  }

  /** A running invocation ends without a further write. */
  const withoutMember = (world: World, who: number, id: InvocationId, isFailed: boolean): World =>
    end({ ...world, crew: withMember(world.crew, who, NOBODY) }, id, isFailed)

  /** End of the lease that an invocation may still rely on, ms by the slower clocks; 0 if there is none. */
  const leaseOf = remember((id) => {
    const { place, sleep, isFast, row } = invocations.at(id)
    const end = (rows.at(row)?.leased_until ?? 0) - (isFast ? LIMITS.clockDifference : 0)
    const isHolding = (place === 'check' || place === 'out') && sleep === 'awake'
    return isHolding && end > NOW ? end : 0
  })

  /** It may make its call, even if it is frozen at the moment. */
  const isLeased = remember((id) => {
    const { place, row } = invocations.at(id)
    return (place === 'check' || place === 'out') && (rows.at(row)?.leased_until ?? 0) > NOW ? 1 : 0
  })

  const isOut = remember((id) => (invocations.at(id).place === 'out' && leaseOf(id) > 0 ? 1 : 0))

  const isSyncOut = remember((id) => (isOut(id) === 1 && invocations.at(id).step === 'sync' ? 1 : 0))

  /** Only a bill has an ended row asked about again. */
  const endsLate = ({ crew }: World, { name, isHeld }: Written, who: number): boolean =>
    scenario.ended !== undefined &&
    isHeld &&
    LATE_ENDS.includes(name) &&
    crew.some((id, other) => other !== who && isLeased(id) === 1)

  /** The third known gap: the call that becomes due is no sync. */
  const mayOverlap = ({ isEndedLate }: World, { row }: Written): boolean => isEndedLate && rows.at(row)?.next !== 'sync'

  /** What a write violates in this state. */
  const brokenBy = (world: World, written: Written, who: number): string | undefined => {
    if (!written.isHeld) return undefined
    if (written.broken) return written.broken
    if (written.undoes && isTold(world.order)) return BROKEN.undone
    if (written.rejectsAsAbsent && world.isSeen) return BROKEN.notAbsent
    if (written.withdraws && isTold(world.order) && !world.isLate) return BROKEN.withdrawn
    for (let other = 0; other < world.crew.length; other++) {
      const id = world.crew[other] ?? NOBODY
      const lease = other === who ? 0 : leaseOf(id)
      if (lease === 0) continue
      // An invocation that lost the row to a success can only bring WeChat Pay's final answer, which is accepted
      // without the lease.
      if (written.stops && !rows.isFormer(invocations.at(id).row)) return BROKEN.closedUnderCall
      if (written.freeAt !== 0 && written.freeAt < lease && !mayOverlap(world, written)) return BROKEN.lease
    }
    return undefined
  }

  /** What is wrong with sending the sync of this claimed row. */
  const brokenByCall = (world: World, claimed: RowId): string | undefined => {
    const { mode, cleared } = rows.at(claimed) ?? {}
    const row = rows.at(world.row)
    // If WeChat Pay collected a part, the sync must still report the rest.
    if (!isPaidInPart && cleared && row?.state === 'PENDING' && hasOpenCharge(row)) return BROKEN.neededNoSync
    return (mode && !cleared) || row?.state === 'HELD' ? BROKEN.unasked : undefined
  }

  const newest = scenario.notices.reduce((a, b) => (b.noticed_at > a.noticed_at ? b : a))
  const newestIndex = scenario.notices.indexOf(newest)
  const isAlike = scenario.notices.every(({ call }) => call === newest.call)

  const isPaidInPart = beginnings.some(({ order }) => order === 'part')

  // A bill has an order asked about after its end, too.
  const mayHold =
    scenario.ended !== undefined ||
    isPaidInPart ||
    scenario.notices.some(({ mode, isOverCap }) => mode !== undefined || isOverCap)

  const isOverruled = ({ state, call_hash, reason }: Row): boolean =>
    state === 'REJECTED' && call_hash !== newest.call && reason === 'invalid'

  /** Whatever error code the answer had: WeChat Pay has not refused this call. */
  const isNeverRefused = ({ state, call_hash, reason }: Row): boolean =>
    state === 'REJECTED' &&
    reason === 'invalid' &&
    !scenario.notices.some(({ call, isRefused }) => isRefused && call === call_hash)

  const brokenInRow = remember2((rowId: RowId, order: number): string => {
    const row = rows.at(rowId)
    if (row && isNeverRefused(row)) return BROKEN.neverRefused
    if (!row) return ''
    const isUntrue = scenario.isTakenBack && row.state === 'SYNCED' && row.proved_at
    return brokenRow(row) ?? (isUntrue ? undefined : brokenByOrder(row, ORDERS[order] ?? 'absent')) ?? ''
  })

  /** What is wrong with a state, whatever led to it. */
  const brokenIn = (world: World): string | undefined => {
    const { crew, notices, row: rowId } = world
    const wrong = brokenInRow(rowId, ORDERS.indexOf(world.order))
    if (wrong) return wrong
    const counts = world.isEndedLate ? isSyncOut : isOut
    if (counts(crew[0]) + counts(crew[1]) + counts(crew[2]) > 1) return BROKEN.overlap
    const happened = scenario.faults - world.faults
    if (world.toldAgain > happened) return BROKEN.toldAgain
    if (world.askedAgain > happened) return BROKEN.askedAgain
    const row = rows.at(rowId)
    for (const notice of notices) {
      if (notice === OVER && !row) return BROKEN.lostNotice
      if (notice === DEAD && isAlike && happened < REAL_DESIGN.attempts) return BROKEN.deadNotice
    }
    if (row && notices[newestIndex] === OVER && isOverruled(row)) return BROKEN.overruled
    return undefined
  }

  /** No call is due, or only what an operator was told to do remains; and no invocation is running. */
  const isFinished = ({ row: rowId, crew, notices }: World): boolean => {
    if (crew[0] !== NOBODY || notices.some((notice) => notice < OVER)) return false
    const row = rows.at(rowId)
    return row?.due === undefined || row.state === 'HELD'
  }

  return {
    ...{ scenario, design, rows, invocations, write, mayDecide, bookFirst, decisions },
    ...{ starts, afterWrite, afterOwnWrite, withoutMember, brokenBy, brokenByCall, brokenIn, isFinished, mayHold },
  }
}
