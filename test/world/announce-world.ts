import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { World } from './world.ts'

const FILE = '.local/world.json'

/** Tells other processes on this machine how to reach the world: `npx payscore … --local` reads it. Gives what takes it back. */
export const announceWorld = ({ env, api, clock }: World): (() => void) => {
  const world = { ...env, PAYSCORE_API: api.url, PAYSCORE_CLOCK_OFFSET_MS: String(clock.offset()) }
  mkdirSync('.local', { recursive: true })
  writeFileSync(FILE, `${JSON.stringify(world, null, 2)}\n`)
  return () => rmSync(FILE, { force: true })
}
