import { LIMITS } from '../../../lib/limits.ts'
import { type AnswerId, answerInWords, NO_KEY, OLD_REFUSALS, signed, unsigned } from './answers.ts'
import { isRefusedCall, OLD_STEP, ownSyncArrives, queryArrives } from './calls.ts'
import { type InvocationId, isWrite, NOBODY, STEPS, stepsIn } from './invocation.ts'
import type { Emit, Model, Move } from './model.ts'
import { REFUND_FAILS, REFUND_UNSENT, refundAnswerInWords } from './refunds.ts'
import { NO_ROW } from './rows.ts'
import { type Crew, sizeOf, type World, withMember } from './world.ts'

/** One fault of one running invocation. `world` is the state in which this fault is already counted. */
type Fault = (world: World, model: Model, emit: EmitFault, who: number, id: InvocationId) => void
type EmitFault = (next: World, what: string, broken?: string) => void

/** The invocation ends between two requests: by a crash or by Lambda's time limit. */
const crashes: Fault = (world, model, emit, who, id) => {
  emit(model.withoutMember(world, who, id, true), 'is gone')
}

/** The invocation ends during its call: WeChat Pay has received the request, or receives it later. */
const crashesInCall: Fault = (world, model, emit, who, id) => {
  const { place, step } = model.invocations.at(id)
  if (place !== 'out') return
  const gone = model.withoutMember(world, who, id, true)
  // As if it had crashed before.
  if (step === 'refund') return
  if (step === 'query') return emit(queryArrives(gone, model), 'is gone after its query arrived')
  emit(ownSyncArrives(gone, model, id), 'is gone after its sync arrived')
  if (!isRefusedCall(model, id)) emit(onTheWire(gone), 'is gone with its sync on the wire')
}

const onTheWire = (world: World): World => ({ ...world, wire: Math.min(world.wire + 1, MOST_ON_THE_WIRE) })
const MOST_ON_THE_WIRE = 3

/** Lambda freezes the invocation until after its lease; or its write arrives late. */
const freezes: Fault = (world, model, emit, who, id) => {
  const { invocations } = model
  const { place, sleep } = invocations.at(id)
  if (sleep !== 'awake') return
  emit({ ...world, crew: withMember(world.crew, who, invocations.fallAsleep(id)) }, 'freezes')
  if (!isWrite(place)) return
  emit({ ...world, crew: withMember(world.crew, who, invocations.sleepWriting(id)) }, 'freezes with a write on its way')
}

/** The write is applied, its response is lost, and the SDK sends it again. */
const answerOfWriteIsLost: Fault = (world, model, emit, who, id) => {
  const { place, isRepeated } = model.invocations.at(id)
  if (!isWrite(place) || isRepeated) return
  const written = model.write(world.row, id)
  if (!written.isHeld) return
  const next = model.afterWrite(world, written, who, NOBODY)
  const again = model.invocations.repeat(written.isNewAttempt ? model.invocations.loseRow(id) : id)
  emit(
    { ...next, crew: withMember(next.crew, 2, again) },
    `writes "${written.name}", is not told, and sends it again`,
    model.brokenBy(world, written, who),
  )
}

/** No attempt of the write arrives: the outcome is not recorded, but the event counts as processed. */
const outcomeIsNotWritten: Fault = (world, model, emit, who, id) => {
  const { place } = model.invocations.at(id)
  if (place === 'record' || place === 'otherwise')
    emit(model.withoutMember(world, who, id, false), 'cannot record the outcome')
}

/** The signing key is missing. */
const hasNoKey: Fault = (world, model, emit, who, id) => {
  const { invocations } = model
  const { place, step } = invocations.at(id)
  if (place !== 'check') return
  for (const answer of step === 'refund' ? [REFUND_UNSENT] : [NO_KEY, unsigned('unsent')])
    emit({ ...world, crew: withMember(world.crew, who, invocations.hear(id, answer)) }, 'has no key and makes no call')
}

/** The request fails before WeChat Pay processes it. */
const SYNC_FAILS: readonly AnswerId[] = [
  unsigned('unsent'),
  unsigned('throttled'),
  unsigned('config'),
  unsigned('invalid'),
  unsigned('state'),
  unsigned('unknown'),
]
/** WeChat Pay processes the sync, but the response is forged or is for another order. */
const SYNC_IS_HIDDEN: readonly AnswerId[] = [
  unsigned('unknown'),
  unsigned('config'),
  unsigned('throttled'),
  unsigned('invalid'),
  ...OLD_REFUSALS,
]
const QUERY_FAILS: readonly AnswerId[] = [
  ...SYNC_FAILS,
  signed('invalid'),
  signed('state'),
  signed('busy'),
  signed('undecided'),
  signed('absent'),
]

