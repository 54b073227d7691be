import { beforeAll, describe } from 'vitest'
import { type OpenLedger, openLedger } from '../support/ledger-table.ts'
import { describeApply } from './cases/apply.ts'
import { describeConditions } from './cases/conditions.ts'
import { describeDue } from './cases/due.ts'
import { itJudgesAsPlainCode } from './cases/property.ts'

/** A DynamoDB that a test has started. */
export type Database = { readonly endpoint: string; readonly close: () => Promise<void> }

/** What the ledger does on any DynamoDB, one request at a time. */
export const describeLedger = (name: string, start: () => Promise<Database>, propertyRuns: number): void => {
  describe(`the ledger on ${name}`, () => {
    let opened: OpenLedger

    beforeAll(async () => {
      const database = await start()
      opened = await openLedger(database.endpoint)
      return async () => {
        opened.close()
        await database.close()
      }
    }, 30_000)

    describeConditions(() => opened)
    describeApply(() => opened)
    describeDue(() => opened)
    itJudgesAsPlainCode(() => opened, propertyRuns)
  })
}
