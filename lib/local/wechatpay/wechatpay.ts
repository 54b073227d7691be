import { type AccountControls, createAccounts, type KeptAccounts } from './accounts.ts'
import { createAnswerKeys } from './answer-keys.ts'
import type { WechatpayKey } from './answer-signing.ts'
import type { Rules } from './decide.ts'
import { createAnswerHeaders, type HeaderCase } from './delivery.ts'
import { createExchange } from './exchange.ts'
import { createHistory, type History } from './history.ts'
import { createJudge } from './judge.ts'
import { addCertificate, createMerchants, type MerchantSeed, revokeCertificate } from './merchants.ts'
import { decodeOnce, parseQuery, type Route } from './order-apis.ts'
import * as moves from './order-moves.ts'
import { createOrders, type Order, type OrderSeed } from './orders.ts'
import {
  createPlans,
  type Fault,
  type FrequentFaultPlan,
  frequentFault,
  type NextFaultPlan,
  nextFault,
  type RefusalPlan,
} from './plans.ts'
import { createTimers, startServer } from './server.ts'

export type WechatpayOptions = Partial<Rules> & {
  /** Milliseconds since 1970. A test may move it; responses and time windows follow it, delays do not. */
  readonly now?: () => number
  /** A free one by default. */
  readonly port?: number
  /** By which it is called, where something stands before it; by default its own. Bills are to be fetched from there. */
  readonly calledBy?: string
  /**
   * When WeChat Pay's own debit succeeds after completion, in ms; by default a minute. Infinity: the customer has no
   * money.
   */
  readonly debitAfterMs?: number
  /** Orders of an earlier run, as `orders` gave them. */
  readonly orders?: readonly Order[]
  /** Ordinary payments and refunds of an earlier run. */
  readonly accounts?: KeptAccounts
  /** Whether 400, 403, 404, 429 and 5xx are signed is not published; by default they are. 401s never are. */
  readonly signRefusals?: boolean
  /** By default a `Wechatpay-Serial` that is no key of WeChat Pay is refused. */
  readonly unknownSerial?: 'refused' | 'ignored'
  /** By default mixed, since clients must ignore case. */
  readonly headerCase?: HeaderCase
}

export type Wechatpay = AccountControls & {
  /** `http://127.0.0.1:port`. */
  readonly origin: string
  /** What a merchant configures: the id of the WeChat Pay public key, and the key. */
  readonly keyId: string
  readonly publicKeyPem: string
  readonly history: History

  readonly addMerchant: (merchant: MerchantSeed) => void
  /** A merchant may have several certificates. Earlier ones stay valid until they are revoked. */
  readonly addCertificate: (mchid: string, certificate: Pick<MerchantSeed, 'serial_no' | 'publicKeyPem'>) => void
  readonly revokeCertificate: (mchid: string, serial_no: string) => void
  /** `disabled`: may do nothing; `restricted`: may not collect. A member that is left out is not changed. */
  readonly setStanding: (mchid: string, standing: { disabled?: boolean; restricted?: boolean }) => void

  /** Every order in its present state. */
  readonly orders: () => readonly Order[]
  readonly addOrder: (seed: OrderSeed) => Order
  /** Throws if there is no such order. */
  readonly order: (mchid: string, out_order_no: string) => Order
  readonly customerAccepts: (order: Order) => void
  /**
   * WeChat Pay's own debit follows after `debitAfterMs`. `total_amount` is in fen, by default that of the order. With 0
   * fen nothing is collected and the order is done.
   */
  readonly merchantCompletes: (order: Order, total_amount?: number) => void
  /** Only while the order waits for payment. */
  readonly merchantLowers: (order: Order, total_amount: number) => void
  readonly merchantCancels: (order: Order) => void
  readonly orderExpires: (order: Order) => void
  /** Until the charge fails or succeeds, every sync is refused with "try later". */
  readonly chargeStarts: (order: Order) => void
  readonly chargeFails: (order: Order) => void
  /**
   * WeChat Pay Score collects, even after a sync, which makes a double charge. Gives the transaction_id. A text is the
   * transaction_id of an automatic debit.
   */
  readonly payscoreCharges: (order: Order, charge?: string | moves.Charge) => string
  /** Members that replace those of correct responses about this order; undefined ends it. */
  readonly showInstead: (order: Order, members: Readonly<Record<string, unknown>> | undefined) => void

  /** Adds a key to sign with. The id of a platform certificate is its serial number, and its PEM is a certificate. */
  readonly addPublicKey: () => WechatpayKey
  readonly addPlatformCertificate: () => WechatpayKey
  /**
   * Which key signs responses to requests that name none, and whether a request that names another key gets a response
   * signed with that one (by default) or not, as before the switch has started.
   */
  readonly answerWith: (keyId: string, options?: { followRequest?: boolean }) => void

  /** The next matching requests with a valid signature are refused, whatever they contain. */
  readonly refuseNext: (plan: RefusalPlan) => void
  /** The next matching requests have this fault. Gives a function that removes it. */
  readonly faultNext: (plan: NextFaultPlan) => () => void
  /** From now on requests have a fault at random. Gives a function that ends it. */
  readonly faultOften: (plan: FrequentFaultPlan) => () => void
  /** Removes all requested refusals and faults. */
  readonly behave: () => void

  /** Closes all connections, also those that wait for a response. */
  readonly close: () => Promise<void>
}

