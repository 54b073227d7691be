import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from './start-error.ts'
import type { KeptAccounts } from './wechatpay/accounts.ts'
import type { Order } from './wechatpay/orders.ts'

/** What is kept over a restart besides the ledger: orders and accounts of WeChat Pay, and the clock. */
export type KeptState = { readonly now: number; readonly orders: readonly Order[]; readonly accounts?: KeptAccounts }

const NOTHING: KeptState = { now: 0, orders: [] }

/** Reads the kept state; before the first start it is empty. Throws StartError if the file is not ours. */
export const readKeptState = (file: string | undefined): KeptState => {
  if (!file || !existsSync(file)) return NOTHING
  const { now, orders, ...rest } = parse(file)
  // JSON has neither Infinity nor undefined.
  return {
    ...rest,
    now,
    orders: orders.map((order) => ({ ...order, lastCallAt: 0, shownInstead: order.shownInstead })),
  }
}

const parse = (file: string): KeptState => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as KeptState // this program wrote the file
  } catch (error) {
    throw new StartError(
      {
        en: `${file} cannot be read: to begin anew, remove it together with the folder beside it`,
        zh: `${file} 无法读取:如需重新开始,请将其连同旁边的台账目录一并删除`,
      },
      { cause: error },
    )
  }
}

/** Replaces the file atomically. */
export const keepState = (file: string, state: KeptState): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}
