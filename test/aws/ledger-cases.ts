import { beforeAll, describe } from 'vitest'
import { type OpenLedger, openLedger } from '../support/ledger-table.ts'
import { describeApply } from './cases/apply.ts'
import { describeConditions } from './cases/conditions.ts'
import { describeDue } from './cases/due.ts'
import { itJudgesAsPlainCode } from './cases/property.ts'

/** A DynamoDB that a test has started. */
export type Database = { readonly endpoint: string; readonly close: () => Promise<void> }

/** What the ledger does on any DynamoDB, one request at a time. */
export const describeLedger = (
  name: string,
  start: () => Promise<Database>,
  propertyRuns: number,
  connect?: Parameters<typeof openLedger>[1],
): void => {
  describe(`the ledger on ${name}`, () => {
    let opened: OpenLedger

    beforeAll(async () => {
      const database = await start()
      // Without a table nothing below would end what was started.
      opened = await openLedger(database.endpoint, connect).catch(async (error: unknown) => {
        await database.close()
        throw error
      })
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
