import * as v from 'valibot'
import { isObject, type Json } from '../json.ts'
import { LIMITS } from '../limits.ts'
import { readJson } from '../text.ts'
import { ORDER_APIS, type OrderApi } from '../wechatpay/order-api.ts'
import { createServed, type MerchantEntry, type ProviderEntry, type Served } from './served.ts'

/** v.object also accepts an array, and its indices would pass as mchids. */
const object = v.custom<Json>(isObject, 'must be a JSON object')
const text = v.string('must be text')
const number32 = v.pipe(text, v.regex(/^\d{1,32}$/, 'must be 1 to 32 digits'))
const word32 = v.pipe(text, v.regex(/^[0-9A-Za-z_-]{1,32}$/, 'must be 1 to 32 of 0-9 A-Z a-z _ -'))
const source = v.pipe(
  text,
  v.regex(/^[0-9A-Za-z._/-]{1,256}$/, 'must be an EventBridge source'),
  v.check((name) => !/^(aws|payscore)\./.test(name), 'must not begin with aws. or payscore.'),
)

/** The appids of one service; empty if the order API takes no appid. */
const appids = v.union(
  [
    v.pipe(
      v.literal(''),
      v.transform((): readonly string[] => []),
    ),
    v.pipe(
      word32,
      v.transform((appid): readonly string[] => [appid]),
    ),
    v.pipe(
      v.array(word32),
      v.check((list) => new Set(list).size === list.length, 'names an appid twice'),
    ),
  ],
  'must be an appid, or a list of appids',
)

const MODES = ['sync', 'check', 'observe'] as const

