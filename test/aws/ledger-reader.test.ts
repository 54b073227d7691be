import { BatchGetItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLedgerReader } from '../../lib/aws/ledger-reader.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { CLAIMED } from '../support/orders.ts'

afterEach(() => {
  vi.useRealTimers()
})

const TABLE = 'payscore-ledger'
const keysOf = (pks: readonly string[]) => pks.map((pk) => ({ pk: { S: pk } }))

const readerOf = (send: (command: unknown) => Promise<unknown>) =>
  createLedgerReader(Object.assign(new DynamoDBClient({ region: 'ap-east-1' }), { send }) as DynamoDBClient, TABLE)

type Answer = { readonly found?: readonly string[]; readonly left?: readonly string[] }

/** A reader whose DynamoDB gives these answers one after the other, the last again and again; and what it was asked. */
const answering = (...answers: readonly (Answer | Error)[]) => {
  const asked: BatchGetItemCommand['input'][] = []
  const reader = readerOf(async (command) => {
    if (!(command instanceof BatchGetItemCommand)) throw new Error('only batches are expected')
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(command.input)
    if (answer instanceof Error) throw answer
    return {
      Responses: { [TABLE]: (answer?.found ?? []).map((pk) => marshall({ ...CLAIMED, pk })) },
      ...(answer?.left && { UnprocessedKeys: { [TABLE]: { Keys: keysOf(answer.left) } } }),
    }
  })
  return { reader, asked }
}
const pksOf = (asked: readonly BatchGetItemCommand['input'][]) =>
  asked.map(({ RequestItems }) => RequestItems?.[TABLE]?.Keys?.map(({ pk }) => pk?.S))

describe('many rows', () => {
  it('are read in one batch, strongly consistent, without the words of WeChat Pay', async () => {
    const { reader, asked } = answering({ found: ['m#a', 'm#b'] })

    const rows = await reader.readMany(['m#a', 'm#b', 'm#c'])

    expect([...rows.keys()]).toEqual(['m#a', 'm#b'])
    expect(rows.get('m#a')).toEqual({ ...CLAIMED, pk: 'm#a' })
    const request = asked[0]?.RequestItems?.[TABLE]
    expect(request).toMatchObject({ Keys: keysOf(['m#a', 'm#b', 'm#c']), ConsistentRead: true })
    const names = request?.ExpressionAttributeNames ?? {}
    const projected = request?.ProjectionExpression?.split(', ').map((path) =>
      path
        .split('.')
        .map((name) => names[name])
        .join('.'),
    )
    expect(projected).toEqual([
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
      'expected_amount',
      'last_error',
      'late_at',
      'day',
      'reason',
      'amount',
      'transaction_id',
      'created_at',
      'settled_at',
      'settled_by',
      'refunds',
      'case',
      'case_at',
      'bill',
      'bill_at',
      'taken_at',
      'proved_at',
      'statement',
      'shop_id',
      'cashier_id',
      'pos_ref',
      'v',
      'receipt.sent_at',
      'proof.sent_at',
    ])
  })

  it('that nobody asks for ask nothing', async () => {
    const { reader, asked } = answering({})

    expect((await reader.readMany([])).size).toBe(0)
    expect(asked).toEqual([])
  })

  it('that DynamoDB leaves over are asked for again, and those alone', async () => {
    const { reader, asked } = answering({ found: ['m#a'], left: ['m#b', 'm#c'] }, { left: ['m#c'] }, { found: ['m#c'] })

    const rows = await reader.readMany(['m#a', 'm#b', 'm#c'])

    expect(pksOf(asked)).toEqual([['m#a', 'm#b', 'm#c'], ['m#b', 'm#c'], ['m#c']])
    expect([...rows.keys()]).toEqual(['m#a', 'm#c'])
  })

  it('that DynamoDB leaves over are waited for longer each time, and given up in the end: none is taken for missing', async () => {
    vi.useFakeTimers()
    const { reader, asked } = answering({ left: ['m#a'] })
    const startedAt = Date.now()
    const times: number[] = []

    const read = reader.readMany(['m#a']).catch((error: unknown) => error)
    for (let seen = 0; seen < 8; ) {
      await vi.advanceTimersByTimeAsync(1)
      if (asked.length > seen) times.push(Date.now() - startedAt)
      seen = asked.length
    }
    const failure = await read

    expect(times).toEqual([0, 20, 70, 170, 370, 770, 1570, 3170].map((time) => expect.closeTo(time, -1)))
    expect(asked).toHaveLength(8)
    expect(failure).toBeInstanceOf(UnavailableError)
    expect(String(failure)).toContain('the ledger leaves keys of a batch over again and again')
  })

  it.each([
    [Object.assign(new Error('secret words'), { name: 'ThrottlingException' }), 'the ledger says ThrottlingException'],
    [Object.assign(new Error('secret words'), { name: 'TimeoutError' }), 'the ledger says TimeoutError'],
  ])('cannot be had while DynamoDB fails, and its words are not passed on: %#', async (error, message) => {
    const failure = await answering(error)
      .reader.readMany(['m#a'])
      .catch((thrown: unknown) => thrown)

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(failure).toMatchObject({ message })
  })
})

