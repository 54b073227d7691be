import type { Row } from '../../../lib/ledger/row.ts'
import { caseOf } from '../../../lib/ledger/transitions/case-index.ts'
import { ORDER, PK } from '../../support/orders.ts'
import { NOW, signedWord } from './canonical-row.ts'
import { FIRST_CHARGE, TOTAL } from './scenario.ts'

const { mchid } = ORDER

const ENDED = {
  pk: PK,
  attempt: 2,
  call: { ...ORDER.call, order_api: 'payafter-orders' },
  call_hash: 'a',
  noticed_at: 1,
  day: `${mchid}#20261124#0`,
  created_at: NOW,
  v: 1,
} as const satisfies Partial<Row>

const CHARGE = { amount: TOTAL, transaction_id: FIRST_CHARGE } as const
const WAITS = { waits: `${mchid}#0` } as const
const PROOF = { proved_at: signedWord('proof', 'N').sent_at }
const RECEIPT = { taken_at: signedWord('accepted sync a', 'N').sent_at }

/** Rows of orders that have ended, of each kind that makes a difference to a bill. */
export const ENDED_ROWS = {
  rejected: { ...ENDED, ...WAITS, state: 'REJECTED', reason: 'not_found', expires_at: 1 },
  'closed as not double': {
    ...ENDED,
    ...CHARGE,
    ...{ state: 'REJECTED', reason: 'closed by hand: no double charge', settled_at: 1, expires_at: 1 },
  },
  'rejected beside a charge': {
    ...ENDED,
    ...CHARGE,
    ...WAITS,
    ...{ state: 'REJECTED', reason: 'revoked', expires_at: 1 },
  },
  proved: { ...ENDED, ...RECEIPT, ...PROOF, state: 'SYNCED', expires_at: 1 },
  'never proved': { ...ENDED, ...RECEIPT, ...WAITS, state: 'SYNCED', reason: 'unproved', expires_at: 1 },
  double: { ...ENDED, ...CHARGE, ...PROOF, ...WAITS, ...caseOf(ENDED, NOW), state: 'DOUBLE_CHARGED' },
  unnumbered: { ...ENDED, ...PROOF, ...WAITS, ...caseOf(ENDED, NOW), state: 'DOUBLE_CHARGED', amount: TOTAL },
} as const satisfies Readonly<Record<string, Row>>

export type EndedName = keyof typeof ENDED_ROWS
