import { nextCallAt } from '../../../lib/ledger/row.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { OLD_STEP } from './calls.ts'
import { NOW } from './canonical-row.ts'
import { NOBODY } from './invocation.ts'
import type { Model, Move } from './model.ts'
import { changed, sizeOf, type World } from './world.ts'

/** The longest true duration of a call, ms. A design that checks its lease differently does not make it shorter. */
export const CALL = 8000

/** AWS refuses a request whose signature is older, ms. So a write cannot be delayed by more. */
const SIGNED_WITHIN = 5 * 60_000

/** Whether no running invocation would reach its time limit first. */
const mayPass = ({ crew }: World, { invocations }: Model, ms: number): boolean => {
  for (let who = 0; who < sizeOf(crew); who++) {
    const { sleep, runs, place, lag } = invocations.at(crew[who] ?? NOBODY)
    if (sleep === 'writing' && lag + ms > SIGNED_WITHIN) return false
    if (sleep !== 'awake') continue
    if (runs + ms >= LIMITS.functionTimeout || (place === 'out' && ms >= CALL)) return false
  }
  return true
}

/** Whether a frozen invocation will compare times that are then in the past. */
const isRemembered = ({ crew }: World, { invocations }: Model): boolean =>
  crew.some((id) => {
    const { sleep, place } = invocations.at(id)
    return sleep === 'writing' || place === 'decide'
  })

const after = (world: World, model: Model, ms: number): World => {
  const { rows, invocations } = model
  const row = rows.later(world.row, ms)
  return {
    ...world,
    row: isRemembered(world, model) ? row : rows.justDue(row),
    crew: changed(world.crew, (id) => invocations.later(id, ms)),
    oldUnpaid: aged(world.oldUnpaid, ms),
    oldOpen: aged(world.oldOpen, ms),
  }
}

const aged = (left: number, ms: number): number => Math.max(0, left - Math.floor(ms / OLD_STEP))

/** Time passes until a lease ends or a row can be claimed, by the fast clock or by the others. */
const timePasses: Move = (world, model, emit) => {
  const ms = nextMoment(world, model)
  if (ms === undefined || !mayPass(world, model, ms)) return
  emit(after(world, model, ms), 'wait', `${ms / 1000} s pass`, -1)
}

const nextMoment = (world: World, { rows, invocations, scenario }: Model): number | undefined => {
  let next = Number.POSITIVE_INFINITY
  const meet = (at: number | undefined) => {
    const ms = (at ?? 0) - NOW
    if (ms > 0 && ms < next) next = ms
  }
  const row = rows.at(world.row)
  for (const at of [row?.leased_until, row && nextCallAt(row)]) {
    meet(at)
    if (at && scenario.hasFastClocks) meet(at - LIMITS.clockDifference)
  }
  for (let who = 0; who < sizeOf(world.crew); who++) {
    const { place, row } = invocations.at(world.crew[who] ?? NOBODY)
    if (place === 'check') meet(rows.at(row)?.leased_until)
  }
  return next === Number.POSITIVE_INFINITY ? undefined : next
}

/** No invocation runs for a long time: an outage, or a merchant who completes orders late. */
const longPasses: Move = (world, model, emit) => {
  if (!model.scenario.hasLongWaits || world.row === 0) return
  for (const [ms, words] of LONG) if (mayPass(world, model, ms)) emit(after(world, model, ms), 'wait', words, -1)
}

const LONG: readonly (readonly [ms: number, words: string])[] = [
  [LIMITS.absentGiveUp + 1000, 'a day passes'],
  [LIMITS.giveUp + 1000, 'a month passes'],
]

export const TIME: readonly Move[] = [timePasses, longPasses]
