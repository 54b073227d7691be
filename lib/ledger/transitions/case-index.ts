import { type Placed, type Row, signerOf } from '../row.ts'

/**
 * The attributes of the index of cases: double charges that are not settled. `since` is in ms. It is by signer, since a
 * provider has one bill for all its shops.
 */
export const caseOf = (row: Placed, since: number): Required<Pick<Row, 'case' | 'case_at'>> => ({
  case: signerOf(row),
  case_at: since,
})

/** A double charge that nobody has settled: the index of cases has exactly these rows. */
export const isCase = ({ state, settled_at }: Pick<Row, 'state' | 'settled_at'>): boolean =>
  state === 'DOUBLE_CHARGED' && settled_at === undefined
