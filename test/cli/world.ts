import { vi } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { SERVED } from '../support/served.ts'
import { stubAws } from './local-env.ts'

export { startWorld, type World }

/** Makes this process one that `npm start -- ` could have told its endpoints to. */
export const enterWorld = (world: World): void => stubAws(world.env)
export const leaveWorld = (): void => {
  vi.unstubAllEnvs()
}

export const DIRECT = SERVED['payafter-orders']
export const MINUTE = 60_000

/** Lets time pass until no call of the order can be out, and none is due so soon that one might be. */
export const passUntilQuiet = async (world: World, out_order_no: string): Promise<void> => {
  const dueAt = async () => {
    const rows = await world.table.rows()
    return Number(rows.find(({ pk }) => String(pk).endsWith(`#${out_order_no}`))?.due_at ?? Number.POSITIVE_INFINITY)
  }
  do await world.pass(MINUTE)
  while ((await dueAt()) < world.clock.now() + MINUTE)
}
