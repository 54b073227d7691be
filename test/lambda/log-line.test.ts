import * as v from 'valibot'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConfigError, InputError, TryAgainError, UnavailableError } from '../../lib/errors.ts'
import { logLine } from '../../lib/lambda/log-line.ts'
import type { OperationResult } from '../../lib/operations/result.ts'
import { busEvent, goodNotice, httpApiEvent, restApiEvent } from '../wechatpay/samples.ts'
import { chain, failureOf } from './chain.ts'

const UNITS = ['Count', 'Milliseconds', 'None'] as const

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const EmbeddedMetrics = v.looseObject({
  _aws: v.strictObject({
    Timestamp: v.pipe(v.number(), v.integer(), v.minValue(1_700_000_000_000)),
    CloudWatchMetrics: v.pipe(
      v.array(
        v.strictObject({
          Namespace: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
          Dimensions: v.pipe(v.array(v.pipe(v.array(v.string()), v.maxLength(30))), v.minLength(1)),
          Metrics: v.pipe(
            v.array(v.strictObject({ Name: v.pipe(v.string(), v.minLength(1)), Unit: v.picklist(UNITS) })),
            v.minLength(1),
            v.maxLength(100),
          ),
        }),
      ),
      v.length(1),
    ),
  }),
})

/** The line as an object, once it is certain that CloudWatch reads each of its metrics and dimensions. */
const readLine = (line: string | undefined): Record<string, unknown> => {
  const parsed = v.parse(EmbeddedMetrics, JSON.parse(line ?? ''))
  for (const { Dimensions, Metrics } of parsed._aws.CloudWatchMetrics) {
    for (const name of Dimensions.flat()) expect(parsed[name]).toEqual(expect.stringMatching(/./))
    for (const { Name } of Metrics) expect(parsed[Name]).toEqual(expect.any(Number))
  }
  expect(line).not.toMatch(/[\r\n]/)
  return parsed
}

const handled: OperationResult = {
  reply: { status: 200, body: { state: 'SYNCED' } },
  log: { via: 'http', mchid: '1900000109', verdict: 'accepted', code: undefined },
  metrics: { dispatched: { value: 3, unit: 'Count' } },
}

const EVENTS = [
  ['an HTTP API', httpApiEvent(goodNotice())],
  ['a REST API', restApiEvent(goodNotice())],
  ['EventBridge', busEvent(goodNotice())],
  ['a direct caller', goodNotice()],
] as const

const ERRORS = [
  ['bad input', new InputError('mchid', 'is missing'), 'ERR_INPUT', 'mchid: is missing'],
  ['a fault of the deployment', new ConfigError('secret x'), 'ERR_CONFIG', 'secret x'],
  ['what passes', new UnavailableError('secret y'), 'ERR_UNAVAILABLE', 'secret y'],
  ['what must come again', new TryAgainError('conflict'), 'ERR_TRY_AGAIN', 'conflict'],
] as const

/** Errors that are not ours, each with 4711 wherever it could say it. */
const STRANGE = [
  ['an Error', new Error('4711'), 'Error'],
  ['a TypeError', new TypeError('4711'), 'TypeError'],
  ['an Error with a cause', new Error('4711', { cause: new Error('4711') }), 'Error'],
  ['an Error of the network', Object.assign(new Error('4711'), { code: 'ECONNRESET', address: '4711' }), 'Error'],
  [
    'an Error of Node, with a code that begins like ours',
    Object.assign(new TypeError('4711'), { code: 'ERR_INVALID_ARG_VALUE' }),
    'TypeError',
  ],
  ['an Error whose code is a number', Object.assign(new Error('4711'), { code: 4711 }), 'Error'],
  ['an Error whose message looks like a stack', new Error('x\n    at 4711 (4711.ts:1:1)'), 'Error'],
  ['an Error without a stack', Object.assign(new Error('4711'), { stack: undefined }), 'Error'],
  ['text', '4711', 'unknown'],
  ['null', null, 'unknown'],
  ['an object', { message: '4711', code: 'ERR_INPUT' }, 'unknown'],
] as const

