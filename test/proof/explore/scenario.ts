import type { Order } from './wechat-pay.ts'

/** What the order costs, fen. */
export const TOTAL = 100
/** What WeChat Pay has charged of an order that is paid in part, fen. */
export const PART = 30

/** A notice that is handed over by event: which call it asks for, and when it was made. Hand-over order is free. */
export type Notice = {
  readonly call: string
  readonly noticed_at: number
  /** WeChat Pay refuses its parameters. */
  readonly isRefused?: boolean
  /** The order is asked about before its first sync. */
  readonly mode?: 'check' | 'observe'
  /** What the till says that the customer paid, fen. WeChat Pay says TOTAL. */
  readonly amount?: number
  /** More notices have come in this hour than the merchant allows. */
  readonly isOverCap?: boolean
}

/** How much of the world one exploration holds. */
export type Scenario = {
  readonly name: string
  readonly notices: readonly Notice[]
  /** How the order may stand at WeChat Pay when the first notice comes. */
  readonly orders: readonly Order[]
  /** At once. */
  readonly invocations: 1 | 2 | 3
  /** How many things go wrong in one run. */
  readonly faults: number
  /** How many times a person intervenes in one run. */
  readonly persons?: number
  /** A line of a statement books the call of the first notice. */
  readonly isBooked?: boolean
  /** A sync may be answered with the whole order. */
  readonly isWhole?: boolean
  /** Whoever begins may have a clock that is ahead. */
  readonly hasFastClocks?: boolean
  /** Nobody knows whether WeChat Pay knows any order of this merchant: that there is none may blame the configuration. */
  readonly isUnmet?: boolean
  /** Old answers come again. */
  readonly hasReplays?: boolean
  /** A day or a month may pass with nobody at work. */
  readonly hasLongWaits?: boolean
}
