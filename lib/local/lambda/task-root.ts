import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Copies a bundle to a folder outside the project, as Lambda unpacks it, so that a file that is missing in the bundle
 * is not found. Throws if a folder above has a package.json or node_modules, which would be found instead.
 */
export const createTaskRoot = async (bundleDir: string, files: Readonly<Record<string, string>> = {}) => {
  const root = await mkdtemp(join(tmpdir(), 'task-'))
  for (let above = dirname(root); above !== dirname(above); above = dirname(above))
    for (const name of ['package.json', 'node_modules'])
      if (existsSync(join(above, name))) throw new Error(`${join(above, name)} would be found by the bundle`)
  await cp(bundleDir, root, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
  return { path: root, remove: () => rm(root, { recursive: true, force: true }) }
}
