import { hasOpenCharge, type Row } from '../../../lib/ledger/row.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { type Design, REAL_DESIGN } from './design.ts'
import { NOW } from './essence.ts'
import { BROKEN, brokenByOrder, brokenRow } from './invariants.ts'
import { createInvocations, type InvocationId, NOBODY, remember, remember2 } from './invocation.ts'
import { createRows, NO_ROW, type RowId } from './rows.ts'
import type { Scenario } from './scenario.ts'
import { isTold, ORDERS } from './wechat-pay.ts'
import { changed, DEAD, OVER, RUNNING, type World, withMember, withNotice } from './world.ts'
import { createWrites, type Write, type Written } from './writes.ts'

/*
 * One order, its row, WeChat Pay's own truth of it, and up to three invocations that are each somewhere between two of
 * their requests. The transitions and their conditions are the real ones; only the row is kept in memory.
 *
 * - Nothing happens at the same time: a move is one request to the ledger, one request to WeChat Pay, its answer, or one
 *   thing that happens to the order. Every order of moves is gone through.
 * - Time stands still until it passes as a move, to the next moment at which something can be claimed: whoever is not
 *   frozen is done by then, as the platform's limit is shorter than a lease. Ages are told apart at 24 h and 30 days.
 * - A due event needs no place in the world: late, twice, lost or from an index behind the row, it is a claim that may
 *   be tried at any moment.
 * - A fault is whatever a healthy platform, ledger or WeChat Pay would not do. A run has so many, at any moments.
 *
 * Not here: rows that DynamoDB's TTL deletes, and two residues: a sync that is still on the wire, or frozen, when its
 * lease has ended may be taken after a person has closed or withdrawn the order; and the signed answer that there is no
 * such order names none, so that one of another order permits a withdrawal.
 */

/** What happens between two worlds, as far as the search must tell: a call goes out, time passes, something goes wrong. */
export const KINDS = ['step', 'call', 'wait', 'fault', 'person'] as const
export type Kind = (typeof KINDS)[number]

/** Takes what may come next. `who` is the member of the crew that does it, or -1. */
export type Emit = (next: World, kind: Kind, what: string, who: number, broken?: string) => void

export type Move = (world: World, model: Model, emit: Emit) => void

export type Model = ReturnType<typeof createModel>

