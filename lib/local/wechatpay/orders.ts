/** The two kinds of order: with one flat state, or with a state, a description and a collection. */
type Family = 'payafter-orders' | 'serviceorder'

/**
 * The state of an order, in common words for both kinds. `finished`: the merchant has completed it and it waits for its
 * payment. Only this state accepts a sync.
 */
export type OrderState = 'created' | 'accepted' | 'finished' | 'paid' | 'revoked' | 'expired'

/** A payment of an order: collected by WeChat Pay Score, or reported by a sync. Amounts are in fen. */
export type Payment = {
  readonly paid_type: 'NEWTON' | 'MCH'
  readonly amount: number
  /** yyyyMMddHHmmss in China time. */
  readonly paid_time: string
  readonly transaction_id?: string
  /** Of what WeChat Pay Score collected: by its own debit, or from a customer who paid in the app. */
  readonly by?: CollectedBy
}

export type CollectedBy = 'auto' | 'hand'

export type Order = {
  readonly family: Family
  /** The merchant that signs for it: direct merchant, service provider or institution. */
  readonly mchid: string
  readonly sub_mchid: string | undefined
  readonly channel_id: string | undefined
  readonly service_id: string
  readonly appid: string
  readonly out_order_no: string
  readonly order_id: string
  /** Personal data: a client must neither log nor store it. */
  readonly openid: string
  total_amount: number
  state: OrderState
  /** WeChat Pay is collecting now, or the customer is paying in the app. */
  charging: boolean
  payments: readonly Payment[]
  /** When WeChat Pay's own debit succeeds, in ms of its clock; undefined if there is none. */
  debitAt: number | undefined
  /** When the last call for it came, in ms of WeChat Pay's clock. */
  lastCallAt: number
  /** Members that replace those of the correct response. */
  shownInstead: Readonly<Record<string, unknown>> | undefined
}

export type OrderSeed = {
  readonly family: Family
  readonly mchid: string
  readonly sub_mchid?: string
  readonly channel_id?: string
  readonly service_id: string
  /** By default the appid of the merchant's service. */
  readonly appid?: string
  readonly out_order_no: string
  /** Fen. */
  readonly total_amount: number
  /** By default `finished`. An order becomes paid only by a payment. */
  readonly state?: Exclude<OrderState, 'paid'>
  readonly openid?: string
}

export type Orders = {
  readonly all: () => readonly Order[]
  readonly add: (seed: OrderSeed, appid: string) => Order
  readonly find: (mchid: string, out_order_no: string) => Order | undefined
  /**
   * Finds an order by the query_id that the customer's phone gets from the confirmation page, and that only WeChat Pay
   * can decode. Here it is `mchid out_order_no` in base64url.
   */
  readonly findByQueryId: (mchid: string, query_id: string) => Order | undefined
}

const NO_PAYMENTS: readonly Payment[] = []

/**
 * @param look is called with an order before it is read, and applies changes that are due by now
 * @param kept orders of an earlier run
 */
export const createOrders = (look: (order: Order) => void, kept: readonly Order[] = []): Orders => {
  const orders = new Map(kept.map((order) => [`${order.mchid} ${order.out_order_no}`, { ...order }]))
  const find = (mchid: string, out_order_no: string) => {
    const order = orders.get(`${mchid} ${out_order_no}`)
    if (order) look(order)
    return order
  }
  return {
    all: () => {
      for (const order of orders.values()) look(order)
      return [...orders.values()]
    },
    find,
    findByQueryId: (mchid, query_id) => {
      const [owner, out_order_no = ''] = Buffer.from(query_id, 'base64url').toString().split(' ')
      return owner === mchid ? find(mchid, out_order_no) : undefined
    },
    add: (seed, appid) => {
      const key = `${seed.mchid} ${seed.out_order_no}`
      if (orders.has(key)) throw new TypeError(`${seed.mchid} already has an order ${seed.out_order_no}`)
      const order: Order = {
        family: seed.family,
        mchid: seed.mchid,
        sub_mchid: seed.sub_mchid,
        channel_id: seed.channel_id,
        service_id: seed.service_id,
        appid,
        out_order_no: seed.out_order_no,
        order_id: `1000000000${String(orders.size + 1).padStart(18, '0')}`,
        openid: seed.openid ?? 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        total_amount: seed.total_amount,
        state: seed.state ?? 'finished',
        charging: false,
        payments: NO_PAYMENTS,
        debitAt: undefined,
        lastCallAt: Number.NEGATIVE_INFINITY,
        shownInstead: undefined,
      }
      orders.set(key, order)
      return order
    },
  }
}
