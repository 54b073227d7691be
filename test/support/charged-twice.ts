import { expect } from 'vitest'
import type { World } from '../../lib/local/world.ts'
import { MINUTE } from './orders.ts'
import { DIRECT, noticeOf, placeOrder, rowOf } from './served.ts'
import { handOver } from './till.ts'

const API = 'payafter-orders'

/**
 * An order of DIRECT that was paid at the till and charged as well, which the ledger knows.
 * @param more members of its notice
 * @returns the transaction
 */
export const chargeTwice = async (world: World, out_order_no: string, more: object = {}): Promise<string> => {
  const transaction_id = world.wechatpay.payscoreCharges(placeOrder(world, API, out_order_no))
  await handOver(world, 'HTTP API 2.0', { ...noticeOf(API, out_order_no), ...more })
  await world.idle()
  await world.pass(2 * MINUTE)
  expect(await rowOf(world, API, out_order_no)).toMatchObject({ state: 'DOUBLE_CHARGED', case: DIRECT.mchid })
  return transaction_id
}
