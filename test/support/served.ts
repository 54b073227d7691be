import type { Order, OrderSeed } from '../../lib/local/wechatpay/orders.ts'
import type { World, WorldMerchant } from '../../lib/local/world.ts'
import { MINUTE } from './orders.ts'

/** One merchant for each order API. */
export const SERVED = {
  'payafter-orders': { mchid: '1900000109', services: { '500001': 'wxd678efh567hg6787' } },
  serviceorder: { mchid: '1900000110', order_api: 'serviceorder', services: { '500002': 'wxd678efh567hg6788' } },
  partner: { mchid: '1900000201', provider: '1900000200', order_api: 'partner', services: { '500003': '' } },
  acquiringbank: {
    mchid: '1900000301',
    provider: '1900000300',
    channel_id: '1900000399',
    order_api: 'acquiringbank',
    services: { '500004': '' },
  },
} as const satisfies Record<string, WorldMerchant>

export const DIRECT = SERVED['payafter-orders']

export type Api = keyof typeof SERVED
export const APIS = Object.keys(SERVED) as Api[] // the keys of the object above

/** The URL of an order at WeChat Pay, and its parties, by order API. */
const SEEDS = {
  'payafter-orders': { family: 'payafter-orders', mchid: '1900000109', service_id: '500001' },
  serviceorder: { family: 'serviceorder', mchid: '1900000110', service_id: '500002' },
  partner: {
    family: 'serviceorder',
    mchid: '1900000200',
    sub_mchid: '1900000201',
    service_id: '500003',
    appid: 'wxd678efh567hg6789',
  },
  acquiringbank: {
    family: 'serviceorder',
    mchid: '1900000300',
    sub_mchid: '1900000301',
    channel_id: '1900000399',
    service_id: '500004',
    appid: 'wxd678efh567hg6790',
  },
} as const satisfies Record<Api, Partial<OrderSeed>>

/** An order of 88 yuan that waits for its payment, by default. */
export const placeOrder = (
  world: World,
  api: Api,
  out_order_no: string,
  more: Pick<Partial<OrderSeed>, 'state' | 'openid' | 'total_amount'> = {},
): Order => world.wechatpay.addOrder({ ...SEEDS[api], out_order_no, total_amount: 8800, ...more })

/** A payment notice of that order: paid on 1 March 2025 at noon. */
export const noticeOf = (api: Api, out_order_no: string) => ({
  mchid: SERVED[api].mchid,
  out_order_no,
  detail: { paid_time: '20250301120000' },
})

/** The row of an order in the ledger. */
export const rowOf = async (world: World, api: Api, out_order_no: string) =>
  (await world.table.rows()).find(({ pk }) => pk === `${SERVED[api].mchid}#${out_order_no}`)

/** Lets time pass until no call of DIRECT's order can be out, and none is due so soon that one might be. */
export const passUntilQuiet = async (world: World, out_order_no: string): Promise<void> => {
  const dueAt = async () =>
    Number((await rowOf(world, 'payafter-orders', out_order_no))?.due_at ?? Number.POSITIVE_INFINITY)
  do await world.pass(MINUTE)
  while ((await dueAt()) < world.clock.now() + MINUTE)
}
