import { DynamoDBClient, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { createDueKeys } from '../../lib/aws/due-keys.ts'
import { createLedger } from '../../lib/aws/ledger.ts'
import { clientSettings } from '../../lib/aws/sdk/settings.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { tableOf } from '../../lib/local/ledger-table.ts'
import { startDynalite } from './dynalite.ts'

const TABLE = 'ledger'

/** An empty ledger table with the real keys and indexes, in the DynamoDB at this address. `connect`: by what client. */
export const openLedger = async (endpoint: string, connect: (endpoint: string) => DynamoDBClient = dynamoClient) => {
  const client = dynamoClient(endpoint)
  await client.send(tableOf(TABLE))
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: TABLE })

  /** Writes a row without a condition. */
  const put = async <R extends Partial<Row> & Pick<Row, 'pk'>>(row: R): Promise<R> => {
    await client.send(new PutItemCommand({ TableName: TABLE, Item: marshall(row) }))
    return row
  }

  const ledgerClient = connect(endpoint)
  const ledger = createLedger(ledgerClient, TABLE)
  const dueKeys = createDueKeys(client, TABLE)
  const close = () => {
    client.destroy()
    ledgerClient.destroy()
  }
  return { client, table: TABLE, ledger, dueKeys, put, close }
}

/** The same in a DynamoDB of its own, in memory. */
export const startLedger = async () => {
  const dynalite = await startDynalite()
  const opened = await openLedger(dynalite.endpoint)
  const close = async () => {
    opened.close()
    await dynalite.close()
  }
  return { ...opened, close }
}

export type OpenLedger = Awaited<ReturnType<typeof openLedger>>

const LOCAL = { accessKeyId: 'local', secretAccessKey: 'local' }

/** A client that uses only the given address. */
export const dynamoClient = (endpoint: string, credentials = LOCAL): DynamoDBClient =>
  new DynamoDBClient({
    ...clientSettings,
    endpoint,
    region: 'us-east-1',
    credentials,
  })
