import { membersOf } from '../json.ts'
import type { NextCall, OrderKey } from './row.ts'

/**
 * Tells a function that the next call of a row is due. The event holds only the key: the function reads the call from
 * the row.
 */
export type DueEvent = OrderKey & { readonly next: NextCall }

const DUE_SOURCE = 'payscore.reconcile'
const DUE_DETAIL_TYPE = 'Payscore Order Due'

/** Returns undefined for anything but a well-formed due event. */
export const readDueEvent = (event: unknown): DueEvent | undefined => {
  const { source, 'detail-type': detailType, detail } = membersOf(event)
  if (source !== DUE_SOURCE || detailType !== DUE_DETAIL_TYPE) return undefined
  const { mchid, out_order_no, next } = membersOf(detail)
  if (typeof mchid !== 'string' || typeof out_order_no !== 'string') return undefined
  return next === 'sync' || next === 'query' || next === 'refund' ? { mchid, out_order_no, next } : undefined
}

export const dueBusEvent = ({ mchid, out_order_no, next }: DueEvent) => ({
  source: DUE_SOURCE,
  detailType: DUE_DETAIL_TYPE,
  detail: { mchid, out_order_no, next },
})