describe('logLine', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it('writes a line of its own to stdout unless told otherwise', () => {
    const log = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    // Of a request, only these members are read.
    const request = { internal: {}, context: { awsRequestId: 'r1' } } as Parameters<
      NonNullable<ReturnType<typeof logLine>['after']>
    >[0]

    logLine('status').after?.(request)

    expect(log).toHaveBeenCalledTimes(1)
    expect(String(log.mock.calls[0]?.[0]).endsWith('\n')).toBe(true)
    expect(readLine(String(log.mock.calls[0]?.[0]).trimEnd())).toMatchObject({
      function: 'status',
      aws_request_id: 'r1',
    })
  })

  it('says first that the start was cold, and then no more', async () => {
    const { invoke, lines } = chain(async () => handled)

    for (let i = 0; i < 3; i += 1) await invoke(goodNotice())

    expect(lines.map((line) => readLine(line).cold_start)).toEqual([1, undefined, undefined])
  })

  it('counts a first invocation that fails as the cold one', async () => {
    const { invoke, lines } = chain(async (event) => {
      if (event === null) throw new Error('x')
      return handled
    })

    await failureOf(invoke(null))
    await invoke(goodNotice())

    expect(lines.map((line) => readLine(line).cold_start)).toEqual([1, undefined])
  })

  it('says how long each invocation took', async () => {
    vi.useFakeTimers({ now: 1_795_487_400_000, toFake: ['Date'] })
    const { invoke, lines } = chain(async () => {
      vi.setSystemTime(Date.now() + 123)
      return handled
    })

    await invoke(goodNotice())
    await invoke(goodNotice())

    expect(lines.map(readLine)).toMatchObject([
      { _aws: { Timestamp: 1_795_487_400_123 }, duration: 123 },
      { _aws: { Timestamp: 1_795_487_400_246 }, duration: 123 },
    ])
  })

  it('tells two invocations at once apart', async () => {
    vi.useFakeTimers({ now: 1_795_487_400_000, toFake: ['Date'] })
    const ends: (() => void)[] = []
    const { invoke, lines } = chain(async () => {
      await new Promise<void>((resolve) => ends.push(resolve))
      return handled
    })

    const first = invoke(goodNotice())
    vi.setSystemTime(1_795_487_400_100)
    const second = invoke(goodNotice())
    vi.setSystemTime(1_795_487_400_150)
    ends[0]?.()
    await first
    vi.setSystemTime(1_795_487_400_250)
    ends[1]?.()
    await second

    expect(lines.map((line) => readLine(line).duration)).toEqual([150, 150])
    expect(lines.map((line) => readLine(line).cold_start)).toEqual([1, undefined])
  })

  describe.each(EVENTS)('for an invocation by %s', (_, event) => {
    it('writes one line of what the handler says of itself', async () => {
      const { invoke, lines } = chain(async () => handled)

      await invoke(event)

      expect(lines).toHaveLength(1)
      expect(readLine(lines[0])).toEqual({
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'PayscoreSync',
              Dimensions: [['function']],
              Metrics: [
                { Name: 'dispatched', Unit: 'Count' },
                { Name: 'duration', Unit: 'Milliseconds' },
                { Name: 'cold_start', Unit: 'Count' },
              ],
            },
          ],
        },
        function: 'sync',
        aws_request_id: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
        via: 'http',
        mchid: '1900000109',
        verdict: 'accepted',
        dispatched: 3,
        duration: expect.any(Number),
        cold_start: 1,
      })
    })

    it('writes one line of what the handler says of itself when the reply must come again', async () => {
      const { invoke, lines } = chain(async () => ({ ...handled, throwsByEvent: true }))

      await failureOf(invoke(event))

      expect(lines).toHaveLength(1)
      expect(readLine(lines[0])).toMatchObject({ mchid: '1900000109', verdict: 'accepted', dispatched: 3 })
    })

    it.each(ERRORS)('writes one line of %s with its code and its message', async (_, error, code, message) => {
      const { invoke, lines } = chain(async () => {
        throw error
      })

      await failureOf(invoke(event))

      expect(lines).toHaveLength(1)
      expect(readLine(lines[0])).toMatchObject({ function: 'sync', error: code, message, errors: 1, cold_start: 1 })
    })

    it.each(STRANGE)('writes one line of %s with its name and nothing that it said', async (_, error, name) => {
      const { invoke, lines } = chain(async () => {
        throw error
      })

      await failureOf(invoke(event))

      expect(lines).toHaveLength(1)
      expect(readLine(lines[0])).toMatchObject({ error: name, errors: 1 })
      expect(lines[0]).not.toContain('4711')
    })
  })

  it('says of an event that is thrown back that it failed, and over HTTP that it did not', async () => {
    const reply = { status: 409, body: { detail: 'another notice stands' } }
    const { invoke, lines } = chain(async () => ({ ...handled, reply, throwsByEvent: true }))

    await failureOf(invoke(busEvent(goodNotice())))
    await invoke(httpApiEvent(goodNotice()))

    expect(readLine(lines[0])).toMatchObject({ error: 'ERR_TRY_AGAIN', message: 'another notice stands', errors: 1 })
    expect(readLine(lines[1])).not.toHaveProperty('errors')
  })

  it('says where an unknown error was thrown, five frames at most', async () => {
    const deep = (levels: number): never => {
      if (levels === 0) throw new RangeError('4711')
      return deep(levels - 1)
    }
    const { invoke, lines } = chain(async () => deep(9))

    await failureOf(invoke(goodNotice()))

    const frames = String(readLine(lines[0]).at).split(' < ')
    expect(frames).toHaveLength(5)
    for (const frame of frames) expect(frame).toMatch(/^at deep \(.*log-line\.test\.ts:\d+:\d+\)$/)
  })
})
