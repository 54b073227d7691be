import type { Row } from './row.ts'
import { rowView } from './row-view.ts'

/** What others are told when an order got somewhere. */
export type OutcomeEvent = { readonly source: string; readonly detailType: string; readonly detail: object }

const SOURCE = 'payscore.ledger'

const STATE_EVENTS = {
  PENDING: undefined,
  HELD: 'Payscore Order Held',
  SYNCED: 'Payscore Order Synced',
  REJECTED: 'Payscore Order Rejected',
  DOUBLE_CHARGED: 'Payscore Order Double Charged',
} as const

/** Compares a row before and after one write. `Synced` comes when WeChat Pay took the sync, and again when it is proved. */
export const outcomeEvents = (before: Row | undefined, after: Row): readonly OutcomeEvent[] => {
  const isNewState = before?.state !== after.state
  const isProved = after.state === 'SYNCED' && after.proof !== undefined && before?.proof === undefined
  const isHeldAndCharged =
    after.state === 'HELD' && after.transaction_id !== undefined && before?.transaction_id !== after.transaction_id
  const isLate = after.late_at !== undefined && before?.late_at === undefined
  const stateEvent = isNewState || isProved || isHeldAndCharged ? STATE_EVENTS[after.state] : undefined
  return [stateEvent, isLate ? 'Payscore Order Pending Too Long' : undefined]
    .filter((detailType) => detailType !== undefined)
    .map((detailType) => ({ source: SOURCE, detailType, detail: rowView(after) }))
}
