import { type InvocationId, NOBODY } from './invocation.ts'
import type { RowId } from './rows.ts'
import { ORDERS, type Order } from './wechat-pay.ts'

/** A state of the model. The clock always shows NOW. */
export type World = {
  readonly row: RowId
  readonly order: Order
  /** A line of a statement will still create the order. */
  readonly isToBeBooked: boolean
  /** The running invocations, sorted by number, since their order makes no difference. */
  readonly crew: Crew
  readonly notices: Notices
  /** Syncs on the wire whose invocation has ended: bit 0 of the first call, bit 1 of another call. */
  readonly wire: number
  /** How much longer an old signed answer is accepted, in steps of 5 s, plus one; 0: there is none. */
  readonly oldUnpaid: number
  readonly oldOpen: number
  /** Faults and operator decisions that may still happen. */
  readonly faults: number
  readonly persons: number
  /** Lines of trade bills that may still lead to a write. */
  readonly bills: number
  /** The refunds at WeChat Pay, two bits each: see refunds.ts. */
  readonly refunds: number
  /** Unnecessary syncs of an order that WeChat Pay already knew as paid, and queries after a final answer. */
  readonly toldAgain: number
  readonly askedAgain: number
  readonly isAnswered: boolean
  /** A sync reached WeChat Pay after its lease had ended. */
  readonly isLate: boolean
  /** A late final answer ended the row while another query was out: a bill may then have a second one made. */
  readonly isEndedLate: boolean
  /** WeChat Pay has shown the order since the row has `absent_since`. */
  readonly isSeen: boolean
}

export type Crew = readonly [InvocationId, InvocationId, InvocationId]

/**
 * Each payment notice is queued with 1..3 attempts left, being processed with 0..2 left, finished, or a dead letter.
 */
export type Notices = readonly number[]
export const RUNNING = 4
export const OVER = 7
export const DEAD = 8

export const isQueued = (notice: number): boolean => notice < RUNNING

export const crewOf = (a: InvocationId, b: InvocationId, c: InvocationId): Crew => {
  if (a < b) return a >= c ? [b, a, c] : b < c ? [c, b, a] : [b, c, a]
  return b >= c ? [a, b, c] : a < c ? [c, a, b] : [a, c, b]
}

/** Changes one member; the others stay, or are changed by `change`. */
export const withMember = (
  crew: Crew,
  index: number,
  member: InvocationId,
  change: (id: InvocationId) => InvocationId = same,
): Crew => {
  const [a, b, c] = crew
  if (index === 0) return crewOf(member, change(b), change(c))
  if (index === 1) return crewOf(change(a), member, change(c))
  return crewOf(change(a), change(b), member)
}

const same = (id: InvocationId): InvocationId => id

export const changed = ([a, b, c]: Crew, change: (id: InvocationId) => InvocationId): Crew =>
  crewOf(change(a), change(b), change(c))

export const sizeOf = (crew: Crew): number =>
  crew[0] === NOBODY ? 0 : crew[1] === NOBODY ? 1 : crew[2] === NOBODY ? 2 : 3

export const withNotice = (notices: Notices, index: number, notice: number): Notices => notices.with(index, notice)

/** A state fits into so many 32-bit words. */
export const WORDS = 4
const MOST = 0xffff

/** Writes a state as WORDS numbers. Equal states give equal numbers. */
export const pack = (world: World, words: Int32Array, at: number): void => {
  const { row, crew, notices } = world
  if (row > MOST || crew[0] > MOST) throw new Error('more rows or invocations than the explorer can number')
  words[at] = row | (crew[0] << 16)
  words[at + 1] = crew[1] | (crew[2] << 16)
  words[at + 2] =
    (world.wire << 3) |
    (world.oldUnpaid << 5) |
    (world.oldOpen << 12) |
    ((notices[0] ?? 0) << 19) |
    ((notices[1] ?? 0) << 23) |
    ((notices[2] ?? 0) << 27)
  words[at + 3] =
    world.faults |
    (world.persons << 3) |
    (world.toldAgain << 6) |
    (world.askedAgain << 9) |
    (flag(world.isAnswered) << 12) |
    (flag(world.isSeen) << 13) |
    (flag(world.isToBeBooked) << 14) |
    (notices.length << 15) |
    (ORDERS.indexOf(world.order) << 17) |
    (flag(world.isLate) << 21) |
    (world.bills << 22) |
    (world.refunds << 24) |
    (flag(world.isEndedLate) << 28)
}

export const unpack = (words: Int32Array, at: number): World => {
  const [a = 0, b = 0, c = 0, d = 0] = [words[at], words[at + 1], words[at + 2], words[at + 3]]
  const count = (d >>> 15) & 3
  const notices = [(c >>> 19) & 15, (c >>> 23) & 15, (c >>> 27) & 15]
  return {
    row: a & MOST,
    crew: [a >>> 16, b & MOST, b >>> 16],
    order: ORDERS[(d >>> 17) & 15] ?? 'absent',
    wire: (c >>> 3) & 3,
    oldUnpaid: (c >>> 5) & 127,
    oldOpen: (c >>> 12) & 127,
    notices: notices.slice(0, count),
    faults: d & 7,
    persons: (d >>> 3) & 7,
    toldAgain: (d >>> 6) & 7,
    askedAgain: (d >>> 9) & 7,
    isAnswered: ((d >>> 12) & 1) === 1,
    isSeen: ((d >>> 13) & 1) === 1,
    isLate: ((d >>> 21) & 1) === 1,
    isToBeBooked: ((d >>> 14) & 1) === 1,
    bills: (d >>> 22) & 3,
    refunds: (d >>> 24) & 15,
    isEndedLate: ((d >>> 28) & 1) === 1,
  }
}

const flag = (is: boolean): number => (is ? 1 : 0)
