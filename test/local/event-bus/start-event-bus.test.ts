import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Clock, createClock } from '../../../lib/local/clock.ts'
import { createDeadLetterQueue } from '../../../lib/local/event-bus/dead-letter-queue.ts'
import { type EventBus, startEventBus } from '../../../lib/local/event-bus/start-event-bus.ts'
import { failed, type Invocable, type Outcome, TooManyRequestsException } from '../../../lib/local/lambda/invocation.ts'
import { startLambda } from '../../../lib/local/lambda/start-lambda.ts'
import { writeToyBundle } from '../lambda/toy-bundle.ts'

let clock: Clock
let bus: EventBus
let client: EventBridgeClient

beforeEach(async () => {
  clock = createClock(Date.parse('2030-01-01T00:00:00Z'))
  bus = await startEventBus({ clock, name: 'payscore' })
  client = new EventBridgeClient({
    endpoint: bus.endpoint,
    region: 'ap-east-1',
    credentials: { accessKeyId: 'made-in-the-run', secretAccessKey: 'made-in-the-run' },
    maxAttempts: 1,
  })
})
afterEach(async () => {
  client.destroy()
  await bus.close()
})

const entry = (changes: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: 'com.example.pos',
  DetailType: 'Payscore Order Paid Offline',
  Detail: '{"mchid":"1900000109"}',
  EventBusName: 'payscore',
  ...changes,
})
const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }))
const raw = (headers: Record<string, string>, body = JSON.stringify({ Entries: [entry()] })) =>
  fetch(bus.endpoint, { method: 'POST', headers: { 'X-Amz-Target': 'AWSEvents.PutEvents', ...headers }, body })

/** A Lambda in this process that keeps its events and ends as told. */
const fakeLambda = (act: (event: { detail: Record<string, unknown> }) => Promise<Outcome> | Outcome) => {
  const received: { detail: Record<string, unknown> }[] = []
  const lambda: Invocable = {
    invoke: async (event) => {
      const copy = JSON.parse(JSON.stringify(event))
      received.push(copy)
      return { ...(await act(copy)), requestId: `request-${received.length}`, cold: false, logs: [], durationMs: 1 }
    },
  }
  return { lambda, received }
}
const returned: Outcome = { result: null, timedOut: false }
const failure = failed({ errorType: 'Error', errorMessage: 'no' })

