import type { EndedName } from './ended-rows.ts'
import type { Order } from './wechat-pay.ts'

/** The total of the order in fen. */
export const TOTAL = 100
/** What WeChat Pay has charged of an order that is paid in part, in fen. */
export const PART = 30
/** The numbers of the two charges that WeChat Pay may make of the whole order. */
export const FIRST_CHARGE = '4200000000'
export const SECOND_CHARGE = '4200000002'

/** A payment notice as an event: the call that it asks for, and its time. Notices may arrive in any order. */
export type Notice = {
  readonly call: string
  readonly noticed_at: number
  /** WeChat Pay refuses its parameters. */
  readonly isRefused?: boolean
  /** In `check` mode the order is queried before its first sync; in `observe` mode it is only queried. */
  readonly mode?: 'check' | 'observe'
  /** The amount that the POS says the customer paid, in fen. WeChat Pay's amount is TOTAL. */
  readonly amount?: number
  /** The merchant's hourly cap is exceeded. */
  readonly isOverCap?: boolean
}

/** A refund that may be made at WeChat Pay: what it gives back in fen, and of which transaction. */
export type RefundAtWechatPay = { readonly amount: number; readonly transaction_id: string }

/** The size of one exploration. */
export type Scenario = {
  readonly name: string
  readonly notices: readonly Notice[]
  /** The possible states of the order at WeChat Pay when the first payment notice arrives. */
  readonly orders: readonly Order[]
  /** Invocations that run at the same time. */
  readonly invocations: 1 | 2 | 3
  /** Faults in one run. */
  readonly faults: number
  /** Operator decisions in one run. */
  readonly persons?: number
  /** A line of a statement creates the order of the first payment notice. */
  readonly isBooked?: boolean
  /** A sync may be answered with the whole order. */
  readonly isWhole?: boolean
  /** A new invocation may have a clock that is ahead. */
  readonly hasFastClocks?: boolean
  /** No order of this merchant was found at WeChat Pay so far, so "not found" may be a configuration error. */
  readonly isUnmet?: boolean
  /** The order has ended before: how its row stands, and its possible states at WeChat Pay. The first notice is over. */
  readonly ended?: { readonly [name in EndedName]?: readonly Order[] }
  /** Lines of trade bills in one run that lead to a write, and the refunds that may be made; at most two. */
  readonly bills?: number
  readonly refunds?: readonly RefundAtWechatPay[]
  /** WeChat Pay takes back what it proved before. */
  readonly isTakenBack?: boolean
  /** The sum of several charges may be one that cannot be read. */
  readonly isBlurred?: boolean
  /** Old answers are replayed. */
  readonly hasReplays?: boolean
  /** A day or a month may pass without a running invocation. */
  readonly hasLongWaits?: boolean
}
