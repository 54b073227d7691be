import type { Problem } from '../statement/problem.ts'
import type { StatementKey } from '../statement/statement-key.ts'
import type { Tally } from '../statement/tally.ts'

/** Everything but the single lines. Times ms. */
export type Report = {
  readonly statement: Pick<StatementKey, 'mchid' | 'name'>
  readonly made_at: number
  /** yyyymmdd: the days whose orders in the ledger were compared. */
  readonly days: readonly string[]
  /** Why nothing of the statement was taken. */
  readonly refused?: Problem
  readonly tally: Tally
}
