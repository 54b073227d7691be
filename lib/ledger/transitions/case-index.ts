import { type Row, readRowKey } from '../row.ts'

/** The attributes of the index of cases: double charges that are not settled. `since` is in ms. */
export const caseOf = (pk: string, since: number): Required<Pick<Row, 'case' | 'case_at'>> => ({
  case: readRowKey(pk).mchid,
  case_at: since,
})

/** A double charge that nobody has settled: the index of cases has exactly these rows. */
export const isCase = ({ state, settled_at }: Pick<Row, 'state' | 'settled_at'>): boolean =>
  state === 'DOUBLE_CHARGED' && settled_at === undefined
