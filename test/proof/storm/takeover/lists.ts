import { PAID_TIME } from '../bundles/till.ts'
import { signerOf } from '../orders/merchants.ts'
import type { PlannedOrder } from '../orders/plan.ts'

/**
 * The tills' lists of what customers paid, by the key of the bucket under which each is uploaded. Without sums a line is
 * synced unseen, where the merchant is not only observed.
 */
export const listsOf = (orders: readonly PlannedOrder[], hasSums: boolean): ReadonlyMap<string, string> =>
  new Map(
    [...Map.groupBy(orders, ({ merchant }) => signerOf(merchant))].map(([signer, paid]) => [
      `statements/${signer}/till.csv`,
      `${[HEADER, ...paid.map((order) => lineOf(order, hasSums))].join('\n')}\n`,
    ]),
  )

const HEADER = 'sub_mchid,out_order_no,paid_time,service_id,amount'

const lineOf = ({ merchant, out_order_no, service_id, total_amount }: PlannedOrder, hasSums: boolean): string => {
  const sub_mchid = merchant.provider === undefined ? '' : merchant.mchid
  return [sub_mchid, out_order_no, PAID_TIME, service_id, hasSums ? total_amount : ''].join(',')
}
