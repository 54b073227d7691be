import { ACQUIRED, MERCHANT, SHOP } from './local-merchants.ts'
import { orderPlace } from './samples.ts'
import type { World, WorldMerchant } from './world.ts'

/** Orders at the local WeChat Pay that are completed and not paid; amount in fen by order number. */
const ORDERS: readonly (readonly [out_order_no: string, total_amount: number, merchant?: WorldMerchant])[] = [
  // The order numbers of the documents.
  ['1234323JKHDFE1243252', 12800],
  ['1234323JKHDFE1243253', 12800],
  ['1234323JKHDFE1243254', 12800],
  ['SHOP1234323JKHDFE1243252', 8600, SHOP],
  ['BANK1234323JKHDFE1243252', 6600, ACQUIRED],
  // The order numbers of lib/local/statement.csv.
  ['SP2026112400001', 12800],
  ['SP2026112400002', 5650],
  ['SP2026112400003', 8800],
]

/** Adds these orders, unless an earlier start has, and one new order, whose number it gives. */
export const addStandingOrders = (world: World): string => {
  const fresh = `TRY-${world.clock.now()}`
  const known = new Set(world.wechatpay.orders().map((order) => order.out_order_no))
  for (const [out_order_no, total_amount, merchant = MERCHANT] of [...ORDERS, [fresh, 12800] as const])
    if (!known.has(out_order_no)) world.wechatpay.addOrder({ ...orderPlace(merchant), out_order_no, total_amount })
  return fresh
}
