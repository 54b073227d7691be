import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from './start-error.ts'

/** The folder of a running local world: its data, and the files by which `payscore --local` and curl get access. */
export const LOCAL = '.local'

/**
 * Makes the folder and all files of this process readable by their owner only, and claims the folder for this process.
 * Throws StartError if that fails, or if another local world has claimed it. Gives a function that releases the claim.
 */
export const claimLocalFolder = (): (() => void) => {
  process.umask(0o077)
  closeToOthers()
  const file = join(LOCAL, 'running')
  const other = readClaim(file)
  if (other !== undefined && isAlive(other)) throw alreadyUp(other)
  rmSync(file, { force: true })
  writeClaim(file)
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  return release
}

const closeToOthers = (): void => {
  try {
    mkdirSync(LOCAL, { recursive: true })
    const about = lstatSync(LOCAL)
    if (!about.isDirectory() || about.uid !== (process.getuid?.() ?? about.uid)) throw notOurs()
    chmodSync(LOCAL, 0o700)
  } catch (error) {
    throw error instanceof StartError ? error : notOurs(error)
  }
}

const notOurs = (cause?: unknown): StartError =>
  new StartError(
    {
      en: `${LOCAL} must be a folder of your own, in which you may write: keys to this world are kept there`,
      zh: `${LOCAL} 必须是归您所有且可写的目录(不能是符号链接):其中存放本地环境的访问凭据`,
    },
    { cause },
  )

/** The process id of the claim; undefined if nobody has claimed the folder. */
const readClaim = (file: string): number | undefined => {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

const writeClaim = (file: string): void => {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? alreadyUp() : notOurs(error)
  }
}

/** A process of another user cannot have claimed this folder: it has only got the same process id. */
const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const alreadyUp = (pid?: number): StartError => {
  const url = worldUrl()
  const [en, zh] = [
    [pid && `process ${pid}`, url],
    [pid && `进程 ${pid}`, url],
  ].map((parts) => parts.filter(Boolean).join(', '))
  return new StartError({
    en: `npm start is up in this folder already (${en}). Use that one, or stop it with Ctrl-C first; npm start -- --once runs beside it.`,
    zh: `该目录中已有运行中的 npm start(${zh})。请直接使用,或先按 Ctrl-C 停止;npm start -- --once 可同时运行。`,
  })
}

const worldUrl = (): string | undefined => {
  try {
    return JSON.parse(readFileSync(join(LOCAL, 'world.json'), 'utf8')).PAYSCORE_API
  } catch {
    return undefined
  }
}
