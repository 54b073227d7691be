import { inspect } from 'node:util'
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { createLedger, type Ledger } from '../../lib/aws/ledger.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { create } from '../../lib/ledger/transitions/notice.ts'
import { type CannedAnswer, startCannedAws } from '../support/canned-aws.ts'
import { startDynalite } from '../support/dynalite.ts'
import { dynamoClient } from '../support/ledger-table.ts'
import { serveRaw } from '../support/loopback.ts'
import { NOW, ORDER, PK } from '../support/orders.ts'

const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
const ROW = `{"pk":{"S":"${PK}"},"receipt":{"M":{"body":{"S":"${OPENID}"}}}}`

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const ledgerAt = (endpoint: string): Ledger => {
  const client = dynamoClient(endpoint)
  closing.push(() => client.destroy())
  return createLedger(client, 'ledger')
}

const canned = async (answer: CannedAnswer) => {
  const aws = await startCannedAws(answer)
  closing.push(aws.close)
  return aws
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  )

const PARTY = '1900000109#party#serviceorder#1900000109#500001#wxd678efh567hg6787#'

const METHODS = [
  ['read', (ledger: Ledger) => ledger.read(PK)],
  ['apply', (ledger: Ledger) => ledger.apply(create(ORDER, NOW))],
  ['count', (ledger: Ledger) => ledger.count('1900000109#hour#498746', 1_795_492_800)],
  ['meet', (ledger: Ledger) => ledger.recordKnownParty(PARTY, 1_830_047_400)],
  ['miss', (ledger: Ledger) => ledger.recordAbsentOrder(PARTY, ORDER.out_order_no, 1_830_047_400)],
  [
    'refused',
    (ledger: Ledger) => ledger.recordRefusedSubMerchant('1900000200#refused#20261124', '1900000201', 1_830_047_400),
  ],
  ['due', (ledger: Ledger) => ledger.due('1900000109#0', NOW, 10)],
] as const

describe.each(METHODS)('%s', (_, ask) => {
  it.each([
    [
      'a refusal that quotes a row',
      { status: 400, body: `{"__type":"ValidationException","message":"bad item","Item":${ROW}}` },
      'the ledger says ValidationException',
    ],
    [
      'a refused permission',
      { status: 400, body: '{"__type":"AccessDeniedException","message":"arn:aws:iam::123456789012:role/sync"}' },
      'the ledger says AccessDeniedException',
    ],
    ['a row cut short', { status: 200, body: `{"Item":${ROW.slice(0, -1)}` }, 'the ledger says SyntaxError'],
    ['a failure of DynamoDB', { status: 500, body: ROW }, 'the ledger says'],
  ])('throws UnavailableError, and no word of a row, for %s', async (_, answer, message) => {
    const { endpoint } = await canned(answer)

    const error = await failure(ask(ledgerAt(endpoint)))

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', message: expect.stringContaining(message) })
    const shown = inspect(error, { depth: 10, showHidden: true })
    expect(shown).not.toContain(OPENID)
    expect(shown).not.toContain(ORDER.out_order_no)
    expect(shown).not.toContain('arn:aws')
  })

  it('throws UnavailableError when nobody listens', async () => {
    const { endpoint, close } = await startCannedAws({ status: 200, body: '{}' })
    await close()

    const error = await failure(ask(ledgerAt(endpoint)))

    expect(error).toBeInstanceOf(UnavailableError)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(ORDER.out_order_no)
  })

  it('throws UnavailableError for what is thrown and is no error', async () => {
    const client = { send: () => Promise.reject(ROW) } as unknown as DynamoDBClient

    const asked = ask(createLedger(client, 'ledger'))

    await expect(asked).rejects.toThrow(new UnavailableError('the ledger says unknown error'))
  })

  it('throws UnavailableError when there is no such table', async () => {
    const { endpoint, close } = await startDynalite()
    closing.push(close)

    const error = await failure(ask(ledgerAt(endpoint)))

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ message: 'the ledger says ResourceNotFoundException' })
  })
})

it.each([
  ['a count', (ledger: Ledger) => ledger.count('1900000109#hour#498746', 1_795_492_800)],
  ['to meet a party', (ledger: Ledger) => ledger.recordKnownParty(PARTY, 1_830_047_400)],
  ['to miss an order', (ledger: Ledger) => ledger.recordAbsentOrder(PARTY, ORDER.out_order_no, 1_830_047_400)],
  [
    'a refused sub-merchant',
    (ledger: Ledger) => ledger.recordRefusedSubMerchant('1900000200#refused#20261124', '1900000201', 1_830_047_400),
  ],
])('gives up %s before it would ask twice: a payment waits for it', async (_, ask) => {
  const { port, requests } = await serveRaw(() => {})

  const error = await failure(ask(ledgerAt(`http://127.0.0.1:${port}`)))

  expect(error).toBeInstanceOf(UnavailableError)
  expect(requests).toHaveLength(1)
})

