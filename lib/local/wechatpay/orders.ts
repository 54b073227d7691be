/** The two families of orders: a flat state, or a state with a description and a collection. */
type Family = 'payafter-orders' | 'serviceorder'

/**
 * Where an order is on its way, in words for both families.
 * `finished`: the merchant has completed it and it waits for its payment, the only state in which a sync is taken.
 */
export type OrderState = 'created' | 'accepted' | 'finished' | 'paid' | 'revoked' | 'expired'

/** Money that came in for an order: collected by WeChat Pay Score, or reported by a sync. Amounts are fen. */
export type Payment = {
  readonly paid_type: 'NEWTON' | 'MCH'
  readonly amount: number
  /** yyyyMMddHHmmss in China time. */
  readonly paid_time: string
  readonly transaction_id?: string
}

export type Order = {
  readonly family: Family
  /** Who signs for it: the direct merchant, the provider, the institution. */
  readonly mchid: string
  readonly sub_mchid: string | undefined
  readonly channel_id: string | undefined
  readonly service_id: string
  readonly appid: string
  readonly out_order_no: string
  readonly order_id: string
  /** Personal: a client must neither log nor keep it. */
  readonly openid: string
  total_amount: number
  state: OrderState
  /** WeChat Pay is trying to collect at this moment, or the customer stands at the cashier's page. */
  charging: boolean
  payments: readonly Payment[]
  /** When WeChat Pay collects by itself, in milliseconds of its clock; undefined when no debit is under way. */
  debitAt: number | undefined
  /** When the last call for it came, in milliseconds of WeChat Pay's clock. */
  lastCallAt: number
  /** Members that answers show in place of the honest ones. */
  shownInstead: Readonly<Record<string, unknown>> | undefined
}

export type OrderSeed = {
  readonly family: Family
  readonly mchid: string
  readonly sub_mchid?: string
  readonly channel_id?: string
  readonly service_id: string
  /** Without it: the one that the merchant's service is bound to. */
  readonly appid?: string
  readonly out_order_no: string
  /** Fen. */
  readonly total_amount: number
  /** Without it `finished`. A paid order is made by what pays it. */
  readonly state?: Exclude<OrderState, 'paid'>
  readonly openid?: string
}

export type Orders = {
  readonly all: () => readonly Order[]
  readonly add: (seed: OrderSeed, appid: string) => Order
  readonly find: (mchid: string, out_order_no: string) => Order | undefined
  /**
   * By what the customer's phone brings back from the confirmation page, a number that only WeChat Pay can read.
   * Here it is `mchid out_order_no` in base64url.
   */
  readonly findByQueryId: (mchid: string, query_id: string) => Order | undefined
}

const NO_PAYMENTS: readonly Payment[] = []

/**
 * @param look whatever has happened to an order by now happens to it when somebody looks
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
