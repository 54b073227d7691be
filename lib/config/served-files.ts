import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServedConfig } from './merchants.ts'
import { createServed, type Served, type ServedEntries, type Tills } from './served.ts'

/** Beside the code of each function that needs to know who is served. */
export const SERVED_FILE = 'merchants.json'
const listFile = (provider: string) => `sub-merchants-${provider}.txt`

/**
 * The files that packaging puts into a bundle. The same configuration gives the same bytes. The sub-merchants that a
 * provider names are sorted, one a line, so that a function finds one of a hundred thousand without reading them all.
 */
export const servedFiles = (
  { merchants, providers, listed }: ServedConfig,
  tills: Tills = {},
): Readonly<Record<string, string>> => ({
  [SERVED_FILE]: JSON.stringify({ merchants: sorted(merchants), providers: sorted(providers), tills: sorted(tills) }),
  ...Object.fromEntries([...listed].map(([provider, numbers]) => [listFile(provider), `${numbers.join('\n')}\n`])),
})

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Reads what packaging wrote and checked. A list of sub-merchants is read when the first of them is looked up. */
export const openServed = (folder: string): Served => {
  const entries = JSON.parse(readFileSync(join(folder, SERVED_FILE), 'utf8')) as ServedEntries
  const lists = new Map<string, Buffer>()
  const listOf = (provider: string): Buffer => {
    const known = lists.get(provider) ?? readFileSync(join(folder, listFile(provider)))
    lists.set(provider, known)
    return known
  }
  return createServed(entries, {
    has: (provider, mchid) => hasLine(listOf(provider), mchid),
    of: (provider) => linesOf(listOf(provider)),
  })
}

const NEWLINE = 10

const linesOf = function* (lines: Buffer): Generator<string> {
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(NEWLINE, at)
    yield lines.toString('latin1', at, end)
    at = end + 1
  }
}

/** Looks for a line in sorted lines of digits, each of which ends with a newline. */
export const hasLine = (lines: Buffer, wanted: string): boolean => {
  let from = 0
  let to = lines.length
  while (from < to) {
    const middle = (from + to) >> 1
    const start = middle === 0 ? 0 : lines.lastIndexOf(NEWLINE, middle - 1) + 1
    const end = lines.indexOf(NEWLINE, middle)
    const line = lines.toString('latin1', start, end)
    if (line === wanted) return true
    if (line < wanted) from = end + 1
    else to = start
  }
  return false
}
