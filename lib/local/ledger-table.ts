import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { createFaults, type FaultRule, type Faults } from './aws-faults.ts'
import type { Clock } from './clock.ts'
import type { Credentials } from './credentials.ts'
import { openDynalite } from './dynalite-server.ts'
import { region } from './lambda/environment.ts'
import { type OnRecord, watchItems } from './ledger-stream.ts'
import { answerJson, listenOnLoopback, readBody } from './loopback-server.ts'
import { checkSignature } from './signature-v4.ts'

type TableRequest = {
  /** `UpdateItem`, for example. */
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * `throughput-exceeded` and `throttle` are the two throttling errors; `fail` is a 500 and nothing was done;
 * `lose-answer` executes the request and resets the connection; `reset` resets it before; `hang` does nothing and never
 * answers.
 */
type TableFault = FaultRule<TableRequest> & {
  readonly kind: 'throughput-exceeded' | 'throttle' | 'fail' | 'lose-answer' | 'reset' | 'hang'
}

export type LedgerTable = {
  /** For AWS_ENDPOINT_URL_DYNAMODB. */
  readonly endpoint: string
  readonly tableName: string
  readonly faults: Faults<TableRequest, TableFault>
  /**
   * The table's stream from now on: one record for every write that changed something, in the order of writes for each
   * key. The listener is called before the writer gets its response. Returns a function that removes it.
   */
  onRecord(listener: OnRecord): () => void
  /** Every item as a plain object, in no particular order. */
  rows(): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

const JSON_1_0 = 'application/x-amz-json-1.0'
const CORAL = 'com.amazon.coral.service'

const refusals = {
  'throughput-exceeded': [
    400,
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded.',
  ],
  throttle: [
    400,
    'com.amazon.coral.availability#ThrottlingException',
    'Rate of requests exceeds the allowed throughput.',
  ],
  fail: [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError', 'Internal server error'],
} as const

/** DynamoDB with the ledger's table, in memory, or with `path` in that folder, where it is found again. */
export const startLedgerTable = async (options: {
  readonly clock: Clock
  readonly path?: string
  readonly tableName?: string
  readonly port?: number
  /** Seed for the probabilities of faults. */
  readonly seed?: number
  /** The credentials whose signatures are accepted; any by default. */
  readonly credentials?: Credentials
}): Promise<LedgerTable> => {
  const { clock, path, tableName = 'payscore-ledger', credentials } = options
  const check = credentials && checkSignature('dynamodb', credentials)
  const dynalite = openDynalite(path === undefined ? { createTableMs: 0 } : { path, createTableMs: 0 })
  const { faults, strike } = createFaults<TableRequest, TableFault>(options.seed)
  const served = new Set<Promise<void>>()

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    // By the machine's time the SDK would take a moved clock for a wrong one, and ask once more after each refusal.
    response.setHeader('Date', new Date(clock.now()).toUTCString())
    const body = await readBody(request)
    const unsigned = check?.(request, body)
    if (unsigned) return answerJson(response, 400, { __type: `${CORAL}#${unsigned}`, message: '' }, JSON_1_0)
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const fault = strike(() => ({ operation, input: JSON.parse(body.toString()) }))
    if (fault?.kind === 'hang') return undefined
    if (fault?.kind === 'reset') return request.socket.destroy()
    if (fault && fault.kind !== 'lose-answer') {
      const [status, __type, message] = refusals[fault.kind]
      return answerJson(response, status, { __type, message }, JSON_1_0)
    }
    const answer = dynalite.serve(request, body, response, fault !== undefined)
    served.add(answer)
    return answer.finally(() => served.delete(answer))
  }

  const server = await listenOnLoopback(serve, options.port)
  const endpoint = `http://${server.host}`
  await createTable(endpoint, tableName, credentials)
  const onRecord = watchItems(dynalite.items(tableName), tableName, clock)

  return {
    endpoint,
    tableName,
    faults,
    onRecord,
    rows: async () => (await dynalite.items(tableName).createValueStream().toArray()).map((item) => unmarshall(item)),
    close: async () => {
      await server.close()
      await Promise.allSettled(served)
      await dynalite.close()
    },
  }
}

const createTable = async (
  endpoint: string,
  tableName: string,
  credentials: Pick<Credentials, 'accessKeyId' | 'secretAccessKey'> = {
    accessKeyId: 'local',
    secretAccessKey: 'local',
  },
): Promise<void> => {
  const client = new DynamoDBClient({ endpoint, region, credentials })
  const described = async () => (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table
  const isThere = () => described().then(Boolean, () => false)
  const create = async () => {
    await client.send(tableOf(tableName)).catch((error: Error) => {
      if (error.name !== 'ResourceInUseException') throw error
    })
    while ((await described())?.TableStatus !== 'ACTIVE') await setTimeout(1)
  }
  try {
    await create()
    const indexes = (await described())?.GlobalSecondaryIndexes ?? []
    if (indexes.length === tableOf(tableName).input.GlobalSecondaryIndexes?.length) return
    // dynalite cannot add an index to a table of an earlier version, so the table is made again. It held only trial
    // data.
    await client.send(new DeleteTableCommand({ TableName: tableName }))
    while (await isThere()) await setTimeout(1)
    await create()
  } finally {
    client.destroy()
  }
}

/** The ledger's keys and indexes. A test compares them with those of the stack. */
export const tableOf = (tableName: string) =>
  new CreateTableCommand({
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'due', AttributeType: 'S' },
      { AttributeName: 'due_at', AttributeType: 'N' },
      { AttributeName: 'day', AttributeType: 'S' },
      { AttributeName: 'waits', AttributeType: 'S' },
      { AttributeName: 'created_at', AttributeType: 'N' },
      { AttributeName: 'case', AttributeType: 'S' },
      { AttributeName: 'case_at', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [
          { AttributeName: 'due', KeyType: 'HASH' },
          { AttributeName: 'due_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['next', 'state', 'created_at'] },
      },
      {
        IndexName: 'day',
        KeySchema: [
          { AttributeName: 'day', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'waits',
        KeySchema: [
          { AttributeName: 'waits', KeyType: 'HASH' },
          { AttributeName: 'created_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'case',
        KeySchema: [
          { AttributeName: 'case', KeyType: 'HASH' },
          { AttributeName: 'case_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['transaction_id', 'amount'] },
      },
    ],
  })
