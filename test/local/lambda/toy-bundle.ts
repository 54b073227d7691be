import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A bundle of one file, for tests of the world itself. */
export const writeToyBundle = async (source: string) => {
  const dir = await mkdtemp(join(tmpdir(), 'toy-'))
  await writeFile(join(dir, 'index.mjs'), source)
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}