/** One scenario under one design, and what all moves share. */
export const createModel = (scenario: Scenario, changes: Partial<Design> = {}) => {
  const design: Design = { ...REAL_DESIGN, ...changes }
  const rows = createRows()
  const invocations = createInvocations(rows)
  const { write, mayDecide, bookFirst } = createWrites(scenario, design, rows, invocations)

  const starts = (): readonly World[] =>
    scenario.orders.map((order) => ({
      row: NO_ROW,
      order,
      isToBeBooked: scenario.isBooked === true,
      crew: [NOBODY, NOBODY, NOBODY],
      notices: scenario.notices.map(() => design.attempts),
      wire: 0,
      oldUnpaid: 0,
      oldOpen: 0,
      faults: scenario.faults,
      persons: scenario.persons ?? 0,
      toldAgain: 0,
      askedAgain: 0,
      isAnswered: false,
      isSeen: false,
      isLate: false,
    }))

  /** The world after a write: by a member of the crew who then is `next`, or by nobody of it, whom `next` joins. */
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
      isSeen: written.sight === 'as before' ? world.isSeen : written.sight === 'seen',
    }
  }

  /** An invocation is over. Lambda gives an event again when it failed, and then keeps it as a dead letter. */
  const end = (world: World, id: InvocationId, isFailed: boolean): World => {
    const { notice } = invocations.at(id)
    if (notice < 0) return world
    const left = (world.notices[notice] ?? 0) - RUNNING
    const now = !isFailed ? OVER : left > 0 ? left : DEAD
    return { ...world, notices: withNotice(world.notices, notice, now) }
  }

  /** A member of the crew makes its next write. */
  const afterOwnWrite = (world: World, written: Write, who: number, id: InvocationId): World => {
    const next = afterWrite(world, written, who, written.next)
    return written.next === NOBODY ? end(next, id, written.isFailed) : next
  }

  /** A member of the crew is gone without a further write. */
  const withoutMember = (world: World, who: number, id: InvocationId, isFailed: boolean): World =>
    end({ ...world, crew: withMember(world.crew, who, NOBODY) }, id, isFailed)

  /** End of a lease that its holder may still rely on, ms by the slower clocks; 0 when there is none. */
  const leaseOf = remember((id) => {
    const { place, sleep, isFast, row } = invocations.at(id)
    const end = (rows.at(row)?.due_at ?? 0) - (isFast ? LIMITS.clockDifference : 0)
    const isHolding = (place === 'check' || place === 'out') && sleep === 'awake'
    return isHolding && end > NOW ? end : 0
  })

  const isOut = remember((id) => (invocations.at(id).place === 'out' && leaseOf(id) > 0 ? 1 : 0))

  /** What a write does wrong in this world. */
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
      // Whoever lost the row to a success can only bring WeChat Pay's last word, which is taken all the same.
      if (written.stops && !rows.isFormer(invocations.at(id).row)) return BROKEN.closedUnderCall
      if (written.freeAt !== 0 && written.freeAt < lease) return BROKEN.lease
    }
    return undefined
  }

  /** What is wrong with sending the sync of a row that was claimed so. */
  const brokenByCall = (world: World, claimed: RowId): string | undefined => {
    const { mode, cleared } = rows.at(claimed) ?? {}
    const row = rows.at(world.row)
    // Of an order that was paid in part the rest is still to be told.
    if (!isPaidInPart && cleared && row?.state === 'PENDING' && hasOpenCharge(row)) return BROKEN.neededNoSync
    return (mode && !cleared) || row?.state === 'HELD' ? BROKEN.unasked : undefined
  }

  const newest = scenario.notices.reduce((a, b) => (b.noticed_at > a.noticed_at ? b : a))
  const newestIndex = scenario.notices.indexOf(newest)
  const isAlike = scenario.notices.every(({ call }) => call === newest.call)

  const isPaidInPart = scenario.orders.includes('part')

  const mayHold = isPaidInPart || scenario.notices.some(({ mode, isOverCap }) => mode !== undefined || isOverCap)

  const isOverruled = ({ state, call_hash, reason }: Row): boolean =>
    state === 'REJECTED' && call_hash !== newest.call && reason === 'invalid'

  /** Whatever words came back: WeChat Pay never refused this call. */
  const isNeverRefused = ({ state, call_hash, reason }: Row): boolean =>
    state === 'REJECTED' &&
    reason === 'invalid' &&
    !scenario.notices.some(({ call, isRefused }) => isRefused && call === call_hash)

  const brokenInRow = remember2((rowId: RowId, order: number): string => {
    const row = rows.at(rowId)
    if (row && isNeverRefused(row)) return BROKEN.neverRefused
    return (row && (brokenRow(row) ?? brokenByOrder(row, ORDERS[order] ?? 'absent'))) ?? ''
  })

  /** What is wrong with a world, whatever led to it. */
  const brokenIn = (world: World): string | undefined => {
    const { crew, notices, row: rowId } = world
    const wrong = brokenInRow(rowId, ORDERS.indexOf(world.order))
    if (wrong) return wrong
    if (isOut(crew[0]) + isOut(crew[1]) + isOut(crew[2]) > 1) return BROKEN.overlap
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

  /** Nothing is left to do, or nothing that a person was not told to do; and nobody is at it. */
  const isFinished = ({ row: rowId, crew, notices }: World): boolean => {
    if (crew[0] !== NOBODY || notices.some((notice) => notice < OVER)) return false
    const row = rows.at(rowId)
    return row?.due === undefined || row.state === 'HELD'
  }

  return {
    ...{ scenario, design, rows, invocations, write, mayDecide, bookFirst },
    ...{ starts, afterWrite, afterOwnWrite, withoutMember, brokenBy, brokenByCall, brokenIn, isFinished, mayHold },
  }
}
