import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Order } from './wechatpay/orders.ts'

/** What must outlive a restart beside the ledger: the orders at WeChat Pay, and how far the clock had come. */
export type KeptState = { readonly now: number; readonly orders: readonly Order[] }

const NOTHING: KeptState = { now: 0, orders: [] }

/** What was kept in the file; nothing before the first start. */
export const readKeptState = (file: string | undefined): KeptState => {
  if (!file || !existsSync(file)) return NOTHING
  const { now, orders } = JSON.parse(readFileSync(file, 'utf8')) as KeptState // our own file
  // JSON has neither infinity nor undefined.
  return { now, orders: orders.map((order) => ({ ...order, lastCallAt: 0, shownInstead: order.shownInstead })) }
}

/** Writes the whole file anew, or not at all. */
export const keepState = (file: string, state: KeptState): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}
