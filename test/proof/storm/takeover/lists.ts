import { PAID_TIME } from '../bundles/till.ts'
import { signerOf } from '../orders/merchants.ts'
import type { PlannedOrder } from '../orders/plan.ts'

/** The tills' lists of what customers paid, by the key of the bucket under which each is uploaded. */
export const listsOf = (orders: readonly PlannedOrder[]): ReadonlyMap<string, string> =>
  new Map(
    [...Map.groupBy(orders, ({ merchant }) => signerOf(merchant))].map(([signer, paid]) => [
      `statements/${signer}/till.csv`,
      `${[HEADER, ...paid.map(lineOf)].join('\n')}\n`,
    ]),
  )

const HEADER = 'sub_mchid,out_order_no,paid_time,service_id,amount'

const lineOf = ({ merchant, out_order_no, service_id, total_amount }: PlannedOrder): string => {
  const sub_mchid = merchant.provider === undefined ? '' : merchant.mchid
  return [sub_mchid, out_order_no, PAID_TIME, service_id, total_amount].join(',')
}
