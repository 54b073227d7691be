import { BatchGetItemCommand, type DynamoDBClient, paginateQuery, QueryCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { UnavailableError, unavailableOf } from '../errors.ts'
import type { BookRow } from '../ledger/row.ts'

/** Reads many orders at once. Every method throws UnavailableError when DynamoDB fails. */
export type LedgerReader = {
  /** Up to READ_BATCH rows by their keys, strongly consistent; keys without a row are left out. */
  readonly readMany: (pks: readonly string[]) => Promise<ReadonlyMap<string, BookRow>>
  /** Keys of the rows of one day (`day` as in the row), page by page. The index may lag behind the table. */
  readonly day: (day: string) => AsyncGenerator<readonly string[]>
  /** Whether there is a row of this day (`day` as in the row). The index may lag behind the table. */
  readonly hasDay: (day: string) => Promise<boolean>
  /** Keys of the orders that wait for a person (`waits` as in the row), the oldest first, page by page. */
  readonly waiting: (waits: string) => AsyncGenerator<readonly string[]>
  /** The double charges of a signer that are not settled, oldest first, page by page, from the index of cases. */
  readonly cases: (signer: string) => AsyncGenerator<readonly Case[]>
}

/** What the index has of a case. The index may lag behind the table. */
export type Case = Pick<BookRow, 'pk' | 'transaction_id' | 'amount'>

/** How many keys one BatchGetItem takes. */
export const READ_BATCH = 100

const NAMES = [
  ...[
    'pk',
    'state',
    'next',
    'due',
    'shards',
    'due_at',
    'leased_until',
    'attempt',
    'call',
    'call_hash',
    'paid_time_clamped',
    'order_id',
    'mode',
  ],
  ...['expected_amount', 'last_error', 'late_at', 'day', 'reason', 'amount', 'transaction_id', 'created_at'],
  ...['settled_at', 'settled_by', 'refunds', 'case', 'case_at', 'bill', 'bill_at'],
  ...['taken_at', 'proved_at', 'statement', 'shop_id', 'cashier_id', 'pos_ref', 'v'],
]
const PROJECTION = {
  ProjectionExpression: [...NAMES.map((name) => `#${name}`), '#receipt.#sent_at', '#proof.#sent_at'].join(', '),
  ExpressionAttributeNames: Object.fromEntries(
    [...NAMES, 'receipt', 'proof', 'sent_at'].map((name) => [`#${name}`, name]),
  ),
}

/** Pauses in ms before UnprocessedKeys are requested again; after the last one the read fails. */
const PAUSES = [20, 50, 100, 200, 400, 800, 1600]

export const createLedgerReader = (client: DynamoDBClient, TableName: string): LedgerReader => {
  const readSome = async (pks: readonly string[]) => {
    const Keys = pks.map((pk) => ({ pk: { S: pk } }))
    const command = new BatchGetItemCommand({
      RequestItems: { [TableName]: { Keys, ConsistentRead: true, ...PROJECTION } },
    })
    const { Responses, UnprocessedKeys } = await client.send(command).catch(unavailable)
    const rows = (Responses?.[TableName] ?? []).map((item) => unmarshall(item) as BookRow) // only transitions write here
    const unprocessed = (UnprocessedKeys?.[TableName]?.Keys ?? []).flatMap(({ pk }) =>
      pk?.S === undefined ? [] : [pk.S],
    )
    return { rows, left: unprocessed }
  }

  const readMany = async (pks: readonly string[]): Promise<ReadonlyMap<string, BookRow>> => {
    const found = new Map<string, BookRow>()
    let remaining = pks
    for (let tries = 0; remaining.length > 0; tries += 1) {
      const { rows, left: unprocessed } = await readSome(remaining)
      for (const row of rows) found.set(row.pk, row)
      remaining = unprocessed
      if (remaining.length === 0) break
      const pause = PAUSES[tries]
      if (pause === undefined) throw new UnavailableError('the ledger leaves keys of a batch over again and again')
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    return found
  }

  const pagesOf = async function* (index: 'day' | 'waits' | 'case', key: string) {
    const pages = paginateQuery(
      { client, pageSize: 1000 },
      {
        TableName,
        IndexName: index,
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': index },
        ExpressionAttributeValues: { ':key': { S: key } },
      },
    )
    try {
      for await (const { Items = [] } of pages) yield Items
    } catch (error) {
      unavailable(error)
    }
  }

  const keysOf = (index: 'day' | 'waits') =>
    async function* (key: string): AsyncGenerator<readonly string[]> {
      for await (const items of pagesOf(index, key))
        yield items.flatMap(({ pk }) => (pk?.S === undefined ? [] : [pk.S]))
    }

  const hasDay = async (key: string): Promise<boolean> => {
    const command = new QueryCommand({
      TableName,
      IndexName: 'day',
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': 'day' },
      ExpressionAttributeValues: { ':key': { S: key } },
      Select: 'COUNT',
      Limit: 1,
    })
    return ((await client.send(command).catch(unavailable)).Count ?? 0) > 0
  }

  const cases = async function* (signer: string): AsyncGenerator<readonly Case[]> {
    for await (const items of pagesOf('case', signer)) yield items.map((item) => unmarshall(item) as Case)
  }

  return { readMany, day: keysOf('day'), hasDay, waiting: keysOf('waits'), cases }
}

const unavailable = unavailableOf('the ledger')
