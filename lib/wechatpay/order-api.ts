/** The order APIs that this service can call. */
export const ORDER_APIS = ['payafter-orders', 'serviceorder', 'partner', 'acquiringbank'] as const
export type OrderApi = (typeof ORDER_APIS)[number]

/** The complete call for one order: nothing has to be looked up before it is sent. Members are named as on the wire. */
export type Call = {
  readonly order_api: OrderApi
  /** The mchid that signs: the direct merchant, or the service provider of a sub-merchant. */
  readonly mchid: string
  readonly out_order_no: string
  readonly service_id: string
  /** yyyyMMddHHmmss in China time. */
  readonly paid_time: string
  /** Direct merchants only. */
  readonly appid?: string
  /** Sub-merchants only. */
  readonly sub_mchid?: string
  /** Sub-merchants of an acquiring institution only. */
  readonly channel_id?: string
}

/** A merchant's own number of an order. */
export const OUT_ORDER_NO = /^[0-9A-Za-z_\-|*]{1,32}$/

/** A request before it is signed; exactly this `target` and `body` are signed and sent. */
export type Request = { readonly method: 'GET' | 'POST'; readonly target: string; readonly body: string }

/** Body of a sync. @see https://pay.weixin.qq.com/doc/v3/partner/4012458816 */
export type SyncBody = {
  readonly appid?: string
  readonly service_id: string
  readonly sub_mchid?: string
  readonly channel_id?: string
  readonly type: 'Order_Paid'
  readonly detail: { readonly paid_time: string }
}

/** Answer of `payafter-orders/…/sync`: 200 with four fields. */
export type PayafterSyncAnswer = {
  readonly appid: string
  readonly mchid: string
  readonly out_order_no: string
  readonly order_id: string
}

/** One payment of a service order. Sums are in fen. */
export type CollectionDetail = {
  readonly seq: number
  readonly amount: number
  readonly paid_type: 'NEWTON' | 'MCH' | (string & {})
  readonly paid_time: string
  readonly transaction_id?: string
}

/**
 * Answer of `serviceorder/…/sync` and of every query in the serviceorder family: 200 with the whole order. It also
 * holds personal data (`openid`), which is not listed here. Partner and acquiring syncs answer 204 without a body.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012587902
 */
export type ServiceOrder = {
  readonly out_order_no: string
  readonly order_id: string
  readonly service_id: string
  readonly appid?: string
  readonly mchid: string
  readonly sub_mchid?: string
  readonly state: 'CREATED' | 'DOING' | 'DONE' | 'REVOKED' | 'EXPIRED' | (string & {})
  /** Only when `state` is DOING. */
  readonly state_description?: 'USER_CONFIRM' | 'MCH_COMPLETE' | (string & {})
  readonly total_amount: number
  readonly need_collection: boolean
  readonly collection?: {
    readonly state: 'USER_PAYING' | 'USER_PAID' | (string & {})
    readonly total_amount: number
    readonly paying_amount?: number
    readonly paid_amount?: number
    readonly details?: readonly CollectionDetail[]
  }
}

/** Answer of a query in the `payafter-orders` family, where one `state` says everything. */
export type PayafterOrder = {
  readonly out_order_no: string
  readonly service_id: string
  readonly appid: string
  readonly mchid: string
  readonly state: 'CREATED' | 'USER_ACCEPTED' | 'FINISHED' | 'USER_PAID' | 'REVOKED' | 'EXPIRED' | (string & {})
  readonly total_amount?: number
  /** Present only when WeChat Pay collected. */
  readonly finish_transaction_id?: string
  /** `MchChannelPayType` after a sync. */
  readonly pay_type?: string
}

/**
 * Body of a refusal. One `code` has many messages, and they change; `detail` names the wrong member, in several forms.
 */
export type RefusalBody = {
  readonly code: string
  readonly message: string
  readonly detail?: {
    readonly location?: 'body' | 'query' | 'uri_template' | (string & {}) | null
    readonly field?: string
    readonly issue?: string
    readonly value?: unknown
  }
}

type Family = { readonly path: string; readonly party: (call: Call) => Partial<SyncBody> }

const direct = ({ appid }: Call) => (appid === undefined ? {} : { appid })
const sub = ({ sub_mchid }: Call) => (sub_mchid === undefined ? {} : { sub_mchid })
const channel = ({ channel_id }: Call) => (channel_id === undefined ? {} : { channel_id })

const families: Readonly<Record<OrderApi, Family>> = {
  'payafter-orders': { path: '/v3/payscore/payafter-orders', party: direct },
  serviceorder: { path: '/v3/payscore/serviceorder', party: direct },
  partner: { path: '/v3/payscore/partner/serviceorder', party: sub },
  acquiringbank: {
    path: '/v3/payscore/acquiringbank/serviceorder',
    party: (call) => ({ ...sub(call), ...channel(call) }),
  },
}

/**
 * 支付分订单同步: tells WeChat Pay that the order was paid offline.
 * The order number is only in the path: WeChat Pay refuses a request that repeats it in the body.
 * @see https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_20.shtml
 */
export const syncRequest = (call: Call): Request => {
  const { path, party } = families[call.order_api]
  const { service_id, paid_time } = call
  const body: SyncBody = { ...party(call), service_id, type: 'Order_Paid', detail: { paid_time } }
  return { method: 'POST', target: `${path}/${encodeURIComponent(call.out_order_no)}/sync`, body: JSON.stringify(body) }
}

/** 查询支付分订单, by out_order_no only: WeChat Pay refuses a request that has query_id as well. */
export const queryRequest = (call: Call): Request => {
  const { path, party } = families[call.order_api]
  const { service_id, out_order_no } = call
  const query = Object.entries({ service_id, out_order_no, ...party(call) })
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')
  return { method: 'GET', target: `${path}?${query}`, body: '' }
}
