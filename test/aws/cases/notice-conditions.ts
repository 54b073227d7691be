import { claim, conflict, create, createFromStatement, reopen } from '../../../lib/ledger/transitions/notice.ts'
import { CLAIMED, NOW, ORDER, PK } from '../../support/orders.ts'
import {
  CHARGED,
  type ConditionCase,
  callOut,
  claimedSince,
  each,
  HELD,
  NO_ROW,
  noCallOut,
  PENDING,
  REJECTED,
  row,
  SYNCED,
} from './condition-case.ts'

const OTHER = { ...ORDER, call_hash: 'another call' }

const due = { due_at: NOW, next: 'sync' } as const

const notDue = {
  ...NO_ROW,
  'not due yet': row({ ...due, due_at: NOW + 1 }),
  'no due_at': row({ ...due, due_at: undefined }),
  'somebody has it': row({ ...due, leased_until: NOW + 1 }),
  'nothing is left to do': row({ ...due, due: undefined }),
  'the other step': row({ ...due, next: 'query' }),
  'no step': row({ ...due, next: undefined }),
}

export const NOTICE_CASES: readonly ConditionCase[] = [
  { transition: createFromStatement(ORDER, NOW), changes: NO_ROW, leaves: { ...PENDING, ...REJECTED } },
  { transition: create(ORDER, NOW), changes: NO_ROW, leaves: { ...PENDING, ...REJECTED } },
  {
    transition: claim(PK, 'sync', NOW),
    changes: {
      'due now': row(due),
      'due a while ago': row({ ...due, due_at: NOW - 1 }),
      'another call': row({ ...due, call_hash: 'another call' }),
      'synced, due now': row({ ...due, state: 'SYNCED' }),
    },
    leaves: notDue,
  },
  {
    transition: claim(PK, 'query', NOW),
    changes: {
      'due now': row({ ...due, next: 'query' }),
      'held, due now': row({ ...due, next: 'query', state: 'HELD' }),
      'synced, due now': row({ ...due, next: 'query', state: 'SYNCED' }),
    },
    leaves: {
      ...NO_ROW,
      'not due yet': row({ next: 'query', due_at: NOW + 1 }),
      'somebody has it': row({ next: 'query', leased_until: NOW + 1 }),
      'nothing is left to do': row({ due_at: NOW, next: 'query', due: undefined }),
      'the other step': row(due),
    },
  },
  {
    transition: claim(PK, 'sync', NOW, 'the first call'),
    changes: { 'due now': row(due) },
    leaves: {
      ...notDue,
      'not pending': row({ ...due, state: 'SYNCED' }),
      'another call': row({ ...due, call_hash: 'another call' }),
    },
  },
  {
    transition: reopen(OTHER, { ...CLAIMED, state: 'HELD' }, NOW),
    changes: each(noCallOut('HELD'), 'held', { noticed_at: OTHER.noticed_at - 1 }),
    leaves: {
      ...NO_ROW,
      ...PENDING,
      ...SYNCED,
      ...CHARGED,
      ...each(callOut('HELD'), 'held', { noticed_at: OTHER.noticed_at - 1 }),
      'held, and claimed since it was read': row({ ...claimedSince, noticed_at: OTHER.noticed_at - 1 }),
      'closed since it was read': row({ state: 'REJECTED', reason: 'closed by hand: x', due_at: NOW, noticed_at: 1 }),
      'charged since it was read': row({ state: 'HELD', due_at: NOW, noticed_at: 1, transaction_id: '42000004' }),
      'the same call': row({ state: 'HELD', due_at: NOW, call_hash: 'another call', noticed_at: 1 }),
      'a notice of the same time': row({ state: 'HELD', due_at: NOW, noticed_at: OTHER.noticed_at }),
    },
  },
  {
    transition: reopen(OTHER, { ...CLAIMED, state: 'REJECTED' }, NOW),
    changes: {
      'an older notice': row({ state: 'REJECTED', due_at: NOW, noticed_at: OTHER.noticed_at - 1 }),
      'no notice, but a statement': row({ state: 'REJECTED', due_at: NOW, noticed_at: undefined }),
    },
    leaves: {
      ...NO_ROW,
      ...PENDING,
      ...SYNCED,
      ...CHARGED,
      ...each(callOut('REJECTED'), 'rejected', { noticed_at: 1 }),
      'charged since it was read': row({ state: 'REJECTED', due_at: NOW, noticed_at: 1, transaction_id: '42000004' }),
      'reopened and closed since it was read': row({ state: 'REJECTED', due_at: NOW, attempt: 4, noticed_at: 1 }),
      'reopened and held since it was read': row({ state: 'HELD', due_at: NOW, noticed_at: 1 }),
      'the same call': row({ state: 'REJECTED', due_at: NOW, call_hash: 'another call' }),
      'a notice of the same time': row({ state: 'REJECTED', due_at: NOW, noticed_at: OTHER.noticed_at }),
      'a newer notice': row({ state: 'REJECTED', due_at: NOW, noticed_at: OTHER.noticed_at + 1 }),
    },
  },
  {
    transition: reopen(OTHER, { ...CLAIMED, state: 'HELD', transaction_id: '42000004' }, NOW),
    changes: { 'charged as read': row({ state: 'HELD', due_at: NOW, noticed_at: 1, transaction_id: '42000004' }) },
    leaves: {
      ...each(callOut('HELD'), 'held', { noticed_at: 1, transaction_id: '42000004' }),
      'another charge': row({ state: 'HELD', due_at: NOW, noticed_at: 1, transaction_id: '42000005' }),
      'claimed since it was read': row({ ...claimedSince, noticed_at: 1, transaction_id: '42000004' }),
      'closed since it was read': row({ state: 'REJECTED', due_at: NOW, noticed_at: 1, transaction_id: '42000004' }),
      'the same call': row({
        ...{ state: 'HELD', due_at: NOW, noticed_at: 1, transaction_id: '42000004' },
        call_hash: 'another call',
      }),
      'a notice of the same time': row({
        ...{ state: 'HELD', due_at: NOW, transaction_id: '42000004' },
        noticed_at: OTHER.noticed_at,
      }),
    },
  },
  {
    transition: conflict(OTHER),
    changes: { ...PENDING, ...HELD, ...SYNCED, ...REJECTED, ...CHARGED, 'counted before': row({ conflicts: 1 }) },
    leaves: { ...NO_ROW, 'the same call': row({ call_hash: 'another call' }) },
  },
]
