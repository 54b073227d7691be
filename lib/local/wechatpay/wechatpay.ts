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
  /** Milliseconds since 1970. A test may move it; answers and windows follow, delays do not. */
  readonly now?: () => number
  /** A free one by default. */
  readonly port?: number
  /** How long after completion WeChat Pay's own debit succeeds, ms; a minute by default. Infinity: the customer has no money. */
  readonly debitAfterMs?: number
  /** As `orders` gave them in an earlier run. */
  readonly orders?: readonly Order[]
  /** Whether 400, 403, 404, 429 and 5xx are signed is not published; true by default. 401s never are. */
  readonly signRefusals?: boolean
  /** A `Wechatpay-Serial` that names no key of WeChat Pay's is refused by default. */
  readonly unknownSerial?: 'refused' | 'ignored'
  /** Mixed by default: clients must not care. */
  readonly headerCase?: HeaderCase
}

export type Wechatpay = {
  /** `http://127.0.0.1:port`. */
  readonly origin: string
  /** What a merchant configures: the id of the WeChat Pay public key, and the key. */
  readonly keyId: string
  readonly publicKeyPem: string
  readonly history: History

  readonly addMerchant: (merchant: MerchantSeed) => void
  /** A merchant may have several certificates; those before stay good until they are revoked. */
  readonly addCertificate: (mchid: string, certificate: Pick<MerchantSeed, 'serial_no' | 'publicKeyPem'>) => void
  readonly revokeCertificate: (mchid: string, serial_no: string) => void
  /** `disabled`: may do nothing; `restricted`: may not collect. What is left out stays as it is. */
  readonly setStanding: (mchid: string, standing: { disabled?: boolean; restricted?: boolean }) => void

  /** Every order as it stands. */
  readonly orders: () => readonly Order[]
  readonly addOrder: (seed: OrderSeed) => Order
  /** Throws when there is no such order. */
  readonly order: (mchid: string, out_order_no: string) => Order
  readonly customerAccepts: (order: Order) => void
  /**
   * WeChat Pay's own debit follows, as `debitAfterMs` has it. The total in fen, if it is not the one the order began
   * with. Of 0 fen nothing is collected: the order is done.
   */
  readonly merchantCompletes: (order: Order, total_amount?: number) => void
  /** While it waits for payment. */
  readonly merchantLowers: (order: Order, total_amount: number) => void
  readonly merchantCancels: (order: Order) => void
  readonly orderExpires: (order: Order) => void
  /** From now until the charge fails or succeeds every sync is told to come back later. */
  readonly chargeStarts: (order: Order) => void
  readonly chargeFails: (order: Order) => void
  /** WeChat Pay Score collects, even if a sync has landed before: then it is a double charge. Answers its transaction_id. */
  readonly payscoreCharges: (order: Order, transaction_id?: string) => string
  /** Members that answers about this order show in place of the honest ones; undefined ends it. */
  readonly showInstead: (order: Order, members: Readonly<Record<string, unknown>> | undefined) => void

  /** A second key to sign with. A platform certificate's id is its serial number, and its PEM a certificate. */
  readonly addPublicKey: () => WechatpayKey
  readonly addPlatformCertificate: () => WechatpayKey
  /**
   * Which key signs answers to requests that name none, and whether a request that names another one
   * is answered with that (by default) or not, as before the switch has been started.
   */
  readonly answerWith: (keyId: string, options?: { followRequest?: boolean }) => void

  /** The next requests that match and are rightly signed are refused, whatever they ask. */
  readonly refuseNext: (plan: RefusalPlan) => void
  /** The next requests that match meet this fault. The answer takes it back. */
  readonly faultNext: (plan: NextFaultPlan) => () => void
  /** From now on requests meet a fault now and then. The answer ends it. */
  readonly faultOften: (plan: FrequentFaultPlan) => () => void
  /** No more refusals and faults than honesty demands. */
  readonly behave: () => void

  /** Ends all connections, those still waiting for an answer as well. */
  readonly close: () => Promise<void>
}

/** WeChat Pay on one machine: plain HTTP on loopback, and as strict as the real one is known to be. */
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
    if (route.kind === 'echo') return ''
    if (route.kind === 'sync') return decodeOnce(route.segment) ?? route.segment
    const query = parseQuery(route.query)
    const query_id = query?.get('query_id') ?? ''
    return query?.get('out_order_no') ?? orders.findByQueryId(mchid, query_id)?.out_order_no ?? ''
  }

  const judge = createJudge({
    office: { merchants, orders, now, repeatedSync, minMsBetweenCalls },
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
    payscoreCharges: (order, transaction_id) => moves.payscoreCharges(order, now(), transaction_id),
    showInstead: (order, members) => {
      order.shownInstead = members
    },

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
    },

    close: async () => {
      timers.clear()
      await server.close()
    },
  }
}
