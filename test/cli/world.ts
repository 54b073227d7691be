import { vi } from 'vitest'
import { SERVED } from '../support/served.ts'
import { startWorld, type World } from '../world/world.ts'
import { stubAws } from './local-env.ts'

export { startWorld, type World }

/** Makes this process one that `npm start -- ` could have told its endpoints to. */
export const enterWorld = (world: World): void => stubAws(world.env)
export const leaveWorld = (): void => {
  vi.unstubAllEnvs()
}

export const DIRECT = SERVED['payafter-orders']
export const MINUTE = 60_000
