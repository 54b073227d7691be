import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, createClock } from '../../lib/local/clock.ts'
import type { StreamRecord } from '../../lib/local/ledger-stream.ts'
import { type LedgerTable, startLedgerTable } from '../../lib/local/ledger-table.ts'

let clock: Clock
let table: LedgerTable
let client: DynamoDBClient

const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'ap-east-1',
    credentials: { accessKeyId: 'made-in-the-run', secretAccessKey: 'made-in-the-run' },
    maxAttempts: 1,
  })

beforeEach(async () => {
  clock = createClock(Date.parse('2030-01-01T00:00:00Z'))
  table = await startLedgerTable({ clock })
  client = clientOf(table.endpoint)
})
afterEach(async () => {
  client.destroy()
  await table.close()
})

const create = (pk: string, changes: Partial<UpdateItemCommandInput> = {}) =>
  client.send(
    new UpdateItemCommand({
      TableName: table.tableName,
      Key: { pk: { S: pk } },
      ConditionExpression: 'attribute_not_exists(pk)',
      UpdateExpression:
        'SET #state = :pending, #next = :query, due = :due, due_at = :at, created_at = :at, attempt = :one',
      ExpressionAttributeNames: { '#state': 'state', '#next': 'next' },
      ExpressionAttributeValues: {
        ':pending': { S: 'PENDING' },
        ':query': { S: 'query' },
        ':due': { S: '1900000109#0' },
        ':at': { N: '1000' },
        ':one': { N: '1' },
      },
      ...changes,
    }),
  )

const claim = (pk: string, attempt: number) =>
  client.send(
    new UpdateItemCommand({
      TableName: table.tableName,
      Key: { pk: { S: pk } },
      ConditionExpression: 'attribute_exists(due) AND attempt = :mine',
      UpdateExpression: 'SET attempt = attempt + :one, due_at = :at',
      ExpressionAttributeValues: { ':mine': { N: String(attempt) }, ':one': { N: '1' }, ':at': { N: '31000' } },
      ReturnValues: 'ALL_NEW',
    }),
  )

const settle = (pk: string) =>
  client.send(
    new UpdateItemCommand({
      TableName: table.tableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'SET #state = :synced REMOVE due, due_at, #next',
      ExpressionAttributeNames: { '#state': 'state', '#next': 'next' },
      ExpressionAttributeValues: { ':synced': { S: 'SYNCED' } },
    }),
  )

const due = async (atMs: number) => {
  const { Items } = await client.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: 'due',
      KeyConditionExpression: 'due = :due AND due_at <= :at',
      ExpressionAttributeValues: { ':due': { S: '1900000109#0' }, ':at': { N: String(atMs) } },
    }),
  )
  return Items
}

