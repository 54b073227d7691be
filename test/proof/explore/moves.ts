import { LIMITS } from '../../../lib/limits.ts'
import { answerInWords } from './answers.ts'
import { isRefusedCall, ownSyncArrives, queryArrives, syncArrives } from './calls.ts'
import { NOW } from './canonical-row.ts'
import { REAL_DESIGN } from './design.ts'
import { FAULTS } from './faults.ts'
import { BROKEN } from './invariants.ts'
import { type InvocationId, NOBODY, STEPS, stepsIn } from './invocation.ts'
import type { Model, Move } from './model.ts'
import { isInBill, refundAnswer, refundAnswerInWords, refundsLive } from './refunds.ts'
import { CALL, TIME } from './time.ts'
import { AFTERLIFE, LIFE, queryAnswers, syncAnswers } from './wechat-pay.ts'
import { isQueued, RUNNING, sizeOf, type World, withMember, withNotice } from './world.ts'

const ALIKE = [0]
const ONE_FAST = [0, 1]
/** The clocks that a new invocation may have. */
const clocks = ({ scenario }: Model) => (scenario.hasFastClocks ? ONE_FAST : ALIKE)

/** Lambda invokes a function with a queued payment notice. */
const noticeComes: Move = (world, model, emit) => {
  if (sizeOf(world.crew) >= model.scenario.invocations) return
  for (const [index, notice] of world.notices.entries()) {
    if (!isQueued(notice)) continue
    const notices = withNotice(world.notices, index, RUNNING + notice - 1)
    for (const clock of clocks(model)) {
      const id = model.invocations.takeNotice(index, clock)
      emit({ ...world, notices, crew: withMember(world.crew, 2, id) }, 'step', `notice ${index + 1} comes`, -1)
    }
  }
}

/**
 * A due event arrives, at any time and for either call: from a reconcile that reads a stale index, from one of two
 * reconciles at once, late, doubled, or from the function that wrote the row. It has only the row's key and begins with
 * a claim; if the claim fails, nothing was done.
 */
const dueEventComes: Move = (world, model, emit) => {
  if (sizeOf(world.crew) >= model.scenario.invocations) return
  for (const index of stepsIn(model.scenario))
    for (const clock of clocks(model)) {
      const claimed = model.write(world.row, model.invocations.takeStep(index, clock))
      if (!claimed.isHeld) continue
      const next = model.afterWrite(world, claimed, -1, claimed.next)
      emit(next, 'step', `a due event claims the ${STEPS[index]}`, -1, model.brokenBy(world, claimed, -1))
    }
}

/** A running invocation makes its next request. */
const invocationGoesOn: Move = (world, model, emit) => {
  for (let who = 0; who < sizeOf(world.crew); who++) {
    const id = world.crew[who] ?? NOBODY
    if (id === world.crew[who - 1]) continue
    const { place } = model.invocations.at(id)
    if (place === 'check') looksAtLease(world, model, emit, who, id)
    else if (place === 'out') isAnswered(world, model, emit, who, id)
    else {
      writes(world, model, emit, who, id)
      isRefused(world, model, emit, who, id)
    }
  }
}

type OwnMove = (...parameters: [...Parameters<Move>, who: number, id: InvocationId]) => void

/** As in call-wechatpay.ts. */
export const isLeaseOver = ({ invocations, rows }: Model, id: InvocationId): boolean => {
  const { row, isFast } = invocations.at(id)
  return NOW + (isFast ? LIMITS.clockDifference : 0) + LIMITS.call > (rows.at(row)?.leased_until ?? 0)
}

const looksAtLease: OwnMove = (world, model, emit, who, id) => {
  const { row, isFast, step } = model.invocations.at(id)
  const now = NOW + (isFast ? LIMITS.clockDifference : 0)
  if (isLeaseOver(model, id))
    emit(model.withoutMember(world, who, id, false), 'step', 'finds its lease over and makes no call', who)
  else {
    const isLeased = now + CALL <= (model.rows.at(row)?.leased_until ?? 0)
    const broken = isLeased ? (step === 'sync' ? model.brokenByCall(world, row) : undefined) : BROKEN.unleased
    emit({ ...world, crew: withMember(world.crew, who, model.invocations.call(id)) }, 'call', SENDS[step], who, broken)
  }
}

const SENDS = { sync: 'sends the sync', query: 'sends the query', refund: 'asks about the refund' } as const

