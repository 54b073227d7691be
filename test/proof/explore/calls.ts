import { LIMITS } from '../../../lib/limits.ts'
import { signed } from './answers.ts'
import type { InvocationId } from './invocation.ts'
import type { Model } from './model.ts'
import { isTold, queryAnswer, syncedOrder } from './wechat-pay.ts'
import type { World } from './world.ts'

/** Whether the call of an invocation has a parameter that WeChat Pay refuses. */
export const isRefusedCall = ({ invocations, rows, scenario }: Model, id: InvocationId): boolean => {
  const row = rows.at(invocations.at(id).row)
  return scenario.notices.some(({ call, isRefused }) => isRefused && call === row?.call_hash)
}

/** A sync has reached WeChat Pay. */
export const syncArrives = (world: World, isRefused: boolean): World => {
  if (isRefused) return world
  if (isTold(world.order)) return { ...world, toldAgain: Math.min(world.toldAgain + 1, MOST_COUNTED) }
  const order = syncedOrder(world.order, isRefused)
  return order === world.order ? world : { ...world, order }
}

/** The sync of this invocation has reached WeChat Pay. It is late if the invocation was frozen. */
export const ownSyncArrives = (world: World, model: Model, id: InvocationId): World => {
  const isLate = world.isLate || model.invocations.at(id).sleep !== 'awake'
  return syncArrives({ ...world, isLate }, isRefusedCall(model, id))
}

/** A query has reached WeChat Pay and was answered. */
export const queryArrives = (world: World, { scenario, mayHold }: Model): World => {
  const { order, faults } = world
  // A held order is queried once a day, whatever the answer was, so these queries are not counted.
  const asked =
    world.isAnswered && !mayHold ? { ...world, askedAgain: Math.min(world.askedAgain + 1, MOST_COUNTED) } : world
  if (FINAL.includes(queryAnswer(order))) return asked.isAnswered ? asked : { ...asked, isAnswered: true }
  if (!scenario.hasReplays || faults === 0) return asked
  if (queryAnswer(order) === signed('unpaid')) return { ...asked, oldUnpaid: FRESH }
  return order === 'open' ? { ...asked, oldOpen: FRESH } : asked
}

const FINAL = [signed('confirmed'), signed('collected')]
const MOST_COUNTED = 7

/** The remaining validity of an old answer is counted in these steps, ms. */
export const OLD_STEP = 5000
const FRESH = LIMITS.signatureWindow / OLD_STEP + 1
