import { setTimeout as sleep } from 'node:timers/promises'
import type { Order } from '../../../../lib/local/wechatpay/orders.ts'
import type { World } from '../../../../lib/local/world.ts'
import { orderAt } from './merchants.ts'
import type { PlannedOrder, Story } from './plan.ts'

/** A charge by WeChat Pay for an order that was also paid in the shop. */
export type Charge = { readonly transaction_id: string; readonly amount: number }

/** The true state, with which the ledger is compared. */
export type Truth = {
  readonly plan: PlannedOrder
  /** Undefined if WeChat Pay has no such order. */
  readonly order: Order | undefined
  charge?: Charge
  /** When the order changed, by the clock of WeChat Pay's history. */
  movedAt?: number
}

/** The longest time between a payment notice and WeChat Pay's charge. */
const MEANWHILE_MS = 60

/** Creates the orders at WeChat Pay in their state before any payment notice. */
export const openOrders = (plans: readonly PlannedOrder[], world: World): ReadonlyMap<string, Truth> =>
  new Map(plans.map((plan) => [plan.out_order_no, openOrder(plan, world)]))

const openOrder = (plan: PlannedOrder, world: World): Truth => {
  const { merchant, service_id, out_order_no, total_amount, story } = plan
  if (story === 'unknown to WeChat Pay') return { plan, order: undefined }
  const state = story === 'completed late' || story === 'cancelled late' ? 'accepted' : 'finished'
  const order = world.wechatpay.addOrder(orderAt(merchant, { service_id, out_order_no, total_amount, state }))
  const truth: Truth = { plan, order }
  if (story === 'charged before') charge(truth, world)
  if (story === 'charge fails' || story === 'charge succeeds') world.wechatpay.chargeStarts(order)
  if (story === 'cancelled before') world.wechatpay.merchantCancels(order)
  if (story === 'refused')
    world.wechatpay.refuseNext({
      refusal: 'parameter-illegal',
      match: { kind: 'sync', out_order_no },
      times: Number.POSITIVE_INFINITY,
    })
  if (merchant.isRefused)
    world.wechatpay.refuseNext({ refusal: 'no-auth', match: { out_order_no }, times: Number.POSITIVE_INFINITY })
  return truth
}

const charge = (truth: Truth, { wechatpay }: World): void => {
  if (!truth.order || truth.charge) return
  truth.charge = { transaction_id: wechatpay.payscoreCharges(truth.order), amount: truth.order.total_amount }
}

/** Charges at about the time at which a payment notice is sent. */
export const chargeMeanwhile = async (truth: Truth, world: World, random: () => number): Promise<void> => {
  await sleep(random() * MEANWHILE_MS)
  charge(truth, world)
}

/**
 * Charges the planned orders right after our sync has reached WeChat Pay, long before the query. Gives a function that
 * stops it.
 */
export const chargeAfterSyncs = (truths: Iterable<Truth>, world: World): (() => void) => {
  const waiting = new Set([...truths].filter(({ plan }) => plan.story === 'charged after'))
  const look = () => {
    for (const truth of waiting) {
      if (truth.order?.state === 'paid') charge(truth, world)
      if (truth.charge) waiting.delete(truth)
    }
  }
  const looking = setInterval(look, LOOK_EVERY_MS)
  return () => clearInterval(looking)
}

const LOOK_EVERY_MS = 100

/** Makes the changes at WeChat Pay after a wave, while no call is in progress. */
export const goOn = (truths: Iterable<Truth>, wave: number, world: World): void => {
  for (const truth of truths) {
    const { plan, order } = truth
    if (!order) continue
    // Our sync did not reach WeChat Pay.
    if (plan.story === 'charged after' && plan.firstWave === wave) charge(truth, world)
    if (plan.moveAfter === wave) move(truth, order, world)
  }
}

const move = (truth: Truth, order: Order, world: World): void => {
  const change = CHANGES[truth.plan.story]
  if (!change) return
  change(truth, order, world)
  truth.movedAt = performance.now()
}

const CHANGES: Partial<Readonly<Record<Story, (truth: Truth, order: Order, world: World) => void>>> = {
  'charge fails': (_, order, { wechatpay }) => wechatpay.chargeFails(order),
  'charge succeeds': (truth, _, world) => charge(truth, world),
  'completed late': (_, order, { wechatpay }) => wechatpay.merchantCompletes(order),
  'cancelled late': (_, order, { wechatpay }) => wechatpay.merchantCancels(order),
}
