import { paginateQuery, paginateScan, type QueryCommandInput } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import pLimit from 'p-limit'
import { dayShards, everyDueKey, everyWaitsKey, type Row, readRowKey, type State } from '../../ledger/row.ts'
import type { Connection } from '../aws/connect.ts'
import type { Whose } from './find.ts'

/**
 * The part of the ledger to read: orders that need a person, double charges that are not settled, due rows, one day (yyyymmdd of paid_time) of each
 * merchant, or the whole table.
 */
export type Part = { readonly whose: Whose; readonly state?: State | undefined } & (
  | { readonly by: 'waits' }
  | { readonly by: 'due' }
  | { readonly by: 'case' }
  | { readonly by: 'scan' }
  | { readonly by: 'day'; readonly mchids: readonly string[]; readonly days: readonly string[] }
)

/** Where a list continues: the last key that was read from each stream, by the stream's name. Opaque to callers. */
export type Place = Readonly<Record<string, Key>>
type Key = Readonly<Record<string, string | number>>

/** A row, and the place after it. */
export type Found = { readonly row: Row; readonly place: Place }

type Stream = {
  readonly name: string
  /** Yields the keys after `from`, a page at a time. */
  readonly pages: (from: Key | undefined) => AsyncGenerator<readonly Key[]>
}

/** Indexes and scans give only keys, so each row is read by its key; so many in parallel. */
const READS_AT_ONCE = 20
const PAGE = 100

/**
 * Reads a part of the ledger, one stream after the other. Orders that need a person come oldest first, due rows
 * earliest first, rows of a day by order number, and rows of a scan in no order. `seen` is called with the number of
 * keys read.
 */
export const rowsOf = async function* (
  part: Part,
  connection: Connection,
  from: Place = {},
  seen: (count: number) => void = () => undefined,
): AsyncGenerator<Found> {
  const limit = pLimit(READS_AT_ONCE)
  let place: Place = from
  let count = 0
  const streams = streamsOf(part, connection)
  // All streams before the last one with a place were read completely.
  const at = streams.findLastIndex(({ name }) => from[name] !== undefined)
  for (const { name, pages } of streams.slice(Math.max(0, at)))
    for await (const keys of pages(from[name])) {
      count += keys.length
      seen(count)
      const rows = await Promise.all(keys.map(({ pk }) => limit(() => connection.ledger.read(String(pk)))))
      for (const [i, key] of keys.entries()) {
        place = { [name]: key }
        const row = rows[i]
        // A global secondary index is eventually consistent, so the row may have changed.
        const isMeant = row && (part.state === undefined || row.state === part.state)
        if (isMeant && part.whose.has(readRowKey(row.pk).mchid)) yield { row, place }
      }
    }
}

const streamsOf = (part: Part, connection: Connection): readonly Stream[] => {
  if (part.by === 'scan') return [{ name: 'scan', pages: (from) => scanKeys(part.state, connection, from) }]
  if (part.by === 'waits')
    return part.whose.signers.flatMap((signer) =>
      everyWaitsKey(signer).map((key) => streamOf('waits', key, ['pk', 'waits', 'created_at'], connection)),
    )
  if (part.by === 'case')
    return part.whose.signers.map((signer) => streamOf('case', signer, ['pk', 'case', 'case_at'], connection))
  if (part.by === 'due')
    return part.whose.signers.flatMap((signer) =>
      everyDueKey(signer).map((key) => streamOf('due', key, ['pk', 'due', 'due_at'], connection, part.state)),
    )
  return part.days.flatMap((day) =>
    part.mchids.flatMap((mchid) => dayShards(mchid, day).map((key) => streamOf('day', key, ['pk', 'day'], connection))),
  )
}

/** The index by day does not have the state. */
const streamOf = (
  index: 'waits' | 'due' | 'day' | 'case',
  key: string,
  names: readonly string[],
  connection: Connection,
  state?: State,
): Stream => ({
  name: key,
  pages: (from) =>
    queryKeys(
      {
        IndexName: index,
        KeyConditionExpression: '#key = :key',
        ...(state && { FilterExpression: '#state = :state' }),
        ExpressionAttributeNames: { '#key': index, ...(state && { '#state': 'state' }) },
        ExpressionAttributeValues: { ':key': { S: key }, ...(state && { ':state': { S: state } }) },
      },
      names,
      connection,
      from,
    ),
})

const queryKeys = async function* (
  query: Omit<QueryCommandInput, 'TableName'>,
  names: readonly string[],
  { client, table }: Connection,
  from: Key | undefined,
): AsyncGenerator<readonly Key[]> {
  const pages = paginateQuery({ client, pageSize: PAGE, ...startingAt(from) }, { TableName: table, ...query })
  for await (const { Items = [] } of pages) yield Items.map((item) => pick(unmarshall(item), names))
}

const scanKeys = async function* (
  state: State | undefined,
  { client, table }: Connection,
  from: Key | undefined,
): AsyncGenerator<readonly Key[]> {
  const pages = paginateScan(
    { client, ...startingAt(from) },
    {
      TableName: table,
      ProjectionExpression: 'pk',
      FilterExpression: state ? '#state = :state' : 'attribute_exists(#state)',
      ExpressionAttributeNames: { '#state': 'state' },
      ...(state && { ExpressionAttributeValues: { ':state': { S: state } } }),
    },
  )
  for await (const { Items = [] } of pages) yield Items.map((item) => pick(unmarshall(item), ['pk']))
}

const startingAt = (from: Key | undefined) => (from ? { startingToken: marshall(from) } : {})

const pick = (item: Readonly<Record<string, unknown>>, names: readonly string[]): Key =>
  Object.fromEntries(
    names.map((name) => {
      const value = item[name]
      return [name, typeof value === 'number' ? value : String(value)]
    }),
  )
