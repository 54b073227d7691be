import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as lean from '../../../lib/aws/sdk/lean-clients.ts'
import { retryStrategy } from '../../../lib/aws/sdk/retry-strategy.ts'
import { functionSettings } from '../../../lib/aws/sdk/settings.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'ap-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | Error
type Sent = {
  readonly hostname: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Settings of a function with a network that gives these answers, the last one for ever, and no pause before a retry. */
const networkOf = (...answers: readonly [Answer, ...Answer[]]) => {
  const requests: Sent[] = []
  const handle = async (request: Sent) => {
    requests.push({ ...request, headers: { ...request.headers }, body: Buffer.from(request.body).toString() })
    const answer = answers[Math.min(requests.length, answers.length) - 1] ?? answers[0]
    if (answer instanceof Error) throw answer
    const { status, headers = {}, body = '{}' } = answer
    return { response: { statusCode: status, headers, body: Buffer.from(body) } }
  }
  const atOnce: typeof retryStrategy = {
    ...retryStrategy,
    refreshRetryTokenForRetry: async (...before) => ({
      ...(await retryStrategy.refreshRetryTokenForRetry(...before)),
      getRetryDelay: () => 0,
    }),
  }
  const settings = (service: Parameters<typeof functionSettings>[0]) => ({
    ...functionSettings(service),
    requestHandler: { ...functionSettings(service).requestHandler, handle } as never, // the requests of both have what is read here
    retryStrategy: atOnce,
  })
  return { requests, settings }
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (error: unknown) => error,
  )

const INPUT = { TableName: 'ledger', Key: { pk: { S: '支' } } } as const

/** The SDK beside ours: whatever is said of one is said of both. */
const WRITES: readonly (readonly [string, (config: DynamoDBClientConfig) => Promise<unknown>])[] = [
  ['the SDK', (config) => new DynamoDBClient(config).send(new UpdateItemCommand(INPUT))],
  [
    'the bundles',
    (config) => new lean.DynamoDBClient(config as never).send(new lean.UpdateItemCommand(INPUT)), // the settings of a function, as above
  ],
]

const refusal = (name: string, status = 400): Answer => ({ status, body: JSON.stringify({ __type: name }) })
const network = (code: string): Answer => Object.assign(new Error('secret'), { code })
const named = (name: string): Answer => Object.assign(new Error('secret'), { name })

describe.each(WRITES)('a write by the client of %s', (_whose, write) => {
  it.each([
    ['a failed condition', refusal('ConditionalCheckFailedException'), 1],
    ['a request that is wrong', refusal('ValidationException'), 1],
    ['a table that is not there', refusal('ResourceNotFoundException'), 1],
    ['a missing permission', refusal('AccessDeniedException'), 1],
    ['credentials that have expired', refusal('ExpiredTokenException'), 1],
    ['a signature that is wrong', refusal('InvalidSignatureException'), 1],
    ['an answer cut short', { status: 200, body: '{"Attributes":{' }, 1],
    ['an answer that is no JSON', { status: 200, body: '<html>' }, 1],
    ['a request that was given up', named('AbortError'), 1],
    ['a certificate that nobody trusts', network('CERT_HAS_EXPIRED'), 1],
    ['too many writes of one row', refusal('ThrottlingException'), 2],
    ['too many writes of the table', refusal('ProvisionedThroughputExceededException'), 2],
    ['too many requests of the account', refusal('RequestLimitExceeded'), 2],
    ['too many control requests', refusal('LimitExceededException'), 2],
    ['a transaction that is on its way', refusal('TransactionInProgressException'), 2],
    ['a status of too many requests', refusal('Any', 429), 2],
    ['a request that came too slowly', refusal('RequestTimeout'), 2],
    ['a failure of the service', refusal('InternalServerError', 500), 2],
    ['a failure without JSON', { status: 502, body: '<html>Bad Gateway</html>' }, 2],
    ['a service that is not there', { status: 503, body: '' }, 2],
    ['a gateway that waited in vain', { status: 504, body: '{}' }, 2],
    ['a status that is the server’s fault', refusal('Any', 507), 2],
    ['no answer in time', named('TimeoutError'), 2],
    ['a socket that was closed', network('ECONNRESET'), 2],
    ['nobody who listens', network('ECONNREFUSED'), 2],
    ['a write to a closed socket', network('EPIPE'), 2],
    ['a connection that timed out', network('ETIMEDOUT'), 2],
    ['a host that is not reached', network('EHOSTUNREACH'), 2],
    ['a network that is not reached', network('ENETUNREACH'), 2],
    ['a name that is not known', network('ENOTFOUND'), 2],
    ['a name that cannot be asked for now', network('EAI_AGAIN'), 2],
  ] as const)('fails after %s: %j, asked %i times', async (_what, answer, times) => {
    const { requests, settings } = networkOf(answer)

    const error = await failure(write(settings('dynamodb')))

    expect(error).toBeInstanceOf(Error)
    expect(requests).toHaveLength(times)
  })

  it('is answered at the second time', async () => {
    const { requests, settings } = networkOf(refusal('ThrottlingException'), {
      status: 200,
      body: '{"Attributes":{"pk":{"S":"支"}}}',
    })

    expect(await write(settings('dynamodb'))).toMatchObject({ Attributes: { pk: { S: '支' } } })
    expect(requests).toHaveLength(2)
  })

  it.each([
    [{}, '{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"secret"}', 'ValidationException'],
    [{}, '{"__type":"ValidationException"}', 'ValidationException'],
    [{}, '{"code":"ValidationException"}', 'ValidationException'],
    [{ 'x-amzn-errortype': 'ValidationException:http://internal.amazon.com/' }, '{}', 'ValidationException'],
    [{ 'x-amzn-errortype': 'Another' }, '{"__type":"ValidationException"}', 'ValidationException'],
    [{}, '{"__type":"ValidationException","code":"Another"}', 'ValidationException'],
  ])('fails by the name in %j %s', async (headers, body, name) => {
    const { settings } = networkOf({ status: 400, headers, body })

    expect(await failure(write(settings('dynamodb')))).toMatchObject({ name })
  })

  it.each([
    ['240 s behind', '2026-11-24T02:34:00Z', ['20261124T023000Z', '20261124T023400Z']],
    ['240 s ahead', '2026-11-24T02:26:00Z', ['20261124T023000Z', '20261124T022600Z']],
    ['239 s behind', '2026-11-24T02:33:59Z', ['20261124T023000Z']],
  ])('signs by the clock of AWS when its own is %s', async (_how, theirs, times) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T02:30:00Z') })
    const headers = { date: new Date(theirs).toUTCString() }
    const { requests, settings } = networkOf({ ...refusal('InvalidSignatureException'), headers } as Answer)

    await failure(write(settings('dynamodb')))

    expect(requests.map((request) => request.headers['x-amz-date'])).toEqual(times)
  })

  it('takes the time from no answer that a cache has kept', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T02:30:00Z') })
    const headers = { date: 'Tue, 24 Nov 2026 02:40:00 GMT', age: '600' }
    const { requests, settings } = networkOf({ ...refusal('InvalidSignatureException'), headers } as Answer)

    await failure(write(settings('dynamodb')))

    expect(requests).toHaveLength(1)
  })

  it('says what it wants as JSON', async () => {
    const { requests, settings } = networkOf({ status: 200 })

    await write(settings('dynamodb'))

    expect(requests).toMatchObject([
      {
        hostname: 'dynamodb.ap-east-1.amazonaws.com',
        method: 'POST',
        path: '/',
        headers: {
          host: 'dynamodb.ap-east-1.amazonaws.com',
          'content-type': 'application/x-amz-json-1.0',
          'content-length': '47',
          'x-amz-target': 'DynamoDB_20120810.UpdateItem',
        },
        body: '{"TableName":"ledger","Key":{"pk":{"S":"支"}}}',
      },
    ])
  })
})

