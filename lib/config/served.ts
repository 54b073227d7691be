import type { OrderApi } from '../wechatpay/order-api.ts'

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
  readonly mode: 'sync' | 'check' | 'observe'
  /** More payments of one hour than this are held for a person. */
  readonly hourly_cap?: number
  /** Due events a second, and shards of the index of due rows, of who signs. */
  readonly pace: number
  readonly shards: number
  /** Takes no new orders; orders in the ledger continue. */
  readonly closed: boolean
}

type Services = Readonly<Record<string, readonly string[]>>

/** A direct merchant's entry of the configuration, after it was checked. */
export type MerchantEntry = Omit<Merchant, 'mchid' | 'services' | 'provider' | 'channel_id' | 'hourly_cap'> & {
  readonly services: Services
  readonly hourly_cap?: number | undefined
}

type Exception = {
  readonly services?: Services | undefined
  readonly channel_id?: string | undefined
  readonly mode?: Merchant['mode'] | undefined
  readonly hourly_cap?: number | undefined
  readonly closed?: boolean | undefined
}

/** A provider's entry, which is that of each of its sub-merchants, but for the exceptions. */
export type ProviderEntry = MerchantEntry & {
  readonly channel_id?: string | undefined
  /** WeChat Pay decides who is a sub-merchant of this provider. */
  readonly isAny: boolean
  readonly exceptions: Readonly<Record<string, Exception>>
}

/** The principals of each till, `role/NAME` or `user/NAME`, by its source. */
export type Tills = Readonly<Record<string, readonly string[]>>

/** Looks merchants up; a Map does for tests. */
export type Lookup = { readonly get: (mchid: string) => Merchant | undefined }

/** Who is served. */
export type Served = Lookup & {
  /**
   * One entry for each mchid that signs: a direct merchant, or a provider, whose entry stands for all its sub-merchants and
   * has its own mchid. Packaging refuses an mchid that is both.
   */
  readonly signers: readonly Merchant[]
  readonly tills: Tills
  /** The sub-merchants that a provider names; undefined where it serves any. */
  readonly named: (provider: string) => Iterable<string> | undefined
}

/** Who is named by the providers that name their sub-merchants. */
export type NamedSubMerchants = {
  readonly has: (provider: string, mchid: string) => boolean
  readonly of: (provider: string) => Iterable<string>
}

export type ServedEntries = {
  readonly merchants: Readonly<Record<string, MerchantEntry>>
  readonly providers: Readonly<Record<string, ProviderEntry>>
  readonly tills?: Tills
}

export const createServed = ({ merchants, providers, tills = {} }: ServedEntries, lists: NamedSubMerchants): Served => {
  const direct = new Map(Object.entries(merchants))
  const named = Object.entries(providers).filter(([, { isAny }]) => !isAny)
  const any = Object.entries(providers).find(([, { isAny }]) => isAny)

  /** A direct merchant; else a sub-merchant that a provider names; else anybody, for the one provider that serves any. */
  const get = (mchid: string): Merchant | undefined => {
    const own = direct.get(mchid)
    if (own) return merchantOf(mchid, own)
    if (!/^\d{1,32}$/.test(mchid)) return undefined
    const [provider, entry] = named.find(([name]) => lists.has(name, mchid)) ?? any ?? []
    return provider === undefined || entry === undefined || Object.hasOwn(providers, mchid)
      ? undefined
      : subMerchantOf(mchid, provider, entry)
  }
  const signers = [
    ...[...direct].map(([mchid, entry]) => merchantOf(mchid, entry)),
    ...Object.entries(providers).map(([provider, entry]) => subMerchantOf(provider, provider, entry)),
  ]
  const namedBy = (provider: string) => (named.some(([name]) => name === provider) ? lists.of(provider) : undefined)
  return { get, signers, tills, named: namedBy }
}

const merchantOf = (mchid: string, { services, hourly_cap, ...rest }: MerchantEntry): Merchant => ({
  mchid,
  ...rest,
  services: new Map(Object.entries(services)),
  ...(hourly_cap !== undefined && { hourly_cap }),
})

const subMerchantOf = (mchid: string, provider: string, entry: ProviderEntry): Merchant => {
  const { exceptions, isAny: _, channel_id: usual, ...rest } = entry
  const { channel_id = usual, ...own } = Object.hasOwn(exceptions, mchid) ? (exceptions[mchid] ?? {}) : {}
  return {
    ...merchantOf(mchid, { ...rest, ...own } as MerchantEntry), // the members of an exception that are there are not undefined
    provider,
    ...(channel_id !== undefined && { channel_id }),
  }
}

/** Who signs for a merchant. */
export const signerOfMerchant = ({ mchid, provider }: Pick<Merchant, 'mchid' | 'provider'>): string => provider ?? mchid

/** How what is due of a signer is dispatched. */
export type PacedSigner = Pick<Merchant, 'mchid' | 'pace' | 'shards'>

export const pacedSignersOf = ({ signers }: Pick<Served, 'signers'>): readonly PacedSigner[] =>
  signers.map(({ mchid, pace, shards }) => ({ mchid, pace, shards }))

/** Whether an mchid is a provider's. */
export const isProvider = ({ signers }: Pick<Served, 'signers'>, mchid: string): boolean =>
  signers.some(({ provider }) => provider === mchid)

/** The mchids of the providers. */
export const providersOf = ({ signers }: Pick<Served, 'signers'>): readonly string[] =>
  signers.flatMap(({ provider, mchid }) => (provider === mchid ? [mchid] : []))

/** The mchids that sign. */
export const signersOf = ({ signers }: Pick<Served, 'signers'>): readonly string[] => signers.map(({ mchid }) => mchid)