const callFails: Fault = (world, model, emit, who, id) => {
  const { invocations } = model
  const { place, step, isFast } = invocations.at(id)
  if (place !== 'out') return
  const hear = (from: World, answer: AnswerId, how: string) =>
    emit({ ...from, crew: withMember(from.crew, who, invocations.hear(id, answer)) }, `${how}${answerInWords(answer)}`)
  if (step === 'refund') {
    for (const answer of REFUND_FAILS) {
      const crew = withMember(world.crew, who, invocations.hear(id, answer))
      emit({ ...world, crew }, `gets to hear: ${refundAnswerInWords(answer)}`)
    }
    return
  }
  for (const answer of step === 'sync' ? SYNC_FAILS : QUERY_FAILS) hear(world, answer, 'gets to hear: ')
  if (step === 'sync') for (const answer of OLD_REFUSALS) hear(world, answer, 'gets to hear: ')
  const ahead = isFast ? LIMITS.clockDifference : 0
  if ((world.oldUnpaid - 1) * OLD_STEP >= ahead) hear(world, signed('unpaid'), 'is given an old answer: ')
  if ((world.oldOpen - 1) * OLD_STEP >= ahead) hear(world, signed('open'), 'is given an old answer: ')
  if (step === 'query') return hear(queryArrives(world, model), unsigned('unknown'), 'arrives, and is answered: ')
  for (const answer of SYNC_IS_HIDDEN) hear(ownSyncArrives(world, model, id), answer, 'arrives, and is answered: ')
  if (!isRefusedCall(model, id)) hear(onTheWire(world), unsigned('unknown'), 'stays on the wire, and is answered: ')
}

const OF_THE_CREW = [
  crashes,
  crashesInCall,
  freezes,
  answerOfWriteIsLost,
  outcomeIsNotWritten,
  hasNoKey,
  callFails,
] as const satisfies readonly Fault[]

const crewFails: Move = (world, model, emit) => {
  const paid = withoutFault(world)
  for (let who = 0; who < sizeOf(world.crew); who++) {
    const id = world.crew[who] ?? NOBODY
    if (id === world.crew[who - 1]) continue
    const emitFault: EmitFault = (next, what, broken) => emit(withoutOldAnswers(next), 'fault', what, who, broken)
    for (const fault of OF_THE_CREW) fault(paid, model, emitFault, who, id)
  }
}

/**
 * The claim of a due event is applied but its response is lost, so no invocation holds the lease; or the claim arrives
 * late.
 */
const claimFails: Move = (world, model, emit) => {
  if (world.row === NO_ROW || sizeOf(world.crew) >= model.scenario.invocations) return
  const paid = withoutOldAnswers(withoutFault(world))
  for (const index of stepsIn(model.scenario)) {
    const step = STEPS[index]
    const id = model.invocations.takeStep(index, 0)
    const late: Crew = withMember(world.crew, 2, model.invocations.sleepWriting(id))
    emit({ ...paid, crew: late }, 'fault', `a due event sends a claim of the ${step}, and freezes`, -1)
    const claimed = model.write(world.row, id)
    if (!claimed.isHeld) continue
    const next = model.afterWrite(paid, claimed, -1, NOBODY)
    const broken = model.brokenBy(world, claimed, -1)
    emit(next, 'fault', `a due event claims the ${step} and is not told`, -1, broken)
  }
}

/** WeChat Pay charges although a sync told it that the customer paid. */
const chargeIsLate: Move = (world, _, emit) => {
  if (world.order === 'synced')
    emit(withoutOldAnswers({ ...withoutFault(world), order: 'both' }), 'fault', 'WeChat Pay charges late', -1)
}

const withoutFault = (world: World): World => ({ ...world, faults: world.faults - 1 })

/** If no further fault can happen, old answers cannot be replayed, so they are removed from the state. */
const withoutOldAnswers = (world: World): World =>
  world.faults > 0 || (world.oldUnpaid === 0 && world.oldOpen === 0) ? world : { ...world, oldUnpaid: 0, oldOpen: 0 }

const ALL: readonly Move[] = [crewFails, claimFails, chargeIsLate]

/** The faults that may happen, until their number is used up. */
export const FAULTS: readonly Move[] = ALL.map((move) => (world: World, model: Model, emit: Emit) => {
  if (world.faults > 0) move(world, model, emit)
})
