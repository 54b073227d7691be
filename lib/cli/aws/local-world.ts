import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isObject, type Json } from '../../json.ts'
import { CliError } from '../../two-languages.ts'
import type { Session } from '../session.ts'

/** `npm start` writes this file while it runs, so that other processes can reach the local world. */
const WORLD_FILE = '.local/world.json'

const ON_LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/

/** DynamoDB is on this machine and there is no endpoint for all of AWS, so STS cannot be asked who the caller is. */
export const isLocalWorld = ({
  AWS_ENDPOINT_URL,
  AWS_ENDPOINT_URL_DYNAMODB = '',
  AWS_ENDPOINT_URL_STS,
}: NodeJS.ProcessEnv): boolean =>
  !AWS_ENDPOINT_URL && !AWS_ENDPOINT_URL_STS && ON_LOOPBACK.test(AWS_ENDPOINT_URL_DYNAMODB)

/** `--local`: sets the environment variables of this process to those of the local world that `npm start` runs. */
export const enterLocalWorld = ({ cwd, env }: Session): void => {
  env.AWS_REGION = 'ap-east-1'
  for (const [name, value] of Object.entries(readWorldFile(resolve(cwd, WORLD_FILE)))) env[name] = String(value)
}

const readWorldFile = (path: string): Json => {
  try {
    const world: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isObject(world)) return world
  } catch {
    // The error below says what to do.
  }
  throw new CliError({
    en: 'no local world is up: run npm start in another terminal',
    zh: '本地环境未启动:请在另一个终端运行 npm start',
  })
}
