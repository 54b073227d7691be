import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { CLAIMED, DAY, NOW } from '../../support/orders.ts'
import { VERDICTS } from '../../support/verdicts.ts'
import {
  alone,
  CHARGED,
  type ConditionCase,
  HELD,
  NO_ROW,
  PENDING,
  REJECTED,
  row,
  SETTLED,
  SYNCED,
} from './condition-case.ts'

const MOMENT = { now: NOW, random: 0.5 }

const accepted = afterSync(CLAIMED, VERDICTS.accepted, MOMENT)

const otherAttempts = { 'another attempt came': row({ attempt: 4 }), 'an attempt before': row({ attempt: 2 }) }

const whilePending = (transition: Transition): ConditionCase => ({
  transition,
  changes: PENDING,
  leaves: { ...NO_ROW, ...otherAttempts, ...HELD, ...SYNCED, ...REJECTED, ...CHARGED },
})

const whileOwed = (transition: Transition): ConditionCase => ({
  transition,
  changes: { ...PENDING, ...HELD, ...SYNCED },
  leaves: { ...NO_ROW, ...otherAttempts, 'nothing is left to do': row({ due: undefined }) },
})

export const ANSWER_CASES: readonly ConditionCase[] = [
  {
    transition: alone(accepted),
    changes: {
      ...PENDING,
      ...HELD,
      ...REJECTED,
      ...otherAttempts,
      'charged, and settled by a person': row({ transaction_id: '42000004', settled_at: NOW }),
    },
    leaves: {
      ...NO_ROW,
      ...SYNCED,
      ...CHARGED,
      'charged since it was read': row({ transaction_id: '42000004' }),
    },
  },
  {
    transition: accepted.otherwise ?? accepted,
    changes: {
      ...PENDING,
      ...SYNCED,
      ...CHARGED,
      'an answer before': row({ taken_at: NOW - 1 * DAY }),
    },
    leaves: NO_ROW,
  },
  whilePending(afterSync(CLAIMED, VERDICTS.unsent, MOMENT)),
  whilePending(afterSync(CLAIMED, VERDICTS.unknown, MOMENT)),
  whilePending(afterSync(CLAIMED, VERDICTS.invalid, MOMENT)),
  {
    transition: afterQuery(CLAIMED, VERDICTS.confirmed, MOMENT),
    changes: {
      ...PENDING,
      ...HELD,
      ...SYNCED,
      ...REJECTED,
      ...otherAttempts,
      'charged, and settled by a person': row({ transaction_id: '42000004', settled_at: NOW }),
    },
    leaves: {
      ...NO_ROW,
      ...CHARGED,
      'charged since it was read': row({ transaction_id: '42000004' }),
      'asked for a bill since it was read': row({ bill_at: NOW }),
    },
  },
  {
    transition: afterQuery(CLAIMED, VERDICTS.collected, MOMENT),
    changes: {
      ...PENDING,
      ...SYNCED,
      ...REJECTED,
      ...CHARGED,
      ...otherAttempts,
      'closed as not double': row({ state: 'REJECTED', settled_at: NOW }),
    },
    leaves: {
      ...NO_ROW,
      ...SETTLED,
      'charged otherwise since it was read': row({ state: 'DOUBLE_CHARGED', transaction_id: '42000004' }),
      'a refund of it is asked about': row({
        state: 'DOUBLE_CHARGED',
        refunds: [{ out_refund_no: 'R-1', noted_at: NOW }],
      }),
    },
  },
  whileOwed(afterQuery(CLAIMED, VERDICTS.unpaid, MOMENT)),
  whileOwed(afterQuery(CLAIMED, VERDICTS.open, MOMENT)),
  whileOwed(afterQuery(CLAIMED, VERDICTS.closed, MOMENT)),
  {
    transition: afterQuery(CLAIMED, VERDICTS.absent, MOMENT),
    changes: { ...PENDING, ...SYNCED, 'absent before': row({ absent_since: NOW - 1, late_at: NOW - 1 }) },
    leaves: {
      ...NO_ROW,
      ...otherAttempts,
      'the other step': row({ next: 'sync' }),
      'no step': row({ next: undefined }),
    },
  },
  {
    transition: afterQuery(row({ state: 'SYNCED', created_at: NOW - 31 * DAY }), VERDICTS.unknown, MOMENT),
    changes: SYNCED,
    leaves: {
      ...NO_ROW,
      ...PENDING,
      ...REJECTED,
      ...CHARGED,
      'another attempt came': row({ state: 'SYNCED', attempt: 4 }),
      'nothing is left to do': row({ state: 'SYNCED', due: undefined }),
    },
  },
  {
    transition: afterQuery({ ...CLAIMED, mode: 'observe' }, VERDICTS.unpaid, MOMENT),
    changes: { ...PENDING, ...HELD, ...SYNCED },
    leaves: {
      ...NO_ROW,
      ...otherAttempts,
      'nothing is left to do': row({ due: undefined }),
      'rejected, something left to do': row({ state: 'REJECTED' }),
      'charged twice, something left to do': row({ state: 'DOUBLE_CHARGED' }),
    },
  },
]
