import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../../../../lib/local/world.ts'

const BETWEEN_RECONCILES_MS = 5_000

/** Runs reconcile as the schedule does, but more often: while payment notices arrive, and then until no row is due. */
export const reconcileWhile = async (handed: Promise<void>, world: World): Promise<void> => {
  const isHanded = () => Promise.race([handed.then(() => true), sleep(BETWEEN_RECONCILES_MS, false, { ref: false })])
  while (!(await isHanded())) await reconcileAll(world)
  await reconcileAll(world)
}

const MOST_RECONCILES = 60

const reconcileAll = async (world: World): Promise<void> => {
  for (let runs = 0; runs < MOST_RECONCILES; runs += 1) {
    const { result, error } = await world.runReconcile()
    if (!error && isNothingLeft(result)) return
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
