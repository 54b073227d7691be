import type { DueEvent } from '../ledger/due-event.ts'
import { type CallType, type Row, rowKey } from '../ledger/row.ts'
import { claim } from '../ledger/transitions/notice.ts'
import { errorFields } from '../log.ts'
import { type CallResult, callWechatPay, type OrderDeps } from './call-wechatpay.ts'
import type { OperationResult } from './result.ts'

/**
 * Makes a due call if no other invocation has claimed it. Errors are logged, not thrown: the row stays due, and
 * reconcile sends the event again.
 */
export const processDue = async (
  due: DueEvent,
  deps: OrderDeps,
  call: (claimed: Row, deps: OrderDeps) => Promise<CallResult> = (row) => callWechatPay(orderCall(due), row, deps),
): Promise<OperationResult> => {
  const { mchid, out_order_no, next } = due
  const dueFields = { via: 'due', mchid, out_order_no, step: next }
  try {
    const claimed = await deps.ledger.apply(claim(rowKey(due), next, deps.now()))
    if (!claimed) return { log: { ...dueFields, transition: 'not claimed' } }
    const { log, metrics } = await call(claimed.row, deps)
    return { log: { ...dueFields, ...log }, metrics }
  } catch (error) {
    return { log: { ...dueFields, ...errorFields(error) }, metrics: { errors: { value: 1, unit: 'Count' } } }
  }
}

/** A call about the order itself; the sync function never asks about a refund. */
const orderCall = ({ next }: DueEvent): CallType => (next === 'sync' ? 'sync' : 'query')
