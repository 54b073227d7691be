import { ConfigError } from '../errors.ts'
import { checkLimits, LIMITS } from '../limits.ts'
import { type Merchant, readMerchantsConfig } from './merchants.ts'

/** Every variable this service reads, with its default; undefined must be given. */
export const VARIABLES = {
  MERCHANTS: undefined,
  SECRETS_PREFIX: 'payscore/merchants',
  SECRET_MAX_AGE_SECONDS: '300',
  LEDGER_TABLE: undefined,
  EVENT_BUS: undefined,
  BUCKET: undefined,
  WECHATPAY_ORIGIN: 'https://api.mch.weixin.qq.com',
} as const

type Refuse = (problem: string) => void

/** A member of the configuration: from which variable, and how it is read. */
const from = <T>(variable: keyof typeof VARIABLES, read: (text: string, refuse: Refuse) => T) => ({ variable, read })

const named = (pattern: RegExp, problem: string) => (text: string, refuse: Refuse) => {
  if (!pattern.test(text)) refuse(problem)
  return text
}

const MEMBERS = {
  merchants: from('MERCHANTS', (text, refuse): ReadonlyMap<string, Merchant> => {
    const { merchants, problems } = readMerchantsConfig(text)
    for (const problem of text === '' ? ['is missing'] : problems) refuse(problem)
    return merchants
  }),
  secretsPrefix: from('SECRETS_PREFIX', named(/^[0-9A-Za-z/_+=.@-]{1,400}$/, 'must be part of a secret name')),
  secretMaxAgeMs: from('SECRET_MAX_AGE_SECONDS', (text, refuse) => {
    if (!/^\d{1,5}$/.test(text)) refuse('must be seconds, 0 to 99999')
    return Number(text) * 1000
  }),
  ledgerTable: from('LEDGER_TABLE', named(/^[0-9A-Za-z._-]{3,255}$/, 'must be the name of the table')),
  eventBus: from('EVENT_BUS', named(/^[0-9A-Za-z._-]{1,256}$/, 'must be the name of the event bus')),
  /** Statements come in here, reports go out. */
  bucket: from('BUCKET', named(/^[0-9a-z.-]{3,63}$/i, 'must be the name of the bucket')),
  wechatpayOrigin: from('WECHATPAY_ORIGIN', (text, refuse): URL => {
    const origin = readOrigin(text)
    if (!origin) refuse('must be https:// and an official host of WeChat Pay, or loopback')
    return origin as URL // refused without one
  }),
} as const

export type Config = { readonly [name in keyof typeof MEMBERS]: ReturnType<(typeof MEMBERS)[name]['read']> }

const OFFICIAL_HOSTS = new Set([
  'api.mch.weixin.qq.com',
  'api2.mch.weixin.qq.com',
  'api.wechatpay.cn',
  'api2.wechatpay.cn',
  'apihk.mch.weixin.qq.com',
])

/**
 * What a function uses of the configuration; a member that it does not name is not asked for, and not there. Throws one
 * ConfigError that names every variable that is missing or malformed.
 */
export const readConfig = <Name extends keyof Config>(
  names: readonly Name[],
  env: NodeJS.ProcessEnv = process.env,
): Pick<Config, Name> => {
  checkLimits(LIMITS)
  const problems: string[] = []
  const used = names.map((name) => MEMBERS[name].variable)
  const bytes = used.reduce((sum, name) => sum + name.length + Buffer.byteLength(env[name] ?? ''), 0)
  if (bytes > LIMITS.environmentBytes)
    problems.push(
      `MERCHANTS is too long: with the other variables ${bytes} bytes, Lambda takes ${LIMITS.environmentBytes}`,
    )

  const members = names.map((name) => {
    const { variable, read } = MEMBERS[name]
    return [
      name,
      read(env[variable] || (VARIABLES[variable] ?? ''), (problem) => problems.push(`${variable} ${problem}`)),
    ]
  })
  if (problems.length > 0) throw new ConfigError(problems.join('; '))
  return Object.freeze(Object.fromEntries(members)) // its members are those that were named
}

const readOrigin = (value: string): URL | undefined => {
  const url = URL.parse(value)
  if (!url || url.href !== `${url.origin}/`) return undefined
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  const isOfficial = url.protocol === 'https:' && url.port === '' && OFFICIAL_HOSTS.has(url.hostname)
  return isOfficial || (isLoopback && /^https?:$/.test(url.protocol)) ? url : undefined
}
