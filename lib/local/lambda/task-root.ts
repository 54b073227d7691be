import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Copies a bundle to a folder of its own outside the project, as Lambda unpacks it: whatever the bundle forgot to bring
 * is missing there. Throws when a package.json or node_modules above that folder would hide this.
 */
export const createTaskRoot = async (bundleDir: string) => {
  const root = await mkdtemp(join(tmpdir(), 'task-'))
  for (let above = dirname(root); above !== dirname(above); above = dirname(above))
    for (const name of ['package.json', 'node_modules'])
      if (existsSync(join(above, name))) throw new Error(`${join(above, name)} would be found by the bundle`)
  await cp(bundleDir, root, { recursive: true })
  return { path: root, remove: () => rm(root, { recursive: true, force: true }) }
}
