import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Merchant, readMerchants } from '../order/merchant.ts'
import type { Session } from './session.ts'
import { CliError } from './words.ts'

type Json = Readonly<Record<string, unknown>>

/** Who is served: the entries as they stand in MERCHANTS or, without that, in merchants.json; none when there is neither. */
export const merchantEntries = ({ env, cwd }: Session): Json => {
  const fromEnv = env.MERCHANTS ? parse(env.MERCHANTS) : undefined
  if (fromEnv) return fromEnv
  try {
    const { merchants } = parse(readFileSync(resolve(cwd, 'merchants.json'), 'utf8')) ?? {}
    return isObject(merchants) ? merchants : {}
  } catch {
    return {}
  }
}

/** One merchant's entry, checked. Throws CliError. */
export const checkEntry = (mchid: string, entry: unknown): Merchant => {
  const { merchants, problems } = readMerchants(JSON.stringify({ [mchid]: entry }))
  const merchant = merchants.get(mchid)
  if (merchant) return merchant
  const said = problems.join('; ')
  throw new CliError({ en: `merchant ${said}`, zh: `商户配置有误:${said}` }, 2)
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
