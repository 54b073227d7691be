import type { OrderApi } from './order-apis.ts'
import type { CollectedBy, Order, OrderState, Payment } from './orders.ts'
import { chinaTime } from './paid-time.ts'
import type { RefusalName } from './refusals.ts'

const requireState = (order: Order, allowed: readonly OrderState[], what: string): void => {
  if (!allowed.includes(order.state)) throw new TypeError(`order ${order.out_order_no} is ${order.state}: ${what}`)
}

const pay = (order: Order, payment: Payment): void => {
  order.payments = [...order.payments, payment]
  order.state = 'paid'
  order.charging = false
  order.debitAt = undefined
}

export const customerAccepts = (order: Order): void => {
  requireState(order, ['created'], 'it cannot be accepted')
  order.state = 'accepted'
}

/**
 * Completing an order starts WeChat Pay's own debit. If nothing is to be paid, the order is done at once.
 * @param debitAt when the debit succeeds, ms; undefined if the customer has no money
 */
export const merchantCompletes = (
  order: Order,
  debitAt: number | undefined,
  total_amount = order.total_amount,
): void => {
  requireState(order, ['accepted'], 'it cannot be completed')
  order.total_amount = total_amount
  order.state = total_amount === 0 ? 'paid' : 'finished'
  order.debitAt = total_amount === 0 ? undefined : debitAt
}

/** Executes the debit that completing started, if its time has come. */
export const debitIfDue = (order: Order, nowMs: number): void => {
  if (order.debitAt !== undefined && order.debitAt <= nowMs) payscoreCharges(order, order.debitAt, {})
}

/** The amount may only be lowered, and only while the order waits for payment. */
export const merchantLowers = (order: Order, total_amount: number): void => {
  requireState(order, ['finished'], 'its sum cannot be lowered')
  if (order.charging) throw new TypeError(`order ${order.out_order_no} is being charged: its sum cannot be lowered`)
  if (total_amount >= order.total_amount) throw new TypeError(`order ${order.out_order_no} can only be lowered`)
  order.total_amount = total_amount
}

export const merchantCancels = (order: Order): void => {
  requireState(order, ['created', 'accepted', 'finished'], 'it cannot be cancelled')
  order.state = 'revoked'
  order.charging = false
  order.debitAt = undefined
}

export const orderExpires = (order: Order): void => {
  requireState(order, ['created'], 'it cannot expire')
  order.state = 'expired'
}

/** Until the charge ends, every sync is refused with "try later". */
export const chargeStarts = (order: Order): void => {
  requireState(order, ['finished'], 'it cannot be charged')
  order.charging = true
}

/** The customer had no money. WeChat Pay will try again. */
export const chargeFails = (order: Order): void => {
  requireState(order, ['finished'], 'no charge can fail')
  order.charging = false
}

export type Charge = {
  readonly transaction_id?: string
  /** By default `auto`. */
  readonly by?: CollectedBy
}

/** An order is charged at most once, so its own number makes that of its transaction. */
const transactionOf = ({ order_id }: Order, paid_time: string): string =>
  `42000022${paid_time.slice(0, 8)}${order_id.slice(-12)}`

/**
 * WeChat Pay Score collects the payment, by its own debit or because the customer pays in the app. Gives the
 * transaction_id. After a sync the customer has then paid twice.
 */
export const payscoreCharges = (order: Order, nowMs: number, { transaction_id, by = 'auto' }: Charge): string => {
  requireState(order, ['finished', 'paid'], 'it cannot be charged')
  if (order.payments.some(({ paid_type }) => paid_type === 'NEWTON')) {
    throw new TypeError(`order ${order.out_order_no} has been charged already`)
  }
  const paid_time = chinaTime(nowMs)
  const id = transaction_id ?? transactionOf(order, paid_time)
  pay(order, { paid_type: 'NEWTON', amount: order.total_amount, paid_time, transaction_id: id, by })
  return id
}

/** The refusal of a sync for an order that cannot be synced; undefined if the order waits for its payment. */
export const syncRefusal = (order: Order, api: OrderApi): RefusalName | undefined => {
  // WeChat Pay has published these three codes only for acquiring institutions.
  const acquiring = api === 'acquiringbank'
  switch (order.state) {
    case 'created':
      return 'order-unconfirmed'
    case 'accepted':
    case 'expired':
      return acquiring ? 'invalid-order-state' : 'state-not-legal'
    case 'revoked':
      return acquiring ? 'order-canceled' : 'order-revoked'
    case 'paid':
      return 'order-done'
    case 'finished':
      return order.charging ? 'charge-running' : undefined
  }
}

/** What a sync does. A date without a time means midnight. */
export const markPaidOffline = (order: Order, paid_time: string): void =>
  pay(order, { paid_type: 'MCH', amount: order.total_amount, paid_time: paid_time.padEnd(14, '0') })
