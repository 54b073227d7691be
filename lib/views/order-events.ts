import { hasOpenCharge, type Row } from '../ledger/row.ts'
import { waitsForOperator } from '../ledger/transitions/waiting-index.ts'
import { orderView } from './order-view.ts'

/** What others are told when an order got somewhere, and the metric that counts it. */
export type OrderEvent = {
  readonly source: string
  readonly detailType: string
  readonly detail: object
  readonly metric: string
}

const SOURCE = 'payscore.ledger'

/** Compares a row before and after one write. `Synced` comes when WeChat Pay took the sync, and again when it is proved. */
export const orderEvents = (before: Row | undefined, after: Row): readonly OrderEvent[] => {
  const isNewState = before?.state !== after.state
  const isProved = after.state === 'SYNCED' && after.proof !== undefined && before?.proof === undefined
  const isCharged = hasOpenCharge(after) && before?.transaction_id !== after.transaction_id
  const isLate = after.late_at !== undefined && before?.late_at === undefined
  const stateEvent = isNewState || isProved || isCharged ? stateEventOf(after) : undefined
  return [stateEvent, isLate ? LATE : undefined]
    .filter((event) => event !== undefined)
    .map(([detailType, metric]) => ({ source: SOURCE, detailType, detail: orderView(after), metric }))
}

/** What there is to tell of a row as it stands, whatever was told before. Late is what is still pending. */
export const eventsOfRow = (row: Row): readonly OrderEvent[] =>
  orderEvents(undefined, row).filter(({ metric }) => metric !== LATE[1] || row.state === 'PENDING')

type Named = readonly [detailType: string, metric: string]

const LATE: Named = ['Payscore Order Pending Too Long', 'late']

const CHARGED: Named = ['Payscore Order Double Charged', 'double_charged']

/**
 * What WeChat Pay charged is told before all else, whatever the state. Only what needs a person is counted as `rejected`
 * or `held`: alarms stand on those metrics.
 */
const stateEventOf = (row: Row): Named | undefined => {
  switch (row.state) {
    case 'PENDING':
      return undefined
    case 'HELD':
      if (hasOpenCharge(row)) return CHARGED
      return ['Payscore Order Held', waitsForOperator(row) ? 'held' : 'observed']
    case 'SYNCED':
      return ['Payscore Order Synced', 'synced']
    case 'DOUBLE_CHARGED':
      // Whoever settles it knows of it.
      return row.settled_at === undefined ? CHARGED : undefined
    case 'REJECTED':
      if (hasOpenCharge(row)) return CHARGED
      return ['Payscore Order Rejected', waitsForOperator(row) ? 'rejected' : 'ended']
  }
}
