import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { World } from './world.ts'

const FILE = '.local/world.json'

/** Tells other processes on this machine how to reach the world: `npx payscore … --local` reads it. Gives what takes it back. */
export const announceWorld = ({ env, api }: World): (() => void) => {
  mkdirSync('.local', { recursive: true })
  writeFileSync(FILE, `${JSON.stringify({ ...env, PAYSCORE_API: api.url }, null, 2)}\n`)
  return () => rmSync(FILE, { force: true })
}
