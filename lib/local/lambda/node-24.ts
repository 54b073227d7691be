import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const own = process.versions.node.startsWith('24.')
  ? process.execPath
  : fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))

let checked: string | undefined

/** Path of Node 24, Lambda's version. Throws if the installed package has another version. */
export const node24 = (): string => {
  checked ??= check(own)
  return checked
}

const check = (path: string): string => {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
  if (!version.startsWith('v24.')) throw new Error(`sandboxes need Node 24, but ${path} is ${version}`)
  return path
}
