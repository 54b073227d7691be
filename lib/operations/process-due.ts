import type { DueEvent } from '../ledger/due-event.ts'
import { rowKey } from '../ledger/row.ts'
import { claim } from '../ledger/transitions/notice.ts'
import { errorFields } from '../log.ts'
import { callWechatPay, type OrderDeps } from './call-wechatpay.ts'
import type { OperationResult } from './result.ts'

/** Takes a due step if nobody else has. Never throws: the row is its own retry. */
export const processDue = async (due: DueEvent, deps: OrderDeps): Promise<OperationResult> => {
  const { mchid, out_order_no, next } = due
  const known = { via: 'due', mchid, out_order_no, step: next }
  try {
    const claimed = await deps.ledger.apply(claim(rowKey(due), next, deps.now()))
    if (!claimed) return { log: { ...known, transition: 'not claimed' } }
    const { log, metrics } = await callWechatPay(next, claimed.row, deps)
    return { log: { ...known, ...log }, metrics }
  } catch (error) {
    return { log: { ...known, ...errorFields(error) }, metrics: { errors: { value: 1, unit: 'Count' } } }
  }
}