const oneOf = (names: readonly string[]) => `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

const MOVED = 'belongs to providers now: give the provider an entry there, with this mchid in sub_merchants'

/** Members that an entry of a sub-merchant had before 2.0.0. */
const MOVED_MEMBERS = ['"provider"', '"channel_id"']

/** The problem of an entry: an unknown member, a missing one, or no object at all. */
const problemOf =
  (of: string) =>
  ({ expected, received }: { readonly expected: string | null; readonly received: string }): string => {
    if (expected === 'never')
      return of === 'a merchant' && MOVED_MEMBERS.includes(received) ? MOVED : `${received} is no member of ${of}`
    return expected?.startsWith('"') ? 'is missing' : 'must be a JSON object'
  }

const services = v.pipe(
  object,
  v.record(word32, appids),
  v.check((table) => Object.keys(table).length > 0, 'must name at least one service_id'),
)
const count = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
)
const between = (least: number, most: number) => {
  const flaw = `must be a whole number from ${least} to ${most}`
  return v.pipe(v.number(flaw), v.integer(flaw), v.minValue(least, flaw), v.maxValue(most, flaw))
}
const bool = v.boolean('must be true or false')
const mode = v.picklist(MODES, oneOf(MODES))

const isSubMerchants = (order_api: OrderApi): boolean => order_api === 'partner' || order_api === 'acquiringbank'

const common = {
  sources: v.optional(v.array(source, 'must be a list'), []),
  services,
  mode: v.optional(mode, 'sync'),
  hourly_cap: v.optional(count),
  pace: v.optional(between(1, LIMITS.dispatchesPerSecondMost), LIMITS.dispatchesPerSecond),
  shards: v.optional(between(LIMITS.shards, LIMITS.shardsMost), LIMITS.shards),
  closed: v.optional(bool, false),
}

const merchantEntry = v.pipe(
  v.strictObject(
    {
      ...common,
      order_api: v.optional(v.picklist(ORDER_APIS, oneOf(ORDER_APIS)), 'payafter-orders'),
    },
    problemOf('a merchant'),
  ),
  v.forward(
    v.check(({ order_api }) => !isSubMerchants(order_api), `of a sub-merchant ${MOVED}`),
    ['order_api'],
  ),
  v.forward(
    v.check(
      ({ services: table }) => Object.values(table).every((list) => list.length > 0),
      'must give the appid of each service_id',
    ),
    ['services'],
  ),
)

/** What may be otherwise for one sub-merchant than for all others of its provider. */
const exception = v.strictObject(
  {
    services: v.optional(services),
    channel_id: v.optional(number32),
    mode: v.optional(mode),
    hourly_cap: v.optional(count),
    closed: v.optional(bool),
  },
  problemOf('an exception'),
)

const SUB_MERCHANTS = 'must be "any", a list of mchids, or the name of a text file with an mchid a line'

const PROVIDER_APIS = ['partner', 'acquiringbank'] as const

const providerEntry = v.pipe(
  v.strictObject(
    {
      ...common,
      order_api: v.optional(v.picklist(PROVIDER_APIS, oneOf(PROVIDER_APIS)), 'partner'),
      channel_id: v.optional(number32),
      sub_merchants: v.union([v.literal('any'), v.array(number32), text], SUB_MERCHANTS),
      exceptions: v.optional(v.pipe(object, v.record(number32, exception)), {}),
    },
    problemOf('a provider'),
  ),
  v.forward(
    v.check(
      ({ order_api, channel_id }) => (order_api === 'acquiringbank') === (channel_id !== undefined),
      'is needed by acquiringbank, and by no other order_api',
    ),
    ['channel_id'],
  ),
  v.forward(
    v.check(
      ({ order_api, exceptions }) =>
        order_api === 'acquiringbank' || Object.values(exceptions).every(({ channel_id }) => channel_id === undefined),
      'has a channel_id, which only acquiringbank takes',
    ),
    ['exceptions'],
  ),
)

const config = v.pipe(
  v.strictObject(
    {
      merchants: v.optional(v.pipe(object, v.record(number32, merchantEntry)), {}),
      providers: v.optional(v.pipe(object, v.record(number32, providerEntry)), {}),
    },
    problemOf('the configuration'),
  ),
  v.check(
    ({ merchants, providers }) => Object.keys(merchants).length + Object.keys(providers).length > 0,
    'must name at least one merchant or provider',
  ),
)

/** The merchants that are served, as packaging writes them into the bundles. */
export type ServedConfig = {
  readonly merchants: Readonly<Record<string, MerchantEntry>>
  readonly providers: Readonly<Record<string, ProviderEntry>>
  /** The sub-merchants of each provider that names them, sorted. */
  readonly listed: ReadonlyMap<string, readonly string[]>
}

export type ReadConfig = {
  readonly config: ServedConfig
  readonly served: Served
  /** What is wrong, one sentence for each problem; nothing is served then. */
  readonly problems: readonly string[]
}

/** Reads a file that `sub_merchants` names; undefined if it cannot be read. */
export type ReadList = (name: string) => string | undefined

/** Checks `{"merchants": …, "providers": …}`. */
export const readMerchantsConfig = (
  source: string | Uint8Array | Json,
  readList: ReadList = () => undefined,
): ReadConfig => {
  const read = typeof source === 'string' || source instanceof Uint8Array ? readJson(source) : { value: source }
  if ('flaw' in read) return failed([read.flaw.en])
  const parsed = v.safeParse(config, read.value)
  if (!parsed.success)
    return failed(parsed.issues.map((issue) => [v.getDotPath(issue), issue.message].filter(Boolean).join(': ')))
  const { merchants, providers } = parsed.output
  const lists = Object.entries(providers).map(([mchid, { sub_merchants }]) => ({
    mchid,
    ...numbersOf(sub_merchants, readList),
  }))
  const listed = new Map(lists.flatMap(({ mchid, numbers }) => (numbers ? [[mchid, numbers]] : [])))
  const problems = [
    ...lists.flatMap(({ mchid, problem }) => (problem ? [`providers.${mchid}.sub_merchants: ${problem}`] : [])),
    ...claimedTwice(Object.keys(merchants), providers, listed),
    ...strangers(Object.keys(merchants), providers, listed),
  ]
  if (problems.length > 0) return failed(problems)
  const entries = Object.entries(providers).map(([mchid, { sub_merchants, ...entry }]) => [
    mchid,
    { ...entry, isAny: sub_merchants === 'any' },
  ])
  const checked = { merchants, providers: Object.fromEntries(entries), listed }
  return { config: checked, served: servedFrom(checked), problems: [] }
}

/** In memory, for packaging, commands and tests. */
const servedFrom = ({ merchants, providers, listed }: ServedConfig): Served => {
  const sets = new Map([...listed].map(([mchid, numbers]) => [mchid, new Set(numbers)]))
  return createServed(
    { merchants, providers },
    {
      has: (provider, mchid) => sets.get(provider)?.has(mchid) === true,
      of: (provider) => sets.get(provider) ?? [],
    },
  )
}

/** Who may be paid, if all of them are named. */
export const payeesOf = ({ merchants, providers, listed }: ServedConfig): readonly string[] | undefined =>
  Object.values(providers).some(({ isAny }) => isAny)
    ? undefined
    : [...Object.keys(merchants), ...[...listed.values()].flat()]

const failed = (problems: readonly string[]): ReadConfig => {
  const nothing = { merchants: {}, providers: {}, listed: new Map() }
  return { config: nothing, served: servedFrom(nothing), problems }
}

const linesOf = (text: string | undefined): readonly string[] | undefined => text?.replace(/\r?\n$/, '').split(/\r?\n/)

const LINE_FLAW = 'must be 1 to 32 digits'

const numbersOf = (
  stated: 'any' | readonly string[] | string,
  readList: ReadList,
): { readonly numbers?: readonly string[]; readonly problem?: string } => {
  if (stated === 'any') return {}
  const list = typeof stated === 'string' ? linesOf(readList(stated)) : stated
  if (!list) return { problem: `${stated} cannot be read; ${SUB_MERCHANTS}` }
  const wrong = list.findIndex((number) => !/^\d{1,32}$/.test(number))
  if (wrong !== -1) return { problem: `line ${wrong + 1}: ${LINE_FLAW}` }
  if (list.length === 0) return { problem: 'names nobody' }
  const numbers = [...list].sort()
  const twice = numbers.find((number, at) => number === numbers[at + 1])
  return twice === undefined ? { numbers } : { problem: `names ${twice} twice` }
}

/**
 * A sub-merchant has one provider. An order is known by who is to be paid and by its number, so the orders of two
 * providers for one shop could not be told apart.
 */
const claimedTwice = (
  direct: readonly string[],
  providers: Readonly<Record<string, { readonly sub_merchants: unknown }>>,
  listed: ReadonlyMap<string, readonly string[]>,
): readonly string[] => {
  const owners = new Map<string, string>([
    ...direct.map((mchid) => [mchid, 'merchants'] as const),
    ...Object.keys(providers).map((mchid) => [mchid, 'providers'] as const),
  ])
  const problems = direct
    .filter((mchid) => Object.hasOwn(providers, mchid))
    .map((mchid) => `merchants.${mchid}: is in providers as well; a provider has the lists of its shops in its folder`)
  for (const [provider, numbers] of listed)
    for (const number of numbers) {
      const owner = owners.get(number)
      if (owner !== undefined) problems.push(`providers.${provider}.sub_merchants: ${number} is in ${owner} as well`)
      owners.set(number, `providers.${provider}`)
    }
  const [, ...more] = Object.entries(providers).filter(([, { sub_merchants }]) => sub_merchants === 'any')
  return [
    ...problems.slice(0, MOST_TOLD),
    ...more.map(
      ([provider]) => `providers.${provider}.sub_merchants: only one provider may have "any"; list them here`,
    ),
  ]
}

const MOST_TOLD = 20

/** An exception of somebody else's shop would have no effect. */
const strangers = (
  direct: readonly string[],
  providers: Readonly<Record<string, { readonly exceptions: object }>>,
  listed: ReadonlyMap<string, readonly string[]>,
): readonly string[] => {
  const own = new Map([...listed].map(([provider, numbers]) => [provider, new Set(numbers)]))
  const isOfOthers = (mchid: string) =>
    direct.includes(mchid) || Object.hasOwn(providers, mchid) || [...own.values()].some((numbers) => numbers.has(mchid))
  return Object.entries(providers).flatMap(([provider, { exceptions }]) => {
    const numbers = own.get(provider)
    return Object.keys(exceptions)
      .filter((mchid) => (numbers ? !numbers.has(mchid) : isOfOthers(mchid)))
      .map(
        (mchid) =>
          `providers.${provider}.exceptions.${mchid}: ${numbers ? 'is not in sub_merchants' : 'is served by another entry'}`,
      )
  })
}
