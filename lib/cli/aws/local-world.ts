import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isObject, type Json } from '../../json.ts'
import { CliError } from '../../two-languages.ts'
import type { Session } from '../session.ts'

/** Where `npm start` writes, while it is up, what other processes need to reach its world. */
const WORLD_FILE = '.local/world.json'

const ON_LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/

/** The ledger is on this machine and nobody plays the whole of AWS, so there is nobody to ask who the caller is. */
export const isLocalWorld = ({
  AWS_ENDPOINT_URL,
  AWS_ENDPOINT_URL_DYNAMODB = '',
  AWS_ENDPOINT_URL_STS,
}: NodeJS.ProcessEnv): boolean =>
  !AWS_ENDPOINT_URL && !AWS_ENDPOINT_URL_STS && ON_LOOPBACK.test(AWS_ENDPOINT_URL_DYNAMODB)

/** `--local`: makes the environment of this process that of the world that `npm start` keeps up. */
export const enterLocalWorld = ({ cwd, env }: Session): void => {
  env.AWS_REGION = 'ap-east-1'
  for (const [name, value] of Object.entries(readWorldFile(resolve(cwd, WORLD_FILE)))) env[name] = String(value)
}

const readWorldFile = (path: string): Json => {
  try {
    const world: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isObject(world)) return world
  } catch {
    // Said below, in words that help.
  }
  throw new CliError({
    en: 'no local world is up: run npm start in another terminal',
    zh: '本地环境未启动:请在另一个终端运行 npm start',
  })
}