describe('the orders of a day', () => {
  it('are read page by page from the index, to the end', async () => {
    const asked: QueryCommand['input'][] = []
    const pages = [
      { Items: keysOf(['m#a', 'm#b']), LastEvaluatedKey: { pk: { S: 'm#b' } } },
      { Items: [], LastEvaluatedKey: { pk: { S: 'm#c' } } },
      { Items: keysOf(['m#d']) },
    ]
    const reader = readerOf(async (command) => {
      if (!(command instanceof QueryCommand)) throw new Error('only queries are expected')
      // As it goes over the wire: the paginator changes one input from page to page.
      asked.push(JSON.parse(JSON.stringify(command.input)))
      return pages[asked.length - 1]
    })

    const found: (readonly string[])[] = []
    for await (const page of reader.day('m#20261124#0')) found.push(page)

    expect(found).toEqual([['m#a', 'm#b'], [], ['m#d']])
    const first = {
      TableName: TABLE,
      IndexName: 'day',
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': 'day' },
      ExpressionAttributeValues: { ':key': { S: 'm#20261124#0' } },
      Limit: 1000,
    }
    expect(asked).toStrictEqual([
      first,
      { ...first, ExclusiveStartKey: { pk: { S: 'm#b' } } },
      { ...first, ExclusiveStartKey: { pk: { S: 'm#c' } } },
    ])
  })

  it.each([
    [1, true],
    [0, false],
  ])('are asked for alone, whether there is any: %i', async (Count, hasAny) => {
    const asked: unknown[] = []
    const reader = readerOf(async (command) => {
      if (command instanceof QueryCommand) asked.push(command.input)
      return { Count }
    })

    expect(await reader.hasDay('m#20261124#0')).toBe(hasAny)
    expect(asked).toMatchObject([
      { IndexName: 'day', ExpressionAttributeValues: { ':key': { S: 'm#20261124#0' } }, Select: 'COUNT', Limit: 1 },
    ])
  })

  it('cannot be had while DynamoDB fails', async () => {
    const reader = readerOf(() => Promise.reject(Object.assign(new Error('x'), { name: 'InternalServerError' })))
    const day = reader.day('m#20261124#0')

    await expect(day.next()).rejects.toThrow('the ledger says InternalServerError')
  })
})

it('the orders that wait for a person are read from their index', async () => {
  const asked: unknown[] = []
  const reader = readerOf(async (command) => {
    if (command instanceof QueryCommand) asked.push(command.input)
    return { Items: keysOf(['m#a']) }
  })

  const found: (readonly string[])[] = []
  for await (const page of reader.waiting('1900000200#1')) found.push(page)

  expect(found).toEqual([['m#a']])
  expect(asked).toMatchObject([{ IndexName: 'waits', ExpressionAttributeValues: { ':key': { S: '1900000200#1' } } }])
})