it('gives up as soon to look whether what it counts is new', async () => {
  const { port, requests } = await serveRaw(() => {})

  const ledger = ledgerAt(`http://127.0.0.1:${port}`)
  const error = await failure(ledger.count('1900000109#hour#2026112410#0', 1_795_492_800, '1900000109#A'))

  expect(error).toBeInstanceOf(UnavailableError)
  expect(requests).toHaveLength(1)
})

it.each([{}, { Attributes: {} }])('knows no count when the answer says none: %j', async (answer) => {
  const client = { send: async () => answer } as unknown as DynamoDBClient

  expect(await createLedger(client, 'ledger').count('1900000109#hour#498746', 1_795_492_800)).toBeNaN()
})

it('writes only once that WeChat Pay knows a party, unless the write failed', async () => {
  const { endpoint, asked, answerWith } = await canned({ status: 500, body: '{}' })
  const ledger = ledgerAt(endpoint)
  const record = (party: string) => ledger.recordKnownParty(party, 1_830_047_400)

  await failure(record(PARTY))
  answerWith({ status: 200, body: '{}' })
  asked.splice(0)
  await record(PARTY)
  await record(PARTY)
  await record(`${PARTY}another`)

  expect(asked).toMatchObject([
    { operation: 'UpdateItem', input: { Key: { pk: { S: PARTY } } } },
    { operation: 'UpdateItem', input: { Key: { pk: { S: `${PARTY}another` } } } },
  ])
})

describe('an order that WeChat Pay does not know', () => {
  /** Records the order; DynamoDB has this item of the party, and answers the write so. */
  const recordAt = async (item: Record<string, AttributeValue>, write: () => object = () => ({})) => {
    let writes = 0
    const client = {
      send: async (command: object) => {
        if (command instanceof GetItemCommand) return { Item: item }
        writes += 1
        return write()
      },
    } as unknown as DynamoDBClient
    const ledger = createLedger(client, 'ledger')
    const status = await ledger.recordAbsentOrder(PARTY, ORDER.out_order_no, 1_830_047_400)
    return { ...status, writes }
  }

  it.each([
    ['the party is known', { is_known: { BOOL: true } }, { isKnown: true, absent: 0 }],
    ['it was written before', { absent: { SS: ['A', ORDER.out_order_no] } }, { isKnown: false, absent: 2 }],
    ['as many as are counted were written', { absent: { SS: ['A', 'B', 'C'] } }, { isKnown: false, absent: 3 }],
  ])('is not written where %s', async (_, item, status) => {
    expect(await recordAt(item)).toStrictEqual({ ...status, writes: 0 })
  })

  it.each([{}, { Attributes: {} }, { Attributes: { absent: {} } }])(
    'counts for nothing when the answer tells no count: %j',
    async (answer) => {
      expect(await recordAt({}, () => answer)).toStrictEqual({ isKnown: false, absent: 0, writes: 1 })
    },
  )

  it('counts for nothing when the party became known between reading and writing', async () => {
    const failing = () => {
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' })
    }

    expect(await recordAt({}, failing)).toStrictEqual({ isKnown: true, absent: 0, writes: 1 })
  })

  it('throws UnavailableError when it could not be written for another reason', async () => {
    const failing = () => {
      throw Object.assign(new Error(ROW), { name: 'InternalServerError' })
    }

    await expect(recordAt({}, failing)).rejects.toThrow(new UnavailableError('the ledger says InternalServerError'))
  })
})

it('reads with strong consistency', async () => {
  const { endpoint, asked } = await canned({ status: 200, body: '{}' })

  const row = await ledgerAt(endpoint).read(PK)

  expect(row).toBeUndefined()
  expect(asked).toStrictEqual([
    {
      operation: 'GetItem',
      input: { TableName: 'ledger', Key: { pk: { S: '1900000109#1234323JKHDFE1243252' } }, ConsistentRead: true },
    },
  ])
})

it('asks the index of due rows by key and time, a page at a time', async () => {
  const { endpoint, asked } = await canned({ status: 200, body: '{}' })
  const from = { pk: { S: PK }, due: { S: '1900000109#0' }, due_at: { N: '1795487399999' } }

  const page = await ledgerAt(endpoint).due('1900000109#0', NOW, 25, from)

  expect(page).toStrictEqual({ rows: [] })
  expect(asked).toStrictEqual([
    {
      operation: 'Query',
      input: {
        TableName: 'ledger',
        IndexName: 'due',
        KeyConditionExpression: '#due = :due AND #due_at <= :now',
        ExpressionAttributeNames: { '#due': 'due', '#due_at': 'due_at' },
        ExpressionAttributeValues: { ':due': { S: '1900000109#0' }, ':now': { N: '1795487400000' } },
        Limit: 25,
        ExclusiveStartKey: from,
      },
    },
  ])
})
