import type { WorldMerchant } from './world.ts'

export const MERCHANT = { mchid: '1900000109', services: { '2002000000000558128851361561536': 'wxd678efh567hg6787' } }
/** One sample makes the key of this merchant wrong, which does not affect the other samples. */
export const OTHER_MERCHANT = {
  mchid: '1900000110',
  services: { '2002000000000558128851361561537': 'wxd678efh567hg6788' },
}

/** The first shop of a service provider. */
export const SHOP = {
  mchid: '1700000000',
  provider: '1800000000',
  order_api: 'partner',
  services: { '2002000000000558128851361561538': '' },
} as const satisfies WorldMerchant

/** The one shop of an acquiring institution. */
export const ACQUIRED = {
  mchid: '1600000000',
  provider: '1800000001',
  order_api: 'acquiringbank',
  channel_id: '1800000099',
  services: { '2002000000000558128851361561539': '' },
} as const satisfies WorldMerchant

/** So few that commands find an order by its number alone. */
const FEW_SHOPS = 3

/** Whom `npm start` serves. @param shops how many the service provider has */
export const localMerchants = (shops = FEW_SHOPS): readonly WorldMerchant[] => [
  MERCHANT,
  OTHER_MERCHANT,
  ...Array.from({ length: shops }, (_, i) => ({ ...SHOP, mchid: String(Number(SHOP.mchid) + i) })),
  ACQUIRED,
]
