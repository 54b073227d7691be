import { membersOf } from '../json.ts'
import type { OrderKey, Step } from './row.ts'

/** What tells a function that a row's next step is due. It carries the row's key; what is sent is read from the row. */
export type DueEvent = OrderKey & { readonly next: Step }

const DUE_SOURCE = 'payscore.reconcile'
const DUE_DETAIL_TYPE = 'Payscore Order Due'

/** Gives undefined for whatever is not a well-formed due event. */
export const readDueEvent = (event: unknown): DueEvent | undefined => {
  const { source, 'detail-type': detailType, detail } = membersOf(event)
  if (source !== DUE_SOURCE || detailType !== DUE_DETAIL_TYPE) return undefined
  const { mchid, out_order_no, next } = membersOf(detail)
  if (typeof mchid !== 'string' || typeof out_order_no !== 'string') return undefined
  return next === 'sync' || next === 'query' ? { mchid, out_order_no, next } : undefined
}

export const dueBusEvent = ({ mchid, out_order_no, next }: DueEvent) => ({
  source: DUE_SOURCE,
  detailType: DUE_DETAIL_TYPE,
  detail: { mchid, out_order_no, next },
})