describe('the table', () => {
  it('has its key, its indexes and no capacity to plan', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'payscore-ledger' }))

    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    })
    expect(
      Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => [IndexName, KeySchema, Projection]),
    ).toEqual([
      [
        'due',
        [
          { AttributeName: 'due', KeyType: 'HASH' },
          { AttributeName: 'due_at', KeyType: 'RANGE' },
        ],
        { ProjectionType: 'INCLUDE', NonKeyAttributes: ['next', 'state', 'created_at'] },
      ],
      [
        'day',
        [
          { AttributeName: 'day', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        { ProjectionType: 'KEYS_ONLY' },
      ],
      [
        'waits',
        [
          { AttributeName: 'waits', KeyType: 'HASH' },
          { AttributeName: 'created_at', KeyType: 'RANGE' },
        ],
        { ProjectionType: 'KEYS_ONLY' },
      ],
      [
        'case',
        [
          { AttributeName: 'case', KeyType: 'HASH' },
          { AttributeName: 'case_at', KeyType: 'RANGE' },
        ],
        { ProjectionType: 'INCLUDE', NonKeyAttributes: ['transaction_id', 'amount'] },
      ],
    ])
  })

  it('applies a conditional write once, and refuses it when the condition does not hold', async () => {
    await create('1900000109#A')

    const claimed = await claim('1900000109#A', 1)

    expect(claimed.Attributes?.attempt).toEqual({ N: '2' })
    await expect(claim('1900000109#A', 1)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    await expect(create('1900000109#A')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    expect(await table.rows()).toMatchObject([{ pk: '1900000109#A', attempt: 2, due_at: 31_000 }])
  })

  it('answers at the time of its clock, so that the SDK repeats no refused write', async () => {
    const { headers } = await fetch(table.endpoint, { method: 'POST' })

    expect(Math.abs(Date.parse(headers.get('date') ?? '') - clock.now())).toBeLessThan(60_000)
  })

  it('lets one of fifty conditional writes at once win', async () => {
    const records: StreamRecord[] = []
    table.onRecord((record) => void records.push(record))
    await create('1900000109#A')

    const creations = await Promise.allSettled(Array.from({ length: 50 }, () => create('1900000109#B')))
    const claims = await Promise.allSettled(Array.from({ length: 50 }, () => claim('1900000109#A', 1)))

    const winners = (results: PromiseSettledResult<unknown>[]) =>
      results.filter(({ status }) => status === 'fulfilled').length
    expect([winners(creations), winners(claims)]).toEqual([1, 1])
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'INSERT', 'MODIFY'])
  })

  it('shows in its sparse index what has something left to do, with the projected attributes', async () => {
    await create('1900000109#A')
    await create('1900000109#B')

    const before = await due(1_000)
    await settle('1900000109#A')
    await claim('1900000109#B', 1)

    expect(before).toHaveLength(2)
    expect(before?.[0]).toEqual({
      pk: { S: expect.any(String) },
      due: { S: '1900000109#0' },
      due_at: { N: '1000' },
      next: { S: 'query' },
      state: { S: 'PENDING' },
      created_at: { N: '1000' },
    })
    expect(await due(1_000)).toEqual([])
    expect((await due(31_000))?.map(({ pk }) => pk)).toEqual([{ S: '1900000109#B' }])
  })

  it('is found again in its folder after a restart, and its sequence numbers go on', async () => {
    const path = await mkdtemp(join(tmpdir(), 'ledger-'))
    const sequences: string[] = []
    for (const pk of ['1900000109#A', '1900000109#B']) {
      const onDisk = await startLedgerTable({ clock, path })
      const own = clientOf(onDisk.endpoint)
      onDisk.onRecord((record) => void sequences.push(record.dynamodb.SequenceNumber))
      await own.send(new PutItemCommand({ TableName: onDisk.tableName, Item: { pk: { S: pk }, n: { N: '1' } } }))
      own.destroy()
      await onDisk.close()
    }

    const again = await startLedgerTable({ clock, path })
    const rows = await again.rows()
    await again.close()
    await rm(path, { recursive: true })

    expect(rows.toSorted((a, b) => String(a.pk).localeCompare(String(b.pk)))).toEqual([
      { pk: '1900000109#A', n: 1 },
      { pk: '1900000109#B', n: 1 },
    ])
    expect(BigInt(sequences[1] ?? 0)).toBeGreaterThan(BigInt(sequences[0] ?? 0))
  })

  it('survives a client that breaks off in the middle of a request', async () => {
    const { port } = new URL(table.endpoint)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.UpdateItem\r\nContent-Length: 100\r\n\r\n{"Tab',
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.destroy()
    await once(socket, 'close')

    await create('1900000109#A')

    expect(await table.rows()).toHaveLength(1)
  })

  it('finishes what it has begun before it closes', async () => {
    const closing = await startLedgerTable({ clock })
    const own = clientOf(closing.endpoint)
    const writes = Array.from({ length: 20 }, (_, n) =>
      own.send(new PutItemCommand({ TableName: closing.tableName, Item: { pk: { S: String(n) } } })),
    )
    await Promise.race(writes)

    await closing.close()

    await expect(Promise.allSettled(writes)).resolves.toHaveLength(20)
    own.destroy()
  })
})

