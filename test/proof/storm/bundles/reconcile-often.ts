import { setTimeout as sleep } from 'node:timers/promises'
import { LIMITS } from '../../../../lib/limits.ts'
import type { World } from '../../../../lib/local/world.ts'

const BETWEEN_RECONCILES_MS = 5_000

/** Runs reconcile as the schedule does, but more often: while payment notices arrive, and then until no row is due. */
export const reconcileWhile = async (handed: Promise<void>, world: World): Promise<void> => {
  const isHanded = () => Promise.race([handed.then(() => true), sleep(BETWEEN_RECONCILES_MS, false, { ref: false })])
  while (!(await isHanded())) await world.runReconcile()
  await reconcileAll(world)
}

const MOST_RECONCILES = 60
/** After so many runs in a row that leave something, what is left may be rows of killed invocations. */
const RUNS_BEFORE_LEASES_END = 3

/** No invocation is under way between two runs, so the clock may go on to where every lease has ended. */
const reconcileAll = async (world: World): Promise<void> => {
  for (let runs = 1; runs <= MOST_RECONCILES; runs += 1) {
    const { result, error } = await world.runReconcile()
    if (!error && isNothingLeft(result)) return
    if (runs % RUNS_BEFORE_LEASES_END === 0) world.clock.advance(LIMITS.lease)
  }
}

type Reported = {
  readonly dispatched: number
  readonly refused: number
  readonly merchants: readonly { readonly more: boolean; readonly error?: string }[]
}

const isNothingLeft = (result: unknown): boolean => {
  const { dispatched, refused, merchants } = result as Reported // reconcile's own result
  return dispatched + refused === 0 && merchants.every(({ more, error }) => !more && error === undefined)
}
