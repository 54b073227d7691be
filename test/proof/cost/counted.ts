import { LIMITS } from '../../../lib/limits.ts'
import { PRICES, STORAGE } from './prices.ts'

/** One write to the ledger: its units, and how many bytes the row has after it. */
export type Step = { readonly step: string; readonly table: number; readonly indexes: number; readonly bytes: number }

/** What one order has AWS do. */
export type Counted = {
  readonly steps: readonly Step[]
  readonly writeUnits: number
  readonly readUnits: number
  readonly httpRequests: number
  readonly lambdaRequests: number
  readonly gbSeconds: number
  readonly events: number
  readonly logBytes: number
  readonly puts: number
  /** What is kept: of the row until it expires, and of evidence. */
  readonly rowBytes: number
  readonly evidenceBytes: number
}

/** Dollars for a million orders, by service. */
export const dollarsOf = (counted: Counted) => {
  const of = {
    api: counted.httpRequests * PRICES.httpRequest,
    requests: counted.lambdaRequests * PRICES.lambdaRequest,
    time: counted.gbSeconds * PRICES.gbSecond,
    writes: counted.writeUnits * PRICES.writeUnit,
    reads: counted.readUnits * PRICES.readUnit,
    events: counted.events * PRICES.event,
    logs: (counted.logBytes / 1e9) * PRICES.logGigabyte,
    puts: counted.puts * PRICES.put,
  }
  const million = Object.fromEntries(Object.entries(of).map(([name, one]) => [name, one * 1e6])) as typeof of
  return { ...million, together: Object.values(million).reduce((sum, one) => sum + one, 0) }
}

const A_MONTH = 30 * 86_400_000

/** Dollars for what a million orders leave, for as long as it is kept: the row with its entry in the index of its day. */
export const keptDollarsOf = ({ rowBytes, evidenceBytes }: Counted) => ({
  row: ((rowBytes + ENTRY_BYTES) / 1e9) * STORAGE.table * (LIMITS.keepEnded / A_MONTH) * 1e6,
  evidence: (evidenceBytes / 1e9) * STORAGE.bucket * (EVIDENCE_DAYS / 30) * 1e6,
})

/** By default: the parameter `evidenceDays`. */
const EVIDENCE_DAYS = 1096

/** DynamoDB counts so many bytes for each item, in the table and in an index, beside its content; an entry has its keys. */
const ENTRY_BYTES = 100 + 100 + 90
