import {
  close,
  correctSettlement,
  expedite,
  release,
  reopenByOperator,
  settle,
  withDecision,
  withdraw,
} from '../../../lib/ledger/transitions/operator.ts'
import { CLAIMED, NOW, SECOND } from '../../support/orders.ts'
import {
  alone,
  CHARGED,
  type ConditionCase,
  callOut,
  claimedSince,
  each,
  NO_ROW,
  noCallOut,
  PENDING,
  REJECTED,
  row,
  SETTLED,
  SYNCED,
} from './condition-case.ts'

const closed = close(CLAIMED, 'refunded in cash', NOW)

const closedKnowing = close(row({ transaction_id: '42000004' }), 'not double: wrong order number', NOW, true)
const asked = { ...CLAIMED, state: 'HELD', reason: 'paid_less' } as const
const settled = settle(CLAIMED, { outcome: 'cash S-1', by: 'cash' }, NOW)

const withdrawn = withdraw(row({ attempt: 0, due_at: NOW - 1 }), 'wrong order number', NOW)
const withdrawnHeld = withdraw(row({ state: 'HELD', due_at: NOW }), 'wrong order number', NOW)

/** What a person did, and why, which any of these may carry. */
const decision = { what: 'release', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'compared' }

export const PERSON_CASES: readonly ConditionCase[] = [
  {
    transition: expedite(CLAIMED, NOW),
    changes: {
      'due after a lease': row({ due_at: NOW + 30 * SECOND + 1 }),
      'claimed since it was read': row({ attempt: 4, due_at: NOW + 30 * SECOND + 1, leased_until: NOW + 30 * SECOND }),
    },
    leaves: {
      ...NO_ROW,
      'due within a lease': row({ due_at: NOW + 30 * SECOND }),
      'not pending': row({ state: 'SYNCED', due_at: NOW + 30 * SECOND + 1 }),
      'nothing is left to do': row({ due: undefined, due_at: NOW + 30 * SECOND + 1 }),
    },
  },
  {
    transition: reopenByOperator(CLAIMED, NOW),
    changes: { ...REJECTED, ...callOut('REJECTED') },
    leaves: {
      ...NO_ROW,
      ...PENDING,
      ...SYNCED,
      ...CHARGED,
      'claimed since it was read': row({ state: 'REJECTED', attempt: 4, due_at: NOW }),
    },
  },
  {
    transition: alone(closed),
    changes: { ...noCallOut('PENDING'), ...each(noCallOut('HELD'), 'held', {}) },
    leaves: {
      ...NO_ROW,
      ...callOut('PENDING'),
      ...each(callOut('HELD'), 'held', {}),
      'claimed since it was read': row({ attempt: 4, due_at: NOW }),
      synced: row({ state: 'SYNCED', due_at: NOW }),
      rejected: row({ state: 'REJECTED', due_at: NOW }),
      'charged twice': row({ state: 'DOUBLE_CHARGED', due_at: NOW }),
      'pending and charged': row({ due_at: NOW, transaction_id: '42000004' }),
      'held and charged': row({ state: 'HELD', due_at: NOW, transaction_id: '42000004' }),
      'asked for a bill': row({ due_at: NOW, bill_at: NOW }),
    },
  },
  {
    transition: alone(closedKnowing),
    changes: {
      'held and charged': row({ state: 'HELD', due_at: NOW, transaction_id: '42000004' }),
      'pending and charged': row({ due_at: NOW, transaction_id: '42000004' }),
    },
    leaves: {
      ...NO_ROW,
      ...each(callOut('HELD'), 'charged', { transaction_id: '42000004' }),
      'claimed since it was read': row({ ...claimedSince, transaction_id: '42000004' }),
      'charged twice': row({ state: 'DOUBLE_CHARGED', due_at: NOW, transaction_id: '42000004' }),
      'another charge': row({ state: 'HELD', due_at: NOW, transaction_id: '42000005' }),
      'asked for a bill': row({ due_at: NOW, transaction_id: '42000004', bill_at: NOW }),
    },
  },
  {
    transition: closed.otherwise ?? closed,
    changes: noCallOut('SYNCED'),
    leaves: {
      ...NO_ROW,
      ...callOut('SYNCED'),
      'claimed since it was read': row({ attempt: 4, state: 'SYNCED', due_at: NOW }),
      'not synced': row({ state: 'PENDING', due_at: NOW }),
      'nothing is left to do': row({ state: 'SYNCED', due: undefined, due_at: NOW }),
      charged: row({ state: 'SYNCED', due_at: NOW, transaction_id: '42000004' }),
      'asked for a bill': row({ state: 'SYNCED', due_at: NOW, bill_at: NOW }),
    },
  },
  {
    transition: alone(settled),
    changes: CHARGED,
    leaves: {
      ...NO_ROW,
      ...PENDING,
      'not charged twice': row({ state: 'HELD', due_at: NOW }),
      ...SYNCED,
      ...REJECTED,
      ...SETTLED,
      ...callOut('DOUBLE_CHARGED'),
      'claimed since it was read': row({ state: 'DOUBLE_CHARGED', attempt: 4, due_at: NOW }),
    },
  },
  {
    transition: correctSettlement(CLAIMED, { outcome: 'not double: two orders', by: 'not_double' }, NOW),
    changes: SETTLED,
    leaves: {
      ...NO_ROW,
      ...PENDING,
      ...SYNCED,
      ...REJECTED,
      ...CHARGED,
      'closed as not double': row({ state: 'REJECTED', due_at: NOW, settled_at: NOW }),
      ...each(callOut('DOUBLE_CHARGED'), 'settled', { settled_at: NOW }),
      'claimed since it was read': row({ state: 'DOUBLE_CHARGED', attempt: 4, due_at: NOW, settled_at: NOW }),
    },
  },
  {
    transition: settled.otherwise ?? settled,
    changes: {
      ...each(noCallOut('HELD'), 'held', { transaction_id: '42000004' }),
      ...each(noCallOut('SYNCED'), 'synced', { transaction_id: '42000004' }),
      ...each(REJECTED, 'charged', { transaction_id: '42000004' }),
    },
    leaves: {
      ...NO_ROW,
      ...each(callOut('HELD'), 'held', { transaction_id: '42000004' }),
      ...each(noCallOut('PENDING'), 'pending', { transaction_id: '42000004' }),
      'claimed since it was read': row({ ...claimedSince, transaction_id: '42000004' }),
      'charged twice': row({ state: 'DOUBLE_CHARGED', due_at: NOW, transaction_id: '42000004' }),
      'not charged': row({ state: 'HELD', due_at: NOW }),
      'charged a part': row({ state: 'HELD', due_at: NOW, transaction_id: '42000004', reason: 'part_paid' }),
      'settled before': row({ state: 'HELD', due_at: NOW, transaction_id: '42000004', settled_at: NOW }),
    },
  },
  {
    transition: withDecision(release(asked, NOW), asked, decision),
    changes: {
      ...each({ ...noCallOut('HELD'), ...callOut('HELD') }, 'held', { reason: 'paid_less' }),
      'decided before they were counted': row({
        ...{ state: 'HELD', reason: 'paid_less', due_at: NOW },
        decisions: [{ ...decision, what: 'reopen' }],
      }),
    },
    leaves: {
      ...NO_ROW,
      'decided since it was read': row({
        ...{ state: 'HELD', reason: 'paid_less', due_at: NOW },
        ...{ decisions: [decision], decided: 1 },
      }),
      'claimed since it was read': row({ ...claimedSince, reason: 'paid_less' }),
      'held for something else since': row({ state: 'HELD', due_at: NOW, reason: 'over_cap' }),
      pending: row({ due_at: NOW, reason: 'paid_less' }),
      synced: row({ state: 'SYNCED', due_at: NOW, reason: 'paid_less' }),
      rejected: row({ state: 'REJECTED', due_at: NOW, reason: 'paid_less' }),
      charged: row({ state: 'HELD', due_at: NOW, transaction_id: '42000004', reason: 'paid_less' }),
    },
  },
  {
    transition: withdrawn ?? closed,
    changes: {
      'as it was read': row({ attempt: 0, due_at: NOW - 1 }),
      expedited: row({ attempt: 0, due_at: NOW + 1 }),
    },
    leaves: {
      ...NO_ROW,
      'somebody claimed it': row({ attempt: 1, due_at: NOW - 1 }),
      held: row({ attempt: 0, due_at: NOW - 1, state: 'HELD' }),
      charged: row({ attempt: 0, due_at: NOW - 1, transaction_id: '42000004' }),
    },
  },
  {
    transition: withdrawnHeld ?? closed,
    changes: noCallOut('HELD'),
    leaves: {
      ...NO_ROW,
      ...callOut('HELD'),
      'somebody asked again': row({ state: 'HELD', attempt: 4, due_at: NOW }),
      pending: row({ due_at: NOW }),
      synced: row({ state: 'SYNCED', due_at: NOW }),
      charged: row({ state: 'HELD', due_at: NOW, transaction_id: '42000004' }),
    },
  },
]
