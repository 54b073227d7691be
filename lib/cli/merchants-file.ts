import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { payeesOf, type ReadConfig, readMerchantsConfig } from '../config/merchants.ts'
import { type Merchant, type Served, signerOfMerchant } from '../config/served.ts'
import { isObject, type Json, membersOf } from '../json.ts'
import { readJson } from '../text.ts'
import { CliError, type Text } from '../two-languages.ts'
import type { Session } from './session.ts'

/**
 * The members `merchants` and `providers` of merchants.json, or of the variable MERCHANTS, which has the same; empty if
 * there is neither. Throws CliError if they cannot be read.
 */
const merchantsJson = ({ env, cwd }: Session): Json => {
  const bytes = bytesOf(resolve(cwd, 'merchants.json'))
  if (!env.MERCHANTS && !bytes) return {}
  const { tills: _, ...config } = env.MERCHANTS
    ? readObject(env.MERCHANTS, { en: 'MERCHANTS', zh: 'MERCHANTS' })
    : readObject(bytes ?? '', { en: 'merchants.json', zh: 'merchants.json' })
  return config
}

/** Who is served, and what is wrong with the configuration. Throws CliError if it is no JSON object. */
export const readServed = (session: Session): ReadConfig =>
  readMerchantsConfig(merchantsJson(session), (name) => bytesOf(resolve(session.cwd, name))?.toString())

/** Who is served; undefined where nothing says so. Throws CliError if the configuration is wrong. */
export const servedOf = (
  session: Session,
): (Served & { /** If all of them are named. */ readonly payees: readonly string[] | undefined }) | undefined => {
  if (Object.keys(merchantsJson(session)).length === 0) return undefined
  const { config, served, problems } = readServed(session)
  if (problems.length === 0) return { ...served, payees: payeesOf(config) }
  const said = problems.join('; ')
  throw new CliError({ en: `merchants.json cannot be used: ${said}`, zh: `merchants.json 有误:${said}` }, 2)
}

/** Who signs for a merchant, as far as is known here. */
export const signerFor = (mchid: string, session: Session): string => {
  const merchant = servedOf(session)?.get(mchid)
  return merchant ? signerOfMerchant(merchant) : mchid
}

/** Whether there is an entry for who signs, right or wrong. */
export const isSigner = (mchid: string, session: Session): boolean => {
  const { merchants, providers } = merchantsJson(session)
  return Object.hasOwn(membersOf(merchants), mchid) || Object.hasOwn(membersOf(providers), mchid)
}

/** The entry of one merchant as it is written; that of a sub-merchant has its provider. */
export const entryOf = (mchid: string, session: Session): Json | undefined => {
  const { merchants, providers } = merchantsJson(session)
  const own = membersOf(merchants)[mchid]
  if (isObject(own)) return own
  const provider = servedOf(session)?.get(mchid)?.provider
  if (provider === undefined) return undefined
  const { sub_merchants: _, exceptions, ...rest } = membersOf(membersOf(providers)[provider])
  return { order_api: 'partner', ...rest, ...membersOf(membersOf(exceptions)[mchid]), provider }
}

/** Checks the entry of one merchant; that of a sub-merchant has its provider. Throws CliError. */
export const checkEntry = (mchid: string, entry: Json): Merchant => {
  const { provider, ...rest } = entry
  const { served, problems } = readMerchantsConfig(
    typeof provider === 'string'
      ? { providers: { [provider]: { ...rest, sub_merchants: [mchid] } } }
      : { merchants: { [mchid]: rest } },
  )
  const merchant = served.get(mchid)
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