describe('bytes in a row', () => {
  const HELD = {
    status: 200,
    body: '{"Attributes":{"pk":{"S":"B"},"answer":{"B":"AQID"},"B":{"M":{"B":{"S":"AQID"}}}}}',
  }
  const written = { ...INPUT, ExpressionAttributeValues: { ':answer': { B: new Uint8Array([1, 2, 3]) } } }
  const read = { pk: { S: 'B' }, answer: { B: new Uint8Array([1, 2, 3]) }, B: { M: { B: { S: 'AQID' } } } }

  it.each([
    ['the SDK', (config: DynamoDBClientConfig) => new DynamoDBClient(config).send(new UpdateItemCommand(written))],
    [
      'the bundles',
      (config: DynamoDBClientConfig) =>
        new lean.DynamoDBClient(config as never).send(new lean.UpdateItemCommand(written)), // the settings of a function, as above
    ],
  ])('are base64 on the way, by the client of %s', async (_whose, write) => {
    const { requests, settings } = networkOf(HELD)

    const { Attributes } = await write(settings('dynamodb'))

    expect(requests[0]?.body).toContain('"ExpressionAttributeValues":{":answer":{"B":"AQID"}}')
    expect(Attributes).toEqual(read)
  })
})

describe('the clients of the bundles', () => {
  it('tell a failed condition from any other failure, as the SDK does', async () => {
    const fail = async (name: string) => {
      const { settings } = networkOf(refusal(name))
      return failure(new lean.DynamoDBClient(settings('dynamodb')).send(new lean.UpdateItemCommand(INPUT)))
    }

    expect(await fail('ConditionalCheckFailedException')).toBeInstanceOf(lean.ConditionalCheckFailedException)
    expect(await fail('ConditionalCheckFailedException')).toMatchObject({ name: ConditionalCheckFailedException.name })
    expect(await fail('ValidationException')).not.toBeInstanceOf(lean.ConditionalCheckFailedException)
  })

  it('keep no word of what a service says', async () => {
    const { settings } = networkOf({ status: 400, body: '{"__type":"ValidationException","message":"secret"}' })

    const error = await failure(new lean.DynamoDBClient(settings('dynamodb')).send(new lean.GetItemCommand(INPUT)))

    expect(error).toMatchObject({ message: '' })
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  it.each([
    ['events', 'events.ap-east-1.amazonaws.com', 'AWSEvents.PutEvents', '{"Entries":[]}'],
    [
      'secretsmanager',
      'secretsmanager.ap-east-1.amazonaws.com',
      'secretsmanager.GetSecretValue',
      '{"SecretId":"payscore/1900000109"}',
    ],
  ] as const)('ask %s as the SDK does', async (service, hostname, target, body) => {
    const { requests, settings } = networkOf({ status: 200 })

    if (service === 'events') {
      await new EventBridgeClient(settings(service)).send(new PutEventsCommand({ Entries: [] }))
      await new lean.EventBridgeClient(settings(service)).send(new lean.PutEventsCommand({ Entries: [] }))
    } else {
      const SecretId = 'payscore/1900000109'
      await new SecretsManagerClient(settings(service)).send(new GetSecretValueCommand({ SecretId }))
      await new lean.SecretsManagerClient(settings(service)).send(new lean.GetSecretValueCommand({ SecretId }))
    }

    const asked = {
      hostname,
      method: 'POST',
      path: '/',
      headers: { host: hostname, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body,
    }
    expect(requests).toMatchObject([asked, asked])
  })
})
