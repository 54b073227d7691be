import type { OrderSeed } from '../../../../lib/local/wechatpay/orders.ts'
import type { WorldMerchant } from '../../../../lib/local/world.ts'

/** A merchant, with what its orders need at WeChat Pay. */
export type StormMerchant = WorldMerchant & {
  readonly family: OrderSeed['family']
  /** Its key is wrong during the whole run. */
  readonly isBroken?: true
  /** WeChat Pay permits its provider nothing for it. */
  readonly isRefused?: true
}

/** Whether none of its orders can end. */
export const isLeftWaiting = ({ isBroken, isRefused }: StormMerchant): boolean =>
  isBroken === true || isRefused === true

export const direct = (mchid: string, order_api: OrderSeed['family'], services = 1): StormMerchant => ({
  mchid,
  order_api,
  family: order_api,
  services: Object.fromEntries(
    Array.from({ length: services }, (_, i) => [`50${mchid.slice(-4)}${i}`, `wx${mchid.slice(-4)}${i}`]),
  ),
})

export const sub = (mchid: string, provider: string, channel_id?: string): StormMerchant => ({
  mchid,
  order_api: channel_id === undefined ? 'partner' : 'acquiringbank',
  family: 'serviceorder',
  services: { [`50${provider.slice(-4)}0`]: '' },
  provider,
  ...(channel_id !== undefined && { channel_id }),
})

/**
 * Sixteen merchants, since reconcile processes 20 orders a second for each: all four order APIs, and one merchant in
 * check mode.
 */
export const MERCHANTS: readonly StormMerchant[] = [
  direct('1900000101', 'payafter-orders', 2),
  direct('1900000102', 'payafter-orders'),
  direct('1900000103', 'payafter-orders'),
  direct('1900000104', 'payafter-orders'),
  direct('1900000105', 'payafter-orders'),
  direct('1900000106', 'payafter-orders'),
  direct('1900000107', 'payafter-orders'),
  direct('1900000201', 'serviceorder'),
  direct('1900000202', 'serviceorder'),
  direct('1900000203', 'serviceorder'),
  { ...direct('1900000204', 'serviceorder'), mode: 'check' },
  sub('1900000301', '1900000300'),
  sub('1900000302', '1900000300'),
  sub('1900000401', '1900000400', '1900000499'),
  sub('1900000402', '1900000400', '1900000499'),
]

export const BROKEN: StormMerchant = { ...direct('1900000901', 'payafter-orders'), isBroken: true }

/** The merchant that signs, under whose mchid WeChat Pay has the orders. */
export const signerOf = ({ mchid, provider }: StormMerchant): string => provider ?? mchid

/** The entry in MERCHANTS, without the members for this test. */
export const configured = ({
  family: _family,
  isBroken: _isBroken,
  isRefused: _isRefused,
  ...merchant
}: StormMerchant): WorldMerchant => merchant

/** An order of the merchant at WeChat Pay; by default of its first service. */
export const orderAt = (
  merchant: StormMerchant,
  order: Pick<OrderSeed, 'out_order_no' | 'total_amount'> & Partial<Pick<OrderSeed, 'service_id' | 'state'>>,
): OrderSeed => ({
  family: merchant.family,
  mchid: signerOf(merchant),
  ...(merchant.provider && { sub_mchid: merchant.mchid }),
  ...(merchant.channel_id && { channel_id: merchant.channel_id }),
  service_id: Object.keys(merchant.services)[0] ?? '',
  ...order,
})
