import { createPublicKey, type KeyObject } from 'node:crypto'
import type { OrderApi } from './order-apis.ts'
import type { RefusalName } from './refusals.ts'
import type { Party } from './request-rules.ts'

/** A merchant that signs for itself, as a service provider, or as a payment institution. */
type Role = 'direct' | 'partner' | 'acquiringbank'

export type MerchantSeed = {
  readonly mchid: string
  /** Serial number of its API certificate: 40 hexadecimal digits in upper case. */
  readonly serial_no: string
  /** The public key of this certificate, or the certificate itself. */
  readonly publicKeyPem: string
  /** The appid of each `service_id`. */
  readonly services: Readonly<Record<string, string>>
  /** By default `partner` if there are sub-merchants, otherwise `direct`. */
  readonly role?: Role
  readonly subMerchants?: readonly string[]
  /** Only acquiring institutions may use a channel merchant. */
  readonly channel_id?: string
  readonly disabled?: boolean
  readonly restricted?: boolean
}

type Certificate = { readonly publicKey: KeyObject; revoked: boolean }

export type Merchant = {
  readonly mchid: string
  readonly role: Role
  readonly services: ReadonlyMap<string, string>
  readonly subMerchants: ReadonlySet<string>
  readonly channel_id: string | undefined
  readonly certificates: Map<string, Certificate>
  disabled: boolean
  restricted: boolean
}

export type Merchants = {
  readonly add: (seed: MerchantSeed) => void
  readonly find: (mchid: string) => Merchant | undefined
  /** The merchant with this mchid; throws if there is none. */
  readonly get: (mchid: string) => Merchant
  /** Whether a merchant or sub-merchant has this mchid. */
  readonly isKnown: (mchid: string) => boolean
}

/** Adds a certificate. Earlier ones stay valid until they are revoked. */
export const addCertificate = (
  merchant: Merchant,
  { serial_no, publicKeyPem }: Pick<MerchantSeed, 'serial_no' | 'publicKeyPem'>,
): void => {
  if (!/^[0-9A-F]{40}$/.test(serial_no)) throw new TypeError(`not a certificate’s serial number: ${serial_no}`)
  merchant.certificates.set(serial_no, { publicKey: createPublicKey(publicKeyPem), revoked: false })
}

export const revokeCertificate = (merchant: Merchant, serial_no: string): void => {
  const certificate = merchant.certificates.get(serial_no)
  if (certificate === undefined) throw new TypeError(`${merchant.mchid} has no certificate ${serial_no}`)
  certificate.revoked = true
}

export const createMerchants = (): Merchants => {
  const merchants = new Map<string, Merchant>()
  const numbers = new Set<string>()
  const find = (mchid: string) => merchants.get(mchid)
  return {
    find,
    isKnown: (mchid) => numbers.has(mchid),
    get: (mchid) => {
      const merchant = find(mchid)
      if (merchant === undefined) throw new TypeError(`WeChat Pay has no merchant ${mchid}`)
      return merchant
    },
    add: (seed) => {
      const merchant: Merchant = {
        mchid: seed.mchid,
        role: seed.role ?? (seed.subMerchants === undefined ? 'direct' : 'partner'),
        services: new Map(Object.entries(seed.services)),
        subMerchants: new Set(seed.subMerchants),
        channel_id: seed.channel_id,
        certificates: new Map(),
        disabled: seed.disabled ?? false,
        restricted: seed.restricted ?? false,
      }
      addCertificate(merchant, seed)
      merchants.set(seed.mchid, merchant)
      for (const mchid of [seed.mchid, ...merchant.subMerchants]) numbers.add(mchid)
    },
  }
}

const roleFor: Readonly<Record<OrderApi, Role>> = {
  'payafter-orders': 'direct',
  serviceorder: 'direct',
  partner: 'partner',
  acquiringbank: 'acquiringbank',
}

/** Why this merchant may not make this call for this party; undefined if it may. */
export const bindingRefusal = (
  merchants: Merchants,
  merchant: Merchant,
  api: OrderApi,
  party: Party,
): RefusalName | undefined => {
  if (merchant.disabled) return 'merchant-disabled'
  if (merchant.restricted) return 'collection-restricted'
  if (merchant.role !== roleFor[api]) return 'no-auth'
  if (party.appid !== undefined && ![...merchant.services.values()].includes(party.appid)) return 'appid-not-bound'
  if (party.sub_mchid !== undefined && !merchants.isKnown(party.sub_mchid)) return 'mchid-unknown'
  if (party.sub_mchid !== undefined && !merchant.subMerchants.has(party.sub_mchid)) return 'no-auth'
  if (party.channel_id !== undefined && party.channel_id !== merchant.channel_id) return 'no-auth'
  const appid = merchant.services.get(party.service_id)
  if (appid === undefined || (party.appid !== undefined && party.appid !== appid)) return 'no-auth'
  return undefined
}
