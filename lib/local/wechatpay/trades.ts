import type { Order, Orders, Payment } from './orders.ts'
import { chinaTime } from './paid-time.ts'

/** What a customer paid through WeChat Pay: one transaction, and one row of the day's trade bill. */
export type Trade = {
  /** Who signs: a direct merchant, a service provider or an institution. */
  readonly mchid: string
  readonly sub_mchid: string | undefined
  readonly appid: string
  readonly transaction_id: string
  readonly out_trade_no: string
  /** `AUTH`: WeChat Pay Score's own debit. `JSAPI`: paid by hand, an order of WeChat Pay Score or not. */
  readonly trade_type: 'AUTH' | 'JSAPI' | 'NATIVE'
  /** 商户数据包. */
  readonly attach: string
  readonly description: string
  /** Personal data. */
  readonly openid: string
  /** Fen. */
  readonly amount: number
  /** yyyyMMddHHmmss in China time. */
  readonly paid_time: string
}

export type OrdinarySeed = {
  readonly mchid: string
  readonly sub_mchid?: string
  readonly out_trade_no: string
  /** Fen. */
  readonly amount: number
  /** What was bought. */
  readonly description?: string
}

export type Trades = {
  readonly all: () => readonly Trade[]
  readonly find: (mchid: string, transaction_id: string) => Trade | undefined
  /** Those that no order of WeChat Pay Score has. */
  readonly ordinary: () => readonly Trade[]
  readonly addOrdinary: (seed: OrdinarySeed, appid: string) => Trade
}

const DESCRIPTION = '购物'
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

/** An order number that WeChat Pay gives to its own debit: the merchant has none for it. */
const ownNumber = (transaction_id: string): string => `ZFF${transaction_id}`.slice(0, 32)

/** What a sync reported is no trade of WeChat Pay. */
const tradeOf = (order: Order, { paid_type, transaction_id, by, amount, paid_time }: Payment): Trade[] => {
  if (paid_type !== 'NEWTON' || transaction_id === undefined) return []
  const byHand = by === 'hand'
  return [
    {
      mchid: order.mchid,
      sub_mchid: order.sub_mchid,
      appid: order.appid,
      transaction_id,
      out_trade_no: byHand ? order.out_order_no : ownNumber(transaction_id),
      trade_type: byHand ? 'JSAPI' : 'AUTH',
      attach: byHand ? '' : `wxzff|${order.order_id}|${order.out_order_no}`,
      description: DESCRIPTION,
      openid: order.openid,
      amount,
      paid_time,
    },
  ]
}

/** @param kept ordinary payments of an earlier run */
export const createTrades = (orders: Orders, now: () => number, kept: readonly Trade[] = []): Trades => {
  const ordinary = [...kept]
  const all = () => [
    ...orders.all().flatMap((order) => order.payments.flatMap((payment) => tradeOf(order, payment))),
    ...ordinary,
  ]
  return {
    all,
    find: (mchid, transaction_id) =>
      all().find((trade) => trade.mchid === mchid && trade.transaction_id === transaction_id),
    ordinary: () => [...ordinary],
    addOrdinary: ({ mchid, sub_mchid, out_trade_no, amount, description = DESCRIPTION }, appid) => {
      const paid_time = chinaTime(now())
      const transaction_id = `42000011${paid_time.slice(0, 8)}${String(ordinary.length + 1).padStart(12, '0')}`
      const bought = { trade_type: 'JSAPI', attach: '', description, openid: OPENID } as const
      const trade: Trade = { mchid, sub_mchid, appid, transaction_id, out_trade_no, ...bought, amount, paid_time }
      ordinary.push(trade)
      return trade
    },
  }
}