describe('the stream', () => {
  it('has a record of each write that changed something, with both images', async () => {
    const records: StreamRecord[] = []
    table.onRecord((record) => void records.push(record))
    const Key = { pk: { S: 'A' } }
    const TableName = table.tableName

    await client.send(new PutItemCommand({ TableName, Item: { ...Key, n: { N: '1' } } }))
    await client.send(new PutItemCommand({ TableName, Item: { n: { N: '1' }, ...Key } }))
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: 'SET n = :two',
        ExpressionAttributeValues: { ':two': { N: '2' } },
      }),
    )
    await client.send(new DeleteItemCommand({ TableName, Key }))
    await client.send(new DeleteItemCommand({ TableName, Key }))

    expect(records.map(({ eventName, dynamodb }) => [eventName, dynamodb.OldImage, dynamodb.NewImage])).toEqual([
      ['INSERT', undefined, { pk: { S: 'A' }, n: { N: '1' } }],
      ['MODIFY', { pk: { S: 'A' }, n: { N: '1' } }, { pk: { S: 'A' }, n: { N: '2' } }],
      ['REMOVE', { pk: { S: 'A' }, n: { N: '2' } }, undefined],
    ])
    expect(records[0]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'ap-east-1',
      eventSourceARN: 'arn:aws:dynamodb:ap-east-1:123456789012:table/payscore-ledger/stream/2026-01-01T00:00:00.000',
      dynamodb: {
        ApproximateCreationDateTime: expect.toSatisfy((s: number) => s >= 1_893_456_000 && s < 1_893_456_005),
        Keys: { pk: { S: 'A' } },
        NewImage: { pk: { S: 'A' }, n: { N: '1' } },
        SequenceNumber: expect.stringMatching(/^\d+$/),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    })
  })

  it('is in the order of the writes of each key, each once, with many at the same time', async () => {
    const records: StreamRecord[] = []
    table.onRecord((record) => void records.push(record))
    const add = (pk: string) =>
      client.send(
        new UpdateItemCommand({
          TableName: table.tableName,
          Key: { pk: { S: pk } },
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      )

    await Promise.all(Array.from({ length: 300 }, (_, index) => add(`key-${index % 3}`)))

    const numbers = (pk: string, image: 'OldImage' | 'NewImage') =>
      records
        .filter(({ dynamodb }) => dynamodb.Keys.pk?.S === pk)
        .map(({ dynamodb }) => Number(dynamodb[image]?.n?.N ?? 0))
    for (const pk of ['key-0', 'key-1', 'key-2']) {
      expect(numbers(pk, 'NewImage')).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
      expect(numbers(pk, 'OldImage')).toEqual(Array.from({ length: 100 }, (_, index) => index))
    }
    expect(new Set(records.map(({ dynamodb }) => dynamodb.SequenceNumber)).size).toBe(300)
  })

  it('has the writes of a batch, and none once it was ended', async () => {
    const records: StreamRecord[] = []
    const end = table.onRecord((record) => void records.push(record))
    const batch = (...keys: string[]) =>
      client.send(
        new BatchWriteItemCommand({
          RequestItems: { [table.tableName]: keys.map((pk) => ({ PutRequest: { Item: { pk: { S: pk } } } })) },
        }),
      )

    await batch('A', 'B')
    end()
    await batch('C')

    expect(records.map(({ dynamodb }) => dynamodb.Keys.pk?.S).sort()).toEqual(['A', 'B'])
  })
})

describe('a fault', () => {
  it.each([
    ['throughput-exceeded', 'ProvisionedThroughputExceededException', 0],
    ['throttle', 'ThrottlingException', 0],
    ['fail', 'InternalServerError', 0],
    ['reset', 'TimeoutError', 0],
    ['lose-answer', 'TimeoutError', 1],
  ] as const)('%s ends in %s with %i rows written', async (kind, name, written) => {
    table.faults.add({ kind })

    const error = await create('1900000109#A').catch((reason: Error) => reason)

    expect(error).toMatchObject({ name })
    expect(await table.rows()).toHaveLength(written)
    expect(table.faults.injected).toEqual({ [kind]: 1 })
    await create('1900000109#B')
  })

  it('hang does nothing and never answers', async () => {
    table.faults.add({ kind: 'hang' })
    const command = new PutItemCommand({ TableName: table.tableName, Item: { pk: { S: 'A' } } })

    const put = client.send(command, { abortSignal: AbortSignal.timeout(100) })

    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    expect(await table.rows()).toEqual([])
  })

  it('strikes the operation and the row that it is meant for', async () => {
    table.faults.add({
      kind: 'fail',
      times: 2,
      match: ({ operation, input }) => operation === 'UpdateItem' && JSON.stringify(input.Key) === '{"pk":{"S":"B"}}',
    })

    await create('A')
    await client.send(new GetItemCommand({ TableName: table.tableName, Key: { pk: { S: 'B' } } }))

    await expect(create('B')).rejects.toMatchObject({ name: 'InternalServerError' })
    await expect(create('B')).rejects.toMatchObject({ name: 'InternalServerError' })
    await create('B')
  })
})
