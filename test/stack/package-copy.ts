import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Copies what packaging needs into a folder of its own. */
export const copyToPackage = (): string => {
  const folder = mkdtempSync(`${tmpdir()}/package-`)
  const needed = readdirSync(ROOT).filter((name) =>
    /^(serverless\.|merchants\.|package\.|tsconfig\.|functions$|lib$|stack$)/.test(name),
  )
  for (const name of needed) cpSync(`${ROOT}${name}`, `${folder}/${name}`, { recursive: true })
  symlinkSync(`${ROOT}node_modules`, `${folder}/node_modules`)
  return folder
}

/** How to package there with neither network nor credentials. */
export const packaging = (folder: string, commitSeconds: number, ...options: readonly string[]) => ({
  command: [...ALONE, process.execPath, 'node_modules/serverless/bin/serverless.js', 'package', ...options],
  cwd: folder,
  env: { PATH: process.env.PATH ?? '', HOME: folder, SOURCE_DATE_EPOCH: String(commitSeconds), ...DEAD_PROXY },
})

/** Packages a copy. Gives its folder. */
export const packageCopy = async (commitSeconds: number, ...options: readonly string[]): Promise<string> => {
  const folder = copyToPackage()
  const { command, ...how } = packaging(folder, commitSeconds, ...options)
  await promisify(execFile)(command[0] ?? '', command.slice(1), how)
  return folder
}

/** A name space of the kernel without network, where this machine gives one; elsewhere every request meets a dead proxy. */
const ALONE =
  [['unshare', '-n'], ['unshare', '-rn'], []].find(
    ([command, ...rest]) => command === undefined || spawnSync(command, [...rest, 'true']).status === 0,
  ) ?? []
const DEAD_PROXY = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' }

/** The names in a zip's central directory, in their order. */
export const namesInZip = (path: string): readonly string[] => {
  const bytes = readFileSync(path)
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const names: string[] = []
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const length = bytes.readUInt16LE(at + 28)
    names.push(bytes.toString('utf8', at + 46, at + 46 + length))
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return names
}
