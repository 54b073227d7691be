// Reads one statement in a process of its own, as the function does, and says how it went.

import { createLedger } from '../../../lib/aws/ledger.ts'
import { createLedgerReader } from '../../../lib/aws/ledger-reader.ts'
import { importStatement } from '../../../lib/statements/import-statement.ts'
import { dynamoClient } from '../../support/ledger-table.ts'
import { MERCHANTS, objectsAt, PROVIDER, PROVIDERS } from '../../support/statement-deps.ts'

/** What the process was told on its command line, and what it tells. */
export type RunOrder = {
  readonly dynamo: string
  readonly table: string
  readonly s3: string
  /** Whose list it is: MCHID's or PROVIDER's. */
  readonly folder: string
  readonly name: string
  readonly lines: number
  readonly scratch: string
  readonly now: number
}
export type RunResult = {
  readonly rssAtTenth: number
  readonly rssAtEnd: number
  readonly ms: number
  readonly log: object
}

const { dynamo, table, s3, folder, name, lines, scratch, now } = JSON.parse(process.argv[2] ?? '{}') as RunOrder // our own parent's
const client = dynamoClient(dynamo)
const reader = createLedgerReader(client, table)
const rss = (): number => {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}

let read = 0
let rssAtTenth = 0
const startedAt = performance.now()
const handled = await importStatement(`statements/${folder}/${name}.csv`, {
  objects: objectsAt(s3),
  ledger: createLedger(client, table),
  reader: {
    ...reader,
    readMany: (pks) => {
      read += pks.length
      // Time and again, so that what is resident is what is held, and not the room that garbage once took.
      if (read % (lines / 20) < pks.length) globalThis.gc?.()
      if (rssAtTenth === 0 && read >= lines / 10) rssAtTenth = rss()
      return reader.readMany(pks)
    },
  },
  merchants: folder === PROVIDER ? PROVIDERS : MERCHANTS,
  scratch,
  now: () => now,
})
const result: RunResult = { rssAtTenth, rssAtEnd: rss(), ms: performance.now() - startedAt, log: handled.log }
process.send?.(result)
process.disconnect?.()
client.destroy()
