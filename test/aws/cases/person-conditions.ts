import { close, expedite, reopenByHand, settle } from '../../../lib/order/transition.ts'
import { NOW, PK, SECOND } from '../../support/orders.ts'
import { alone, CHARGED, type ConditionCase, NO_ROW, PENDING, REJECTED, row, SYNCED } from './condition-case.ts'

const closed = close(PK, 'refunded in cash', NOW)

/** A call may be out from the start of a lease to its end, by either clock. */
const callOut = (state: 'PENDING' | 'SYNCED') => ({
  'the lease ends in a moment': row({ state, due_at: NOW + 1 }),
  'the lease began a moment ago, by a clock ahead': row({ state, due_at: NOW + 40 * SECOND }),
})

const noCallOut = (state: 'PENDING' | 'SYNCED') => ({
  'the lease has ended': row({ state, due_at: NOW }),
  'waiting for longer than a lease': row({ state, due_at: NOW + 40 * SECOND + 1 }),
})

export const PERSON_CASES: readonly ConditionCase[] = [
  {
    transition: expedite(PK, NOW),
    changes: { 'due after a lease': row({ due_at: NOW + 30 * SECOND + 1 }) },
    leaves: {
      ...NO_ROW,
      'due within a lease': row({ due_at: NOW + 30 * SECOND }),
      'not pending': row({ state: 'SYNCED', due_at: NOW + 30 * SECOND + 1 }),
      'nothing is left to do': row({ due: undefined, due_at: NOW + 30 * SECOND + 1 }),
    },
  },
  {
    transition: reopenByHand(PK, NOW),
    changes: REJECTED,
    leaves: { ...NO_ROW, ...PENDING, ...SYNCED, ...CHARGED },
  },
  {
    transition: alone(closed),
    changes: noCallOut('PENDING'),
    leaves: {
      ...NO_ROW,
      ...callOut('PENDING'),
      synced: row({ state: 'SYNCED', due_at: NOW }),
      rejected: row({ state: 'REJECTED', due_at: NOW }),
      'charged twice': row({ state: 'DOUBLE_CHARGED', due_at: NOW }),
    },
  },
  {
    transition: closed.otherwise ?? closed,
    changes: noCallOut('SYNCED'),
    leaves: {
      ...NO_ROW,
      ...callOut('SYNCED'),
      'not synced': row({ state: 'PENDING', due_at: NOW }),
      'nothing is left to do': row({ state: 'SYNCED', due: undefined, due_at: NOW }),
    },
  },
  {
    transition: settle(PK, 'refunded: 50300806962026112400000000001', NOW),
    changes: CHARGED,
    leaves: { ...NO_ROW, ...PENDING, ...SYNCED, ...REJECTED },
  },
]
