import { hasOpenCharge, type Row } from '../ledger/row.ts'
import { provedAt } from '../ledger/signed-answers.ts'
import { isSubMerchantsTrouble } from '../ledger/sub-merchant-trouble.ts'
import { waitsForOperator } from '../ledger/transitions/waiting-index.ts'
import { orderView } from './order-view.ts'

/** An event about an order for the event bus, and the metric that counts it. */
export type OrderEvent = {
  readonly source: string
  readonly detailType: string
  readonly detail: object
  readonly metric: string
  /** WeChat Pay took the sync, and nothing is proved yet. */
  readonly isTaken?: true
}

const SOURCE = 'payscore.ledger'

/**
 * The events for one write, from the row before and after it. `Synced` is published when WeChat Pay took the sync, and
 * again when a query proved it.
 */
export const orderEvents = (before: Row | undefined, after: Row): readonly OrderEvent[] => {
  const isNewState = before?.state !== after.state
  const isProved =
    after.state === 'SYNCED' && provedAt(after) !== undefined && !(before && provedAt(before) !== undefined)
  const isCharged = hasOpenCharge(after) && before?.transaction_id !== after.transaction_id
  const isSettled = isSettledCase(after) && !(before && isSettledCase(before))
  const isLate = after.late_at !== undefined && before?.late_at === undefined
  const stateEvent = isNewState || isProved || isCharged ? stateEventOf(after) : undefined
  return [stateEvent, isSettled ? SETTLED : undefined, isLate ? lateEventOf(after) : undefined]
    .filter((event) => event !== undefined)
    .map(([detailType, metric]) => ({
      source: SOURCE,
      detailType,
      detail: {
        ...orderView(after),
        ...(detailType === SETTLED[0] && { proved: after.settled_by === 'refund' }),
        ...(metric === TROUBLE && { told_daily: true }),
      },
      metric,
      ...(metric === 'synced' && provedAt(after) === undefined && { isTaken: true as const }),
    }))
}

/**
 * The events for the present state of a row, whether they were published before or not. Only a pending order counts as
 * late.
 */
export const eventsOfRow = (row: Row): readonly OrderEvent[] =>
  orderEvents(undefined, row).filter(({ detailType }) => detailType !== LATE || row.state === 'PENDING')

type EventName = readonly [detailType: string, metric: string]

const LATE = 'Payscore Order Pending Too Long'

/** The trouble of one sub-merchant rings neither for nor as the others'. */
const TROUBLE = 'sub_merchant_trouble'

const lateEventOf = (row: Row): EventName => [LATE, isSubMerchantsTrouble(row) ? TROUBLE : 'late']

/** `proved`: WeChat Pay signed that the money went back; else an operator said so. */
const SETTLED: EventName = ['Payscore Double Charge Settled', 'settled']

const isSettledCase = ({ state, settled_at }: Row): boolean => state === 'DOUBLE_CHARGED' && settled_at !== undefined

const CHARGED: EventName = ['Payscore Order Double Charged', 'double_charged']

/**
 * A charge by WeChat Pay comes before all else, whatever the state. `rejected` and `held` count only orders that need a
 * person, since alarms use these metrics.
 */
const stateEventOf = (row: Row): EventName | undefined => {
  switch (row.state) {
    case 'PENDING':
      return undefined
    case 'HELD':
      if (hasOpenCharge(row)) return CHARGED
      return ['Payscore Order Held', waitsForOperator(row) ? 'held' : 'observed']
    case 'SYNCED':
      return ['Payscore Order Synced', 'synced']
    case 'DOUBLE_CHARGED':
      return row.settled_at === undefined ? CHARGED : undefined
    case 'REJECTED':
      if (hasOpenCharge(row)) return CHARGED
      return ['Payscore Order Rejected', rejectedMetric(row)]
  }
}

const rejectedMetric = (row: Row): string => {
  if (!waitsForOperator(row)) return 'ended'
  return isSubMerchantsTrouble(row) ? TROUBLE : 'rejected'
}
