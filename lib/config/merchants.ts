import * as v from 'valibot'
import { isObject, type Json } from '../json.ts'
import { readJson } from '../text.ts'
import { ORDER_APIS, type OrderApi } from '../wechatpay/order-api.ts'

/**
 * A merchant that this service serves, from the configuration. `mchid` is that of a direct merchant or of a
 * sub-merchant.
 */
export type Merchant = {
  readonly mchid: string
  /** EventBridge sources that may hand over notices for this merchant. */
  readonly sources: readonly string[]
  readonly order_api: OrderApi
  /** service_id → its appids, the first of them the default; an empty list if the order API takes no appid. */
  readonly services: ReadonlyMap<string, readonly string[]>
  /** The mchid of the service provider that signs for a sub-merchant. */
  readonly provider?: string
  readonly channel_id?: string
  /** What the first notice does: sync at once, query first, or only query. */
  readonly mode: (typeof MODES)[number]
  /** More payments of one hour than this are held for a person. */
  readonly hourly_cap?: number
  /** Takes no new orders; orders in the ledger continue. */
  readonly closed: boolean
}

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

/** The problem of an entry: an unknown member, a missing one, or no object at all. */
const problemOf = ({ expected, received }: { readonly expected: string | null; readonly received: string }): string => {
  if (expected === 'never') return `${received} is no member of a merchant`
  return expected?.startsWith('"') ? 'is missing' : 'must be a JSON object'
}

const entry = v.pipe(
  v.strictObject(
    {
      sources: v.optional(v.array(source, 'must be a list'), []),
      order_api: v.optional(v.picklist(ORDER_APIS, oneOf(ORDER_APIS)), 'payafter-orders'),
      services: v.pipe(
        object,
        v.record(word32, appids),
        v.check((services) => Object.keys(services).length > 0, 'must name at least one service_id'),
      ),
      provider: v.optional(number32),
      channel_id: v.optional(number32),
      mode: v.optional(v.picklist(MODES, oneOf(MODES)), 'sync'),
      hourly_cap: v.optional(
        v.pipe(v.number('must be a number'), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1')),
      ),
      closed: v.optional(v.boolean('must be true or false'), false),
    },
    problemOf,
  ),
  v.forward(
    v.check(
      ({ order_api, provider }) => isSubMerchants(order_api) === (provider !== undefined),
      'is needed by partner and acquiringbank, and by no other order_api',
    ),
    ['provider'],
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
      ({ order_api, services }) =>
        isSubMerchants(order_api) || Object.values(services).every((list) => list.length > 0),
      'must give the appid of each service_id',
    ),
    ['services'],
  ),
)

const isSubMerchants = (order_api: OrderApi): boolean => order_api === 'partner' || order_api === 'acquiringbank'

const table = v.pipe(
  object,
  v.record(number32, entry),
  v.check((merchants) => Object.keys(merchants).length > 0, 'must name at least one merchant'),
)

/** The mchids that sign for these merchants, each one once. */
export const signersOf = (merchants: Iterable<Merchant>): readonly string[] => [
  ...new Set([...merchants].map(({ mchid, provider }) => provider ?? mchid)),
]

/**
 * Reads the value of MERCHANTS: the merchants by mchid, and what is wrong with the value, one sentence for each
 * problem.
 */
export const readMerchantsConfig = (
  json: string,
): { readonly merchants: ReadonlyMap<string, Merchant>; readonly problems: readonly string[] } => {
  const read = readJson(json)
  if ('flaw' in read) return { merchants: new Map(), problems: [read.flaw.en] }
  const parsed = v.safeParse(table, read.value)
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => [v.getDotPath(issue), issue.message].filter(Boolean).join(': '))
    return { merchants: new Map(), problems }
  }
  const merchants = new Map(
    Object.entries(parsed.output).map(([mchid, { services, provider, channel_id, hourly_cap, ...rest }]) => [
      mchid,
      {
        mchid,
        ...rest,
        services: new Map(Object.entries(services)),
        ...(provider && { provider }),
        ...(channel_id && { channel_id }),
        ...(hourly_cap && { hourly_cap }),
      },
    ]),
  )
  return { merchants, problems: [] }
}
