import { fileURLToPath } from 'node:url'
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { BillRow } from '../../../../lib/aws/bill-log.ts'
import { servedFiles } from '../../../../lib/config/served-files.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import type { Clock } from '../../../../lib/local/clock.ts'
import { credentialsEnv, makeCredentials } from '../../../../lib/local/credentials.ts'
import { startEventBus } from '../../../../lib/local/event-bus/start-event-bus.ts'
import { region } from '../../../../lib/local/lambda/environment.ts'
import { startLambda } from '../../../../lib/local/lambda/start-lambda.ts'
import { startLedgerTable } from '../../../../lib/local/ledger-table.ts'
import { startObjects } from '../../../../lib/local/objects.ts'
import { startTopic } from '../../../../lib/local/topic.ts'
import { configFor } from '../../../support/served-by.ts'
import type { VirtualTime } from '../memory/virtual-time.ts'
import { configured } from '../orders/merchants.ts'
import { MONTH_MERCHANTS } from './plan.ts'

/** What people were sent on one day. */
export type SentDay = {
  /** When the digest was due. */
  readonly at: number
  readonly mails: readonly Mail[]
  readonly events: readonly { readonly detailType: string; readonly detail: string }[]
  /** What was put into the bucket, by its key. */
  readonly pages: ReadonlyMap<string, string>
}
export type Mail = { readonly subject: string; readonly message: string }

export const BUCKET = 'payscore-statements'
const BUS = 'payscore'
/** Nobody listens there: a digest asks nothing of WeChat Pay. */
const NOWHERE = 'http://127.0.0.1:1'

/**
 * The built audit function with a topic, a bucket, a bus and a table, for the digests alone. The table gets what the
 * ledger in memory has of cases and bills before each run. Virtual time stands still while it runs.
 */
export const startDigests = async (time: VirtualTime, bills: ReadonlyMap<string, BillRow>) => {
  const clock = clockOf(time)
  const credentials = makeCredentials()
  const [table, objects, topic, bus] = await Promise.all([
    startLedgerTable({ clock, credentials }),
    startObjects({ clock, bucket: BUCKET, credentials }),
    startTopic({ name: 'payscore-alarms', credentials }),
    startEventBus({ clock, name: BUS, credentials }),
  ])
  const entries = MONTH_MERCHANTS.map(configured).map(({ mchid, ...entry }) => [mchid, entry] as const)
  const audit = await startLambda({
    name: 'audit',
    bundleDir: fileURLToPath(new URL('../../../../.build/audit/', import.meta.url)),
    env: {
      LEDGER_TABLE: table.tableName,
      EVENT_BUS: BUS,
      BUCKET,
      // The digest writes no evidence.
      EVIDENCE_BUCKET: 'none',
      ALARM_TOPIC: topic.arn,
      WECHATPAY_ORIGIN: NOWHERE,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: NOWHERE,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
      AWS_ENDPOINT_URL_S3: objects.endpoint,
      AWS_ENDPOINT_URL_SNS: topic.endpoint,
      ...credentialsEnv(credentials),
    },
    files: servedFiles(configFor(Object.fromEntries(entries)).config),
    timeoutMs: 900_000,
    clock,
  })
  const client = new DynamoDBClient({ endpoint: table.endpoint, region, credentials })
  const copy = createCopy(client, table.tableName)
  const taken = { mails: 0, events: 0, pages: new Set<string>() }

  /** What was sent since the last time. */
  const takeSent = (at: number): SentDay => {
    const pages = [...objects.stored].filter(([key]) => !taken.pages.has(key))
    const sent: SentDay = {
      at,
      mails: topic.history.slice(taken.mails),
      events: bus.history.events.slice(taken.events),
      pages: new Map(pages.map(([key, { body }]) => [key, body.toString()])),
    }
    taken.mails = topic.history.length
    taken.events = bus.history.events.length
    for (const [key] of pages) taken.pages.add(key)
    return sent
  }

  return {
    /** For each write of the ledger. */
    noteWritten: copy.noteRow,
    run: async (): Promise<void> => {
      await copy.write(bills)
      const { error } = await audit.invoke({ digest: true })
      if (error) throw new Error(`the digest failed: ${error.errorType} ${error.errorMessage}`)
    },
    takeSent,
    close: async (): Promise<void> => {
      client.destroy()
      await audit.close()
      await Promise.all([table.close(), objects.close(), topic.close(), bus.close()])
    },
  }
}

const clockOf = (time: VirtualTime): Clock => ({
  now: time.now,
  offset: () => time.now() - Date.now(),
  advance: () => {
    throw new TypeError('virtual time alone moves this clock')
  },
})

/** How many items one BatchWriteItem takes. */
const BATCH = 25

/** Writes into a table what changed in memory: the rows that are or were in the index of cases, and those of bills. */
const createCopy = (client: DynamoDBClient, tableName: string) => {
  const changed = new Map<string, Row>()
  const cases = new Set<string>()
  const copied = new Map<string, BillRow>()

  const noteRow = (row: Row): void => {
    if (row.case !== undefined) cases.add(row.pk)
    if (cases.has(row.pk)) changed.set(row.pk, row)
  }

  const write = async (bills: ReadonlyMap<string, BillRow>): Promise<void> => {
    const newBills = [...bills].filter(([pk, row]) => copied.get(pk) !== row)
    for (const [pk, row] of newBills) copied.set(pk, row)
    const rows = [...changed.values(), ...newBills.map(([, row]) => row)]
    changed.clear()
    for (let from = 0; from < rows.length; from += BATCH) {
      const puts = rows.slice(from, from + BATCH).map((row) => ({ PutRequest: { Item: marshall(row) } }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }))
    }
  }
  return { noteRow, write }
}