/** WeChat Pay on one machine: plain HTTP on loopback, as strict as the real one is known to be. */
export const startWechatpay = async (options: WechatpayOptions = {}): Promise<Wechatpay> => {
  const { now = Date.now, repeatedSync = 'ORDER_DONE', minMsBetweenCalls = 0, debitAfterMs = 60_000 } = options
  const merchants = createMerchants()
  const orders = createOrders((order) => moves.debitIfDue(order, now()), options.orders)
  const history = createHistory()
  const keys = createAnswerKeys(now)
  const refusals = createPlans<RefusalPlan>()
  const faults = createPlans<Fault>()
  const timers = createTimers()

  const orderNumber = (mchid: string, route: Route): string => {
    if (route.kind === 'sync') return decodeOnce(route.segment) ?? route.segment
    if (route.kind !== 'query') return ''
    const query = parseQuery(route.query)
    const query_id = query?.get('query_id') ?? ''
    return query?.get('out_order_no') ?? orders.findByQueryId(mchid, query_id)?.out_order_no ?? ''
  }

  const accounts = createAccounts({
    merchants,
    orders,
    now,
    origin: () => options.calledBy ?? server.origin,
    ...(options.accounts && { kept: options.accounts }),
  })
  const judge = createJudge({
    office: { merchants, orders, accounts, now, repeatedSync, minMsBetweenCalls },
    keys,
    refusals,
    unknownSerial: options.unknownSerial ?? 'refused',
  })
  const exchange = createExchange({
    now,
    judge,
    keys,
    history,
    faults,
    orderNumber,
    answerHeaders: createAnswerHeaders(options.headerCase ?? 'mixed'),
    signRefusals: options.signRefusals ?? true,
    after: timers.after,
  })
  const server = await startServer(options.port ?? 0, exchange)

  return {
    origin: server.origin,
    keyId: keys.first.id,
    publicKeyPem: keys.first.publicKeyPem,
    history,

    addMerchant: merchants.add,
    addCertificate: (mchid, certificate) => addCertificate(merchants.get(mchid), certificate),
    revokeCertificate: (mchid, serial_no) => revokeCertificate(merchants.get(mchid), serial_no),
    setStanding: (mchid, standing) => Object.assign(merchants.get(mchid), standing),

    orders: orders.all,
    addOrder: (seed) => {
      const appid = seed.appid ?? merchants.get(seed.mchid).services.get(seed.service_id)
      if (appid === undefined) throw new TypeError(`${seed.mchid} has no service ${seed.service_id}`)
      return orders.add(seed, appid)
    },
    order: (mchid, out_order_no) => {
      const order = orders.find(mchid, out_order_no)
      if (order === undefined) throw new TypeError(`${mchid} has no order ${out_order_no}`)
      return order
    },
    customerAccepts: moves.customerAccepts,
    merchantCompletes: (order, total_amount) =>
      moves.merchantCompletes(order, Number.isFinite(debitAfterMs) ? now() + debitAfterMs : undefined, total_amount),
    merchantLowers: moves.merchantLowers,
    merchantCancels: moves.merchantCancels,
    orderExpires: moves.orderExpires,
    chargeStarts: moves.chargeStarts,
    chargeFails: moves.chargeFails,
    payscoreCharges: (order, charge = {}) =>
      moves.payscoreCharges(order, now(), typeof charge === 'string' ? { transaction_id: charge } : charge),
    showInstead: (order, members) => {
      order.shownInstead = members
    },

    ...accounts.controls,

    addPublicKey: keys.addPublicKey,
    addPlatformCertificate: keys.addPlatformCertificate,
    answerWith: keys.answerWith,

    refuseNext: (plan) => {
      refusals.add(plan.match ?? {}, plan.times ?? 1, () => plan)
    },
    faultNext: (plan) => faults.add(plan.match ?? {}, plan.times ?? 1, () => nextFault(plan)),
    faultOften: (plan) => faults.add(plan.match ?? {}, Number.POSITIVE_INFINITY, () => frequentFault(plan)),
    behave: () => {
      refusals.clear()
      faults.clear()
      accounts.bills.behave()
    },

    close: async () => {
      timers.clear()
      await server.close()
    },
  }
}
