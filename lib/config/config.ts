import { ConfigError } from '../errors.ts'
import { checkLimits, LIMITS } from '../limits.ts'
import { readOrigin } from '../wechatpay/origin.ts'
import type { Served, Tills } from './served.ts'
import { openServed, SERVED_FILE } from './served-files.ts'

/** Every environment variable that this service reads, with its default; a variable with undefined must be set. */
export const VARIABLES = {
  SECRETS_PREFIX: 'payscore/merchants',
  SECRET_MAX_AGE_SECONDS: '300',
  LEDGER_TABLE: undefined,
  EVENT_BUS: undefined,
  BUCKET: undefined,
  EVIDENCE_BUCKET: undefined,
  CUSTOMER_KEY: undefined,
  ALARM_TOPIC: undefined,
  WECHATPAY_ORIGIN: 'https://api.mch.weixin.qq.com',
  TILL_ROLES: '',
  OUTCOMES: 'all',
} as const

type Refuse = (problem: string) => void

/** A member of the configuration: its environment variable, and the function that reads it. */
const member = <T>(variable: keyof typeof VARIABLES, read: (text: string, refuse: Refuse) => T) => ({ variable, read })

const matching = (pattern: RegExp, problem: string) => (text: string, refuse: Refuse) => {
  if (!pattern.test(text)) refuse(problem)
  return text
}

const MEMBERS = {
  secretsPrefix: member('SECRETS_PREFIX', matching(/^[0-9A-Za-z/_+=.@-]{1,400}$/, 'must be part of a secret name')),
  secretMaxAgeMs: member('SECRET_MAX_AGE_SECONDS', (text, refuse) => {
    if (!/^\d{1,5}$/.test(text)) refuse('must be seconds, 0 to 99999')
    return Number(text) * 1000
  }),
  ledgerTable: member('LEDGER_TABLE', matching(/^[0-9A-Za-z._-]{3,255}$/, 'must be the name of the table')),
  eventBus: member('EVENT_BUS', matching(/^[0-9A-Za-z._-]{1,256}$/, 'must be the name of the event bus')),
  /** The S3 bucket for statements and reports. */
  bucket: member('BUCKET', matching(/^[0-9a-z.-]{3,63}$/i, 'must be the name of the bucket')),
  /** The S3 bucket of WeChat Pay's signed answers. */
  evidenceBucket: member(
    'EVIDENCE_BUCKET',
    matching(/^[0-9a-z.-]{3,63}$/i, 'must be the name of the bucket of evidence'),
  ),
  /** The secret whose text hides openids in the list of customers. */
  customerKey: member('CUSTOMER_KEY', matching(/^[0-9A-Za-z/_+=.@:-]{1,2048}$/, 'must be the ARN of a secret')),
  /** The SNS topic of the alarms, to which the mails of open cases go too. */
  alarmTopic: member(
    'ALARM_TOPIC',
    matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'must be the ARN of the topic'),
  ),
  wechatpayOrigin: member('WECHATPAY_ORIGIN', (text, refuse): URL => {
    const origin = readOrigin(text)
    if (!origin) refuse('must be https:// and an official host of WeChat Pay, or loopback')
    return origin as URL // `refuse` was called if it is undefined
  }),
  /** Which outcomes are announced: every one, or not that WeChat Pay took a sync, which its proof follows. */
  outcomes: member('OUTCOMES', (text, refuse): 'all' | 'ends' => {
    if (text !== 'all' && text !== 'ends') refuse('must be all or ends')
    return text === 'ends' ? 'ends' : 'all'
  }),
  /** The roles through which tills of other accounts act, by source; the deployment names them. */
  tillRoles: member('TILL_ROLES', (text, refuse): Tills => {
    const pairs = text.split(' ').filter((pair) => pair !== '')
    if (!pairs.every((pair) => /^[^=]+=[\w+=,.@-]+$/.test(pair))) refuse('must be SOURCE=ROLE, with spaces between')
    return Object.fromEntries(
      pairs.map((pair) => pair.split(/=(.*)/)).map(([source = '', role]) => [source, [`role/${role}`]]),
    )
  }),
} as const

export type Config = { readonly [name in keyof typeof MEMBERS]: ReturnType<(typeof MEMBERS)[name]['read']> } & {
  /** Who is served: not from a variable, but from the files beside the code, which packaging has checked. */
  readonly served: Served
}

/**
 * Reads the members of the configuration that a function names; other variables are not checked and not returned.
 * Throws one ConfigError that names every variable that is missing or malformed.
 */
export const readConfig = <Name extends keyof Config>(
  names: readonly Name[],
  env: NodeJS.ProcessEnv = process.env,
  folder: string = import.meta.dirname,
): Pick<Config, Name> => {
  checkLimits(LIMITS)
  const problems: string[] = []
  const members = names.map((name) => {
    if (name === 'served') return [name, readServed(folder, problems)]
    const { variable, read } = MEMBERS[name as keyof typeof MEMBERS] // every other name has a variable
    return [
      name,
      read(env[variable] || (VARIABLES[variable] ?? ''), (problem) => problems.push(`${variable} ${problem}`)),
    ]
  })
  if (problems.length > 0) throw new ConfigError(problems.join('; '))
  return Object.freeze(Object.fromEntries(members)) // exactly the members in `names`
}

const readServed = (folder: string, problems: string[]): Served | undefined => {
  try {
    return openServed(folder)
  } catch {
    problems.push(`${SERVED_FILE} cannot be read beside the code: package the function again`)
    return undefined
  }
}
