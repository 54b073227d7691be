import { dueKeyOf, type Row, waitingKeyOf } from '../row.ts'
import type { Transition } from './transition.ts'

/**
 * The transition, and in which part of the index of due rows it leaves the row, `row` as it was read. A row that only waits,
 * for a person or for an order that WeChat Pay does not know, stands behind all others of its merchant: thousands of them,
 * and it takes but one till that has gone mad, must not delay the query of a genuine order.
 */
export const withDueLane = (transition: Transition, row: Partial<Row>): Transition => {
  const { pk, set = {}, remove = [], otherwise } = transition
  const after: Partial<Row> = { ...row, ...set }
  const saysMore = set.state !== undefined || set.last_error !== undefined
  const lane = onlyWaits(after) ? waitingKeyOf(pk) : dueKeyOf(pk)
  const isMoved = saysMore && after.due !== undefined && !remove.includes('due') && after.due !== lane
  return {
    ...transition,
    ...(isMoved && { set: { ...set, due: lane } }),
    ...(otherwise && { otherwise: withDueLane(otherwise, row) }),
  }
}

const onlyWaits = ({ state, last_error }: Partial<Row>): boolean =>
  state === 'HELD' || (state === 'PENDING' && (last_error?.verdict === 'absent' || last_error?.refusal === 'not-exist'))
