import { setTimeout as sleep } from 'node:timers/promises'
import { LIMITS } from '../../../../lib/limits.ts'
import type { World } from '../../../../lib/local/world.ts'

const BETWEEN_RECONCILES_MS = 5_000
/** Events on their way to a function, a few for each sandbox. */
const FEW_BUSY = 50

/** Little else goes on: nearly every event has reached its function. */
export const isQuiet = (world: World): boolean => world.bus.busy <= FEW_BUSY

/** Runs reconcile as the schedule does, but more often: while payment notices arrive, and then until no row is due. */
export const reconcileWhile = async (handed: Promise<void>, world: World): Promise<void> => {
  const isHanded = () => Promise.race([handed.then(() => true), sleep(BETWEEN_RECONCILES_MS, false, { ref: false })])
  // What was sent ten minutes ago is asked about beside what arrives. Of a row whose event still waits for a sandbox
  // there would be a second event.
  while (!(await isHanded())) if (isQuiet(world)) await world.lambdas.reconcile.invoke({})
  if ((await reconcileAll(world)) > 0) {
    // No invocation is under way now, so what is left are mostly rows of killed ones, until their leases have ended.
    world.clock.advance(LIMITS.lease)
    await reconcileAll(world)
  }
  await world.idle()
}

const MOST_RECONCILES = 60

/** Until no row is due, or as many as after the run before. Gives how many. */
const reconcileAll = async (world: World): Promise<number> => {
  let left = Number.POSITIVE_INFINITY
  for (let runs = 0; runs < MOST_RECONCILES && left > 0; runs += 1) {
    const { result, error } = await world.lambdas.reconcile.invoke({})
    // Only events change what is due; evidence and outcomes go on beside the next run.
    await world.bus.idle()
    if (error) continue
    const { dispatched, refused, merchants } = result as Reported // reconcile's own result
    const due = dispatched + refused
    const isCutShort = merchants.some(({ more, error: failed }) => more || failed !== undefined)
    if (!isCutShort && due >= left) return due
    left = isCutShort ? Number.POSITIVE_INFINITY : due
  }
  return left
}

type Reported = {
  readonly dispatched: number
  readonly refused: number
  readonly merchants: readonly { readonly more: boolean; readonly error?: string }[]
}
