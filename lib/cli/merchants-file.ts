import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Merchant, readMerchantsConfig } from '../config/merchants.ts'
import { isObject, type Json, membersOf } from '../json.ts'
import { readJson } from '../text.ts'
import { CliError, type Text } from '../two-languages.ts'
import type { Session } from './session.ts'

/**
 * The merchants: from the variable MERCHANTS, or else from merchants.json; none if there is neither. Throws CliError if
 * they cannot be read.
 */
export const merchantEntries = ({ env, cwd }: Session): Json => {
  if (env.MERCHANTS) return readObject(env.MERCHANTS, { en: 'MERCHANTS', zh: 'MERCHANTS' })
  const bytes = bytesOf(resolve(cwd, 'merchants.json'))
  if (!bytes) return {}
  const { merchants } = readObject(bytes, { en: 'merchants.json', zh: 'merchants.json' })
  return membersOf(merchants)
}

/** Checks the entry of one merchant. Throws CliError. */
export const checkEntry = (mchid: string, entry: unknown): Merchant => {
  const { merchants, problems } = readMerchantsConfig(JSON.stringify({ [mchid]: entry }))
  const merchant = merchants.get(mchid)
  if (merchant) return merchant
  const said = problems.join('; ')
  throw new CliError({ en: `merchant ${said}`, zh: `商户配置有误:${said}` }, 2)
}

/** Parses a JSON object that a person wrote. Throws CliError with `what` and the problem. */
export const readObject = (source: string | Uint8Array, what: Text): Json => {
  const read = readJson(source)
  if ('value' in read && isObject(read.value)) return read.value
  const { en, zh } = 'flaw' in read ? read.flaw : { en: 'must be a JSON object', zh: '必须是 JSON 对象' }
  throw new CliError({ en: `${what.en} ${en}`, zh: `${what.zh} ${zh}` }, 2)
}

const bytesOf = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
