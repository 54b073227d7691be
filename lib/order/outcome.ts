import type { Row } from './row.ts'
import { rowView } from './row-view.ts'

/** What others are told when an order got somewhere, and the metric that counts it. */
export type OutcomeEvent = {
  readonly source: string
  readonly detailType: string
  readonly detail: object
  readonly metric: string
}

const SOURCE = 'payscore.ledger'

/** Compares a row before and after one write. `Synced` comes when WeChat Pay took the sync, and again when it is proved. */
export const outcomeEvents = (before: Row | undefined, after: Row): readonly OutcomeEvent[] => {
  const isNewState = before?.state !== after.state
  const isProved = after.state === 'SYNCED' && after.proof !== undefined && before?.proof === undefined
  const isHeldAndCharged =
    after.state === 'HELD' && after.transaction_id !== undefined && before?.transaction_id !== after.transaction_id
  const isLate = after.late_at !== undefined && before?.late_at === undefined
  const stateEvent = isNewState || isProved || isHeldAndCharged ? stateEventOf(after) : undefined
  return [stateEvent, isLate ? LATE : undefined]
    .filter((event) => event !== undefined)
    .map(([detailType, metric]) => ({ source: SOURCE, detailType, detail: rowView(after), metric }))
}

type Named = readonly [detailType: string, metric: string]

const LATE: Named = ['Payscore Order Pending Too Long', 'late']

/** Only what needs a person is counted as `rejected` or `held`: alarms stand on those metrics. */
const stateEventOf = ({ state, reason = '' }: Row): Named | undefined => {
  switch (state) {
    case 'PENDING':
      return undefined
    case 'HELD':
      return ['Payscore Order Held', reason === 'observe_only' ? 'observed' : 'held']
    case 'SYNCED':
      return ['Payscore Order Synced', 'synced']
    case 'DOUBLE_CHARGED':
      return ['Payscore Order Double Charged', 'double_charged']
    case 'REJECTED':
      return ['Payscore Order Rejected', /^(revoked|closed|withdrawn)/.test(reason) ? 'ended' : 'rejected']
  }
}
