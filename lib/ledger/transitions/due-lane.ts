import { dueKeyOf, type Row, waitingKeyOf } from '../row.ts'
import { isRefusedAlone } from '../sub-merchant-trouble.ts'
import type { Transition } from './transition.ts'

/**
 * Sets the partition of the index `due` in which the transition leaves the row; `row` is the row as it was read. A row
 * that only waits, for a person, for an order that WeChat Pay does not know or for a sub-merchant that it refuses, goes
 * to the partition that reconcile reads last: a single faulty POS can create thousands of such rows, and they must not
 * delay the query of a genuine order.
 */
export const withDueLane = (transition: Transition, row: Partial<Row>): Transition => {
  // Stryker disable next-line ArrayDeclaration: equivalent - no attribute has the name that Stryker puts there
  const { pk, set = {}, remove = [], otherwise } = transition
  const after = { ...row, ...set, pk }
  const changesState = set.state !== undefined || set.last_error !== undefined
  const lane = onlyWaits(after) ? waitingKeyOf(after) : dueKeyOf(after)
  const isMoved = changesState && after.due !== undefined && !remove.includes('due') && after.due !== lane
  return {
    ...transition,
    ...(isMoved && { set: { ...set, due: lane } }),
    ...(otherwise && { otherwise: withDueLane(otherwise, row) }),
  }
}

const onlyWaits = ({ state, last_error, call }: Partial<Row>): boolean =>
  state === 'HELD' ||
  (state === 'PENDING' &&
    last_error !== undefined &&
    (last_error.verdict === 'absent' ||
      last_error.refusal === 'not-exist' ||
      (call !== undefined && isRefusedAlone({ call }, last_error))))
