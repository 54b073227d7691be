import { ConfigError } from './errors.ts'
import { checkLimits, LIMITS } from './order/limits.ts'
import { type Merchant, readMerchants } from './order/merchant.ts'

export type Config = {
  readonly merchants: ReadonlyMap<string, Merchant>
  readonly secretsPrefix: string
  readonly secretMaxAgeMs: number
  readonly ledgerTable: string
  readonly eventBus: string
  /** Statements come in here, reports go out. */
  readonly bucket: string
  readonly wechatpayOrigin: URL
}

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

const OFFICIAL_HOSTS = new Set([
  'api.mch.weixin.qq.com',
  'api2.mch.weixin.qq.com',
  'api.wechatpay.cn',
  'api2.wechatpay.cn',
  'apihk.mch.weixin.qq.com',
])

/** Throws one ConfigError that names every variable that is missing or malformed. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): Config => {
  checkLimits(LIMITS)
  const problems: string[] = []
  const refuse = (name: string, problem: string) => {
    problems.push(`${name} ${problem}`)
  }
  const read = (name: keyof typeof VARIABLES): string => env[name] || (VARIABLES[name] ?? '')

  const bytes = Object.keys(VARIABLES).reduce((sum, name) => sum + name.length + Buffer.byteLength(env[name] ?? ''), 0)
  if (bytes > LIMITS.environmentBytes)
    refuse('MERCHANTS', `is too long: with the other variables ${bytes} bytes, Lambda takes ${LIMITS.environmentBytes}`)

  const { merchants, problems: wrong } = readMerchants(read('MERCHANTS'))
  for (const problem of read('MERCHANTS') === '' ? ['is missing'] : wrong) refuse('MERCHANTS', problem)

  const secretsPrefix = read('SECRETS_PREFIX')
  if (!/^[0-9A-Za-z/_+=.@-]{1,400}$/.test(secretsPrefix)) refuse('SECRETS_PREFIX', 'must be part of a secret name')

  const secretMaxAge = read('SECRET_MAX_AGE_SECONDS')
  if (!/^\d{1,5}$/.test(secretMaxAge)) refuse('SECRET_MAX_AGE_SECONDS', 'must be seconds, 0 to 99999')

  const ledgerTable = read('LEDGER_TABLE')
  if (!/^[0-9A-Za-z._-]{3,255}$/.test(ledgerTable)) refuse('LEDGER_TABLE', 'must be the name of the table')

  const eventBus = read('EVENT_BUS')
  if (!/^[0-9A-Za-z._-]{1,256}$/.test(eventBus)) refuse('EVENT_BUS', 'must be the name of the event bus')

  const bucket = read('BUCKET')
  if (!/^[0-9a-z.-]{3,63}$/i.test(bucket)) refuse('BUCKET', 'must be the name of the bucket')

  const origin = readOrigin(read('WECHATPAY_ORIGIN'))
  if (!origin) refuse('WECHATPAY_ORIGIN', 'must be https:// and an official host of WeChat Pay, or loopback')

  if (problems.length > 0 || !origin) throw new ConfigError(problems.join('; '))
  return Object.freeze({
    merchants,
    secretsPrefix,
    secretMaxAgeMs: Number(secretMaxAge) * 1000,
    ledgerTable,
    eventBus,
    bucket,
    wechatpayOrigin: origin,
  })
}

const readOrigin = (value: string): URL | undefined => {
  const url = URL.parse(value)
  if (!url || url.href !== `${url.origin}/`) return undefined
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  const isOfficial = url.protocol === 'https:' && url.port === '' && OFFICIAL_HOSTS.has(url.hostname)
  return isOfficial || (isLoopback && /^https?:$/.test(url.protocol)) ? url : undefined
}
