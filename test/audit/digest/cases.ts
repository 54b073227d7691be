import { type Digest, digestOf } from '../../../lib/audit/digest/digest.ts'
import { type OpenCase, oldestFirst, openCaseOf } from '../../../lib/audit/digest/open-case.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { DAY } from '../../support/orders.ts'
import { MCHID, rowOf, TRANSACTION } from '../audit-world.ts'

/** Eleven in China. */
export const ELEVEN = Date.UTC(2026, 10, 24, 3)
export const TODAY = '20261124'

/** A double charge that is known since so many days, and was paid the day before. */
export const caseRow = (out_order_no: string, days: number, more: Partial<Row> = {}): Row => {
  const case_at = ELEVEN - days * DAY
  const paid = new Date(case_at - DAY).toISOString().slice(0, 10).replaceAll('-', '')
  const { shop_id: _, ...row } = rowOf(out_order_no, {})
  return {
    ...row,
    state: 'DOUBLE_CHARGED',
    transaction_id: TRANSACTION,
    amount: 3900,
    day: `${MCHID}#${paid}#0`,
    case: MCHID,
    case_at,
    ...more,
  }
}

export const openCases = (...rows: readonly Row[]): readonly OpenCase[] =>
  oldestFirst(rows.map((row) => openCaseOf(row, TODAY)))

export const digest = (rows: readonly Row[], more: Partial<Digest> = {}): Digest =>
  digestOf(openCases(...rows), { day: TODAY, made_at: ELEVEN, bills: [], shops: [], silent: [], pages: [], ...more })
