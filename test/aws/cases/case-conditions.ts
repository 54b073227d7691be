import type { Row } from '../../../lib/ledger/row.ts'
import { afterBillQuery, askForBill, noteTransaction } from '../../../lib/ledger/transitions/bill.ts'
import { afterRefund, noteRefund } from '../../../lib/ledger/transitions/refund.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { NOW } from '../../support/orders.ts'
import { VERDICTS } from '../../support/verdicts.ts'
import { type ConditionCase, callOut, each, NO_ROW, row } from './condition-case.ts'

const MOMENT = { now: NOW, random: 0.5 }
const CHARGE = { amount: 3900, transaction_id: '42000004' }
const OTHER = { amount: 3900, transaction_id: '42000005' }
const NOTED = { out_refund_no: 'R-1', noted_at: NOW - 1 }
const ended = { due: undefined, due_at: undefined, next: undefined }

const rejected = row({ state: 'REJECTED', ...ended })
const double = row({ state: 'DOUBLE_CHARGED', ...ended, ...CHARGE })
const refunding = row({ state: 'DOUBLE_CHARGED', next: 'refund', due_at: NOW, ...CHARGE, refunds: [NOTED] })
const held = row({ state: 'HELD', due_at: NOW, ...CHARGE })

const made = (transition: Transition | undefined): Transition => {
  if (!transition) throw new TypeError('this row has no such transition')
  return transition
}

const refunded = { kind: 'refunded', verified: true, transaction_id: '42000004', refund_amount: 3900 } as const

/** Of a row that had ended and is claimed for a bill. */
const afterBill = (asked: Row, verdict: keyof typeof VERDICTS): Transition =>
  made(afterBillQuery(asked, VERDICTS[verdict], MOMENT))

/** What a trade bill and a refund do to a row. */
export const CASE_CASES: readonly ConditionCase[] = [
  {
    transition: made(askForBill(rejected, '20261123', NOW)),
    changes: { rejected, ...callOut('REJECTED') },
    leaves: {
      ...NO_ROW,
      'claimed since it was read': { ...rejected, attempt: 4 },
      'reopened since it was read': row({ due_at: NOW }),
    },
  },
  {
    transition: afterBill(row({ state: 'REJECTED' }), 'confirmed'),
    changes: { 'as claimed': row({ state: 'REJECTED' }) },
    leaves: { ...NO_ROW, 'claimed since': row({ state: 'REJECTED', attempt: 4 }), reopened: row({}) },
  },
  {
    transition: afterBill(row({ state: 'REJECTED', bill_at: NOW }), 'unknown'),
    changes: { 'as claimed': row({ state: 'REJECTED', next: 'query' }) },
    leaves: {
      ...NO_ROW,
      'claimed since': row({ state: 'REJECTED', next: 'query', attempt: 4 }),
      'another call': row({ state: 'REJECTED', next: 'sync' }),
    },
  },
  {
    transition: afterBill(double, 'collected'),
    changes: { 'as claimed': double, settled: { ...double, settled_at: NOW } },
    leaves: {
      ...NO_ROW,
      'claimed since': { ...double, attempt: 4 },
      'charged again since': { ...double, ...OTHER },
      'not charged twice': held,
    },
  },
  {
    transition: made(noteRefund(double, 'R-1', NOW)),
    changes: { 'charged twice': double, ...each(callOut('DOUBLE_CHARGED'), 'asked', CHARGE) },
    leaves: {
      ...NO_ROW,
      'claimed since it was read': { ...double, attempt: 4 },
      'charged again since': { ...double, ...OTHER },
      settled: { ...double, settled_at: NOW },
      'not charged twice': held,
    },
  },
  {
    transition: made(noteRefund({ ...double, settled_at: NOW }, 'R-1', NOW, true)),
    changes: { settled: { ...double, settled_at: NOW } },
    leaves: {
      ...NO_ROW,
      'claimed since it was read': { ...double, attempt: 4, settled_at: NOW },
      'charged again since': { ...double, ...OTHER, settled_at: NOW },
      'not settled': double,
      'not charged twice': { ...held, settled_at: NOW },
    },
  },
  {
    transition: made(noteRefund(held, 'R-1', NOW)),
    changes: { 'held and charged': held },
    leaves: {
      ...NO_ROW,
      ...each(callOut('HELD'), 'held', CHARGE),
      'claimed since it was read': { ...held, attempt: 4 },
      'charged twice': { ...double, due_at: NOW },
      pending: row({ due_at: NOW, ...CHARGE }),
      'charged a part': { ...held, reason: 'part_paid' },
      settled: { ...held, settled_at: NOW },
      'charged again since': { ...held, ...OTHER },
      'not charged': row({ state: 'HELD', due_at: NOW }),
    },
  },
  ...[refunded, { ...refunded, kind: 'processing' } as const, { ...refunded, kind: 'closed' } as const].map(
    (verdict): ConditionCase => ({
      transition: afterRefund(refunding, NOTED, verdict, MOMENT),
      changes: { 'as claimed': refunding },
      leaves: {
        ...NO_ROW,
        'claimed since': { ...refunding, attempt: 4 },
        'charged again since': { ...refunding, ...OTHER },
        'not charged twice': { ...held, next: 'refund' },
      },
    }),
  ),
  {
    transition: noteTransaction(row({ state: 'DOUBLE_CHARGED', ...ended }), '42000004', 3900),
    changes: { 'without a number': row({ state: 'DOUBLE_CHARGED', ...ended }) },
    leaves: {
      ...NO_ROW,
      'claimed since it was read': row({ state: 'DOUBLE_CHARGED', attempt: 4 }),
      'it has a number': double,
      'not charged twice': row({ state: 'HELD' }),
    },
  },
]
