import type { Row } from '../../lib/ledger/row.ts'
import { CLAIMED, NOW, unleased } from '../support/orders.ts'
import { LAST_ERRORS, WORD } from '../support/verdicts.ts'

const ORDER_ID = '15646546545165651651'

const { due: _due, due_at: _dueAt, next: _next, ...ENDED } = unleased(CLAIMED)

/** A row for each way in which an order can stand. */
export const ROWS = {
  accepted: { ...CLAIMED, state: 'SYNCED', order_id: ORDER_ID, taken_at: WORD.sent_at },
  proved: { ...ENDED, state: 'SYNCED', order_id: ORDER_ID, taken_at: WORD.sent_at, proved_at: NOW },
  proved_only: { ...ENDED, state: 'SYNCED', order_id: ORDER_ID, proved_at: NOW },
  unproved: { ...ENDED, state: 'SYNCED', taken_at: WORD.sent_at, reason: 'unproved', last_error: LAST_ERRORS.unknown },
  leased: CLAIMED,
  waiting: { ...CLAIMED, last_error: LAST_ERRORS.busy },
  open: { ...CLAIMED, last_error: LAST_ERRORS.open },
  held: { ...CLAIMED, state: 'HELD', reason: 'paid_less', mode: 'check', expected_amount: 3900 },
  observed: { ...CLAIMED, state: 'HELD', reason: 'observe_only', mode: 'observe' },
  over_cap: { ...CLAIMED, state: 'HELD', reason: 'over_cap' },
  amount_unknown: { ...CLAIMED, state: 'HELD', reason: 'amount_unknown', mode: 'check', expected_amount: 3900 },
  invalid: { ...ENDED, state: 'REJECTED', reason: 'invalid', last_error: LAST_ERRORS.invalid },
  not_found: { ...ENDED, state: 'REJECTED', reason: 'not_found', last_error: LAST_ERRORS.absent },
  revoked: { ...ENDED, state: 'REJECTED', reason: 'revoked', last_error: LAST_ERRORS.closed },
  too_old: { ...ENDED, state: 'REJECTED', reason: 'too_old', last_error: LAST_ERRORS.config },
  closed: { ...ENDED, state: 'REJECTED', reason: 'closed by hand: refunded in cash' },
  charged: {
    ...ENDED,
    state: 'DOUBLE_CHARGED',
    order_id: ORDER_ID,
    amount: 3900,
    transaction_id: '42000004',
    proved_at: WORD.sent_at,
  },
  settled: { ...ENDED, state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '42000004', settled_at: NOW },
} as const satisfies Readonly<Record<string, Row>>

/** The members that name the order in every reply. */
export const FACTS = { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', attempt: 3 }
