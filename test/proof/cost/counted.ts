import { PRICES } from './prices.ts'

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
  }
  const million = Object.fromEntries(Object.entries(of).map(([name, one]) => [name, one * 1e6])) as typeof of
  return { ...million, together: Object.values(million).reduce((sum, one) => sum + one, 0) }
}
