import type { LedgerReader } from '../../lib/aws/ledger-reader.ts'
import type { BookRow } from '../../lib/ledger/row.ts'

/** A reader of a ledger in a Map, for tests that are not about DynamoDB. */
export const plainReader = (rows: ReadonlyMap<string, BookRow>): LedgerReader => ({
  readMany: async (pks) => new Map(pks.flatMap((pk) => (rows.has(pk) ? [[pk, rows.get(pk) as BookRow]] : []))), // has() was true
  day: async function* (day) {
    yield [...rows.values()].filter((row) => row.day === day).map(({ pk }) => pk)
  },
})