const isAnswered: OwnMove = (world, model, emit, who, id) => {
  const { invocations, rows } = model
  const { step, row } = invocations.at(id)
  const asked = rows.at(row)
  if (step === 'refund' && asked) {
    const answer = refundAnswer(world, asked)
    const crew = withMember(world.crew, who, invocations.hear(id, answer))
    return emit({ ...world, crew }, 'step', `is answered: ${refundAnswerInWords(answer)}`, who)
  }
  if (step === 'query') {
    const next = queryArrives(world, model)
    for (const answer of queryAnswers(world.order, model.scenario))
      emit({ ...next, crew: withMember(world.crew, who, invocations.hear(id, answer)) }, 'step', HEARS(answer), who)
    return
  }
  const isWrong = isRefusedCall(model, id)
  for (const answer of syncAnswers(world.order, isWrong, model.scenario.isWhole === true)) {
    const next = ownSyncArrives(world, model, id)
    emit({ ...next, crew: withMember(world.crew, who, invocations.hear(id, answer)) }, 'step', HEARS(answer), who)
  }
}

const HEARS = (answer: number): string => `is answered: ${answerInWords(answer)}`

/** Makes its next request to the ledger. */
const writes: OwnMove = (world, model, emit, who, id) => {
  const written = model.write(world.row, id)
  const broken = written.next === NOBODY ? brokenByEnd(world, model, id, written) : undefined
  const next = model.afterOwnWrite(world, written, who, id)
  const words = written.isHeld ? `writes "${written.name}"` : `may not write "${written.name}"`
  emit(next, 'step', words, who, broken ?? model.brokenBy(world, written, who))
}

const brokenByEnd = (
  world: World,
  model: Model,
  id: InvocationId,
  { isFailed }: ReturnType<Model['write']>,
): string | undefined => {
  if (isMistaken(world, model, id)) return BROKEN.mistaken
  return !isFailed && isSwallowed(world, model, id) ? BROKEN.swallowed : undefined
}

/** A payment notice ends as a conflict, although the row has its call. */
const isMistaken = ({ row }: World, { invocations, rows, scenario }: Model, id: InvocationId): boolean => {
  const { place, notice } = invocations.at(id)
  return place === 'conflict' && rows.at(row)?.call_hash === scenario.notices[notice]?.call
}

/** A payment notice that contradicts the row is finished, although it could still reopen the row. */
const isSwallowed = ({ row: rowId }: World, { invocations, rows, scenario }: Model, id: InvocationId): boolean => {
  const { place, notice } = invocations.at(id)
  const row = rows.at(rowId)
  if (place !== 'conflict' || !row) return false
  return row.call_hash !== scenario.notices[notice]?.call && !REAL_DESIGN.isSettled(row)
}

/** The write on its way arrived too late for AWS's signature check, or never. */
const isRefused: OwnMove = (world, model, emit, who, id) => {
  const { sleep, place } = model.invocations.at(id)
  if (sleep !== 'writing') return
  const isFailed = place !== 'record' && place !== 'otherwise'
  emit(model.withoutMember(world, who, id, isFailed), 'step', 'cannot write any more', who)
}

/** Changes of the order at WeChat Pay that we do not cause. */
const orderLives: Move = (world, { scenario }, emit) => {
  for (const { from, to, words } of scenario.bills ? [...LIFE, ...AFTERLIFE] : LIFE)
    if (from === world.order) emit({ ...world, order: to }, words === 'the charge fails' ? 'wait' : 'step', words, -1)
}

/** A sync whose invocation has ended reaches WeChat Pay late. It may also be lost: then nothing changes. */
const requestLands: Move = (world, _, emit) => {
  if (world.wire > 0)
    emit(syncArrives({ ...world, wire: world.wire - 1, isLate: true }, false), 'step', 'a sync on the wire arrives', -1)
}

const statementIsBooked: Move = (world, model, emit) => {
  if (!world.isToBeBooked) return
  const booked = model.bookFirst(world.row, 0)
  const next = model.afterWrite({ ...world, isToBeBooked: false }, booked, -1, NOBODY)
  emit(next, 'step', 'a statement is booked', -1, model.brokenBy(world, booked, -1))
}

/** An operator, or a line of a trade bill, decides on a row that was read before. */
const personActs: Move = (world, model, emit) => {
  if (sizeOf(world.crew) >= model.scenario.invocations) return
  for (const [decision, { words, isOfBill, out_refund_no }] of model.decisions.entries()) {
    if ((isOfBill ? world.bills : world.persons) === 0 || !model.mayDecide(world.row, decision)) continue
    if (isOfBill && out_refund_no !== undefined && !isInBill(world, out_refund_no)) continue
    const crew = withMember(world.crew, 2, model.invocations.decide(world.row, decision))
    const left = isOfBill ? { bills: world.bills - 1 } : { persons: world.persons - 1 }
    emit({ ...world, ...left, crew }, 'person', words, -1)
  }
}

/** All moves. A new state of the row, or a new way to send a payment notice, needs a new move here. */
export const MOVES: readonly Move[] = [
  noticeComes,
  dueEventComes,
  invocationGoesOn,
  orderLives,
  refundsLive,
  requestLands,
  statementIsBooked,
  personActs,
  ...TIME,
  ...FAULTS,
]