describe('PutEvents', () => {
  it('takes what the SDK puts and gives each entry an id', async () => {
    const answer = await put(
      entry(),
      entry({ Detail: '{}', EventBusName: 'arn:aws:events:ap-east-1:123456789012:event-bus/payscore' }),
    )

    expect(answer.FailedEntryCount).toBe(0)
    expect(answer.Entries?.map(({ EventId }) => EventId)).toEqual(bus.history.events.map(({ id }) => id))
    expect(bus.history.events[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: 'com.example.pos',
      detailType: 'Payscore Order Paid Offline',
      detail: '{"mchid":"1900000109"}',
      timeMs: expect.toSatisfy((ms: number) => ms >= 1_893_456_000_000 && ms < 1_893_456_005_000),
      resources: [],
    })
  })

  it.each([
    [
      'Source',
      { Source: '' },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'DetailType',
      { DetailType: '' },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    ],
    [
      'Detail',
      { Detail: '' },
      'InvalidArgument',
      'Parameter Detail is not valid. Reason: Detail is a required argument.',
    ],
    [
      'EventBusName',
      { EventBusName: '' },
      'InvalidArgument',
      'Parameter EventBusName is not valid. Reason: EventBusName is a required argument.',
    ],
    ['another bus', { EventBusName: 'other' }, 'ResourceNotFoundException', 'Event bus other does not exist.'],
    ['a source of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a detail that is a list', { Detail: '[]' }, 'MalformedDetail', 'Detail is malformed.'],
  ])('refuses an entry for %s and takes its neighbour', async (_, changes, ErrorCode, ErrorMessage) => {
    const answer = await put(entry(changes), entry())

    expect(answer.FailedEntryCount).toBe(1)
    expect(answer.Entries).toEqual([{ ErrorCode, ErrorMessage }, { EventId: expect.any(String) }])
    expect(bus.history.events).toHaveLength(1)
  })

  it('takes ten entries and refuses eleven as a whole', async () => {
    const ten = await put(...Array.from({ length: 10 }, () => entry()))

    expect(ten.Entries).toHaveLength(10)
    await expect(put(...Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await expect(put()).rejects.toMatchObject({ name: 'ValidationException' })
    expect(bus.history.events).toHaveLength(10)
  })

  it('takes 256 KB and refuses a byte more', async () => {
    const overhead = 'com.example.pos'.length + 'Payscore Order Paid Offline'.length + '{"x":""}'.length
    const ofBytes = (bytes: number) => entry({ Detail: `{"x":"${'y'.repeat(bytes - overhead)}"}` })

    await put(ofBytes(262_144))

    await expect(put(ofBytes(262_145))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    })
    expect(bus.history.events).toHaveLength(1)
  })

  it.each([
    ['without a signature', {}, 'MissingAuthenticationTokenException'],
    ['with another scheme', { Authorization: 'Bearer x' }, 'IncompleteSignatureException'],
    [
      'with a signature for another service',
      {
        Authorization: `AWS4-HMAC-SHA256 Credential=A/20300101/ap-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
      'IncompleteSignatureException',
    ],
    ['for another operation', { 'X-Amz-Target': 'AWSEvents.PutRule' }, 'UnknownOperationException'],
  ])('refuses a request %s', async (_, headers, type) => {
    const response = await raw(headers)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ __type: type })
    expect(bus.history.events).toEqual([])
  })
})

describe('a fault', () => {
  it.each([
    ['fail', 'InternalException', 0],
    ['throttle', 'ThrottlingException', 0],
    ['reset', 'TimeoutError', 0],
    ['lose-answer', 'TimeoutError', 1],
  ] as const)('%s ends in %s with %i events taken', async (kind, name, taken) => {
    bus.faults.add({ kind })

    const error = await put(entry()).then(
      () => undefined,
      (reason: Error) => reason,
    )

    expect(error).toMatchObject({ name })
    expect(bus.history.events).toHaveLength(taken)
    expect(bus.faults.injected).toEqual({ [kind]: 1 })
    expect((await put(entry())).FailedEntryCount).toBe(0)
  })

  it('hang never answers', async () => {
    bus.faults.add({ kind: 'hang' })

    const put = client.send(new PutEventsCommand({ Entries: [entry()] }), { abortSignal: AbortSignal.timeout(100) })

    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    expect(bus.history.events).toEqual([])
  })

  it('refuse-entries refuses seven of ten, of the request it matches', async () => {
    bus.faults.add({ kind: 'refuse-entries', match: ({ Entries }) => Entries?.length === 10 })

    const one = await put(entry())
    const ten = await put(...Array.from({ length: 10 }, () => entry()))

    expect(one.FailedEntryCount).toBe(0)
    expect(ten.FailedEntryCount).toBe(7)
    expect(ten.Entries?.map(({ ErrorCode }) => ErrorCode ?? 'taken')).toEqual([
      ...Array<string>(7).fill('InternalFailure'),
      ...Array<string>(3).fill('taken'),
    ])
    expect(bus.history.events).toHaveLength(4)
  })
})

describe('a rule', () => {
  it('hands the envelope of each event that matches to its Lambda', async () => {
    const { lambda, received } = fakeLambda(() => returned)
    bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda } })

    await put(entry({ Time: new Date('2029-12-31T23:59:59Z') }), entry({ Source: 'com.example.other' }))
    await bus.idle()

    const [event] = bus.history.events
    expect(received).toEqual([
      {
        version: '0',
        id: event?.id,
        'detail-type': 'Payscore Order Paid Offline',
        source: 'com.example.pos',
        account: '123456789012',
        time: '2029-12-31T23:59:59Z',
        region: 'ap-east-1',
        resources: [],
        detail: { mchid: '1900000109' },
      },
    ])
    expect(bus.history.deliveries).toEqual([
      {
        rule: 'paid',
        eventId: event?.id,
        attempt: 1,
        atMs: expect.any(Number),
        durationMs: 1,
        requestId: 'request-1',
        outcome: 'returned',
        next: 'done',
      },
    ])
  })

  it('refuses a pattern that it does not know', () => {
    const { lambda } = fakeLambda(() => returned)

    expect(() => bus.addRule({ name: 'n', pattern: { a: [{ numeric: ['>', 1] }] }, target: { lambda } })).toThrow(
      TypeError,
    )
  })

  it('tries again after one and two minutes of the clock, then gives up to the queue', async () => {
    const { lambda, received } = fakeLambda(() => failure)
    const onFailure = createDeadLetterQueue()
    bus.addRule({ name: 'paid', pattern: { source: [{ prefix: 'com.' }] }, target: { lambda, onFailure } })
    const tries: number[] = []

    await put(entry())
    for (const ms of [0, 59_000, 1_000, 119_000, 1_000, 600_000]) {
      clock.advance(ms)
      await bus.idle()
      tries.push(received.length)
    }

    expect(tries).toEqual([1, 1, 2, 2, 3, 3])
    expect(bus.history.deliveries.map(({ attempt, outcome, next }) => [attempt, outcome, next])).toEqual([
      [1, 'failed', 'retry'],
      [2, 'failed', 'retry'],
      [3, 'failed', 'dead letter'],
    ])
    expect(onFailure.letters).toEqual([
      {
        version: '1.0',
        timestamp: expect.stringMatching(/^2030-01-01T00:03:0\d\.\d{3}Z$/),
        requestContext: {
          requestId: 'request-3',
          functionArn: 'arn:aws:lambda:ap-east-1:123456789012:function:function:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: received[0],
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'Error', errorMessage: 'no' },
      },
    ])
    expect(bus.deadLetters).toEqual(onFailure.letters)
    expect(bus.waiting).toBe(0)
  })

  it('notices by itself that the clock has moved', async () => {
    const outcomes = [failure, returned]
    const { lambda, received } = fakeLambda(() => outcomes.shift() ?? returned)
    bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda } })
    await put(entry())
    await bus.idle()

    clock.advance(60_000)

    await expect.poll(() => received.length).toBe(2)
    expect(bus.history.deliveries.map(({ next }) => next)).toEqual(['retry', 'done'])
  })

  it('loses an event that it gives up when no queue keeps it', async () => {
    const { lambda } = fakeLambda(() => ({ ...failure, timedOut: true }) as Outcome)
    bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda, retries: 0 } })

    await put(entry())
    await bus.idle()

    expect(bus.history.deliveries).toMatchObject([{ outcome: 'timed out', next: 'lost' }])
    expect(bus.deadLetters).toEqual([])
  })

  it('counts no try while the function is throttled', async () => {
    let refusals = 2
    const { lambda, received } = fakeLambda(() => {
      refusals -= 1
      if (refusals >= 0) throw new TooManyRequestsException('Rate Exceeded.')
      return returned
    })
    bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda } })

    await put(entry())
    await bus.idle()

    expect(received).toHaveLength(3)
    expect(bus.history.deliveries).toMatchObject([{ attempt: 1, outcome: 'returned' }])
  })

  it('delivers no more events at the same time than it may', async () => {
    let running = 0
    let most = 0
    const { lambda, received } = fakeLambda(async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running -= 1
      return returned
    })
    bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda }, concurrency: 3 })

    await Promise.all(Array.from({ length: 2 }, () => put(...Array.from({ length: 10 }, () => entry()))))
    await bus.idle()

    expect([most, received.length]).toEqual([3, 20])
  })

  it('delivers to a real bundle, whose error is in the dead letter', async () => {
    const bundle = await writeToyBundle(
      `export const handler = async ({ detail }) => { throw new RangeError(detail.mchid) }`,
    )
    const lambda = await startLambda({ name: 'toy', bundleDir: bundle.dir, env: {}, timeoutMs: 5_000 })
    onTestFinished(async () => {
      await lambda.close()
      await bundle.remove()
    })
    const onFailure = createDeadLetterQueue()
    bus.addRule({
      name: 'paid',
      pattern: { detail: { mchid: [{ exists: true }] } },
      target: { lambda, retries: 0, onFailure },
    })

    await put(entry())
    await bus.idle()

    expect(onFailure.letters).toMatchObject([
      {
        requestContext: { functionArn: 'arn:aws:lambda:ap-east-1:123456789012:function:toy:$LATEST' },
        requestPayload: { detail: { mchid: '1900000109' } },
        responsePayload: { errorType: 'RangeError', errorMessage: '1900000109', stackTrace: expect.any(Array) },
      },
    ])
  })

  it('stops when the bus is closed, and nobody waits for ever', async () => {
    const { lambda, received } = fakeLambda(() => new Promise(() => {}))
    bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda }, concurrency: 1 })
    await put(entry(), entry())

    const idle = bus.idle()
    await bus.close()
    await idle

    expect(received).toHaveLength(1)
  })
})

it('stays lean with many events', async () => {
  let count = 0
  const { lambda } = {
    lambda: { invoke: async () => ({ ...returned, requestId: String(++count), cold: false, logs: [], durationMs: 0 }) },
  }
  bus.addRule({ name: 'paid', pattern: { source: ['com.example.pos'] }, target: { lambda } })

  for (let batch = 0; batch < 2_000; batch++) bus.putEvents({ Entries: Array.from({ length: 10 }, () => entry()) })
  await bus.idle()

  expect(count).toBe(20_000)
  expect(bus.history.deliveries).toHaveLength(20_000)
})
