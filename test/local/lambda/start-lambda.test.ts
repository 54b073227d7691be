import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClock } from '../../../lib/local/clock.ts'
import { type Lambda, type LambdaOptions, startLambda } from '../../../lib/local/lambda/start-lambda.ts'
import { writeToyBundle } from './toy-bundle.ts'

const source = `
import { existsSync } from 'node:fs'
console.log('loaded')
let calls = 0
let lastTick = 0
let longestPause = 0
const tick = () => { longestPause = Math.max(longestPause, Date.now() - lastTick); lastTick = Date.now() }
const acts = {
  echo: (event, context) => ({ event, context: { ...context, remaining: context.getRemainingTimeInMillis() } }),
  count: () => { calls += 1; return calls },
  env: () => ({ env: process.env, argv: process.execArgv, version: process.version, zone: new Date(0).toString() }),
  time: () => ({
    now: Date.now(), made: new Date().getTime(), text: Date(), utc: Date.UTC(2026, 0), name: Date.name,
    fixed: new Date('2026-11-24T00:00:00Z').toISOString(), kind: new Date() instanceof Date,
  }),
  print: ({ text }) => { process.stdout.write(text + '\\n'); process.stderr.write('to stderr\\n'); console.warn('with %s', 'console\\nlines') },
  nothing: () => undefined,
  fail: () => { throw Object.assign(new RangeError('no such order'), { order: 'A1' }) },
  failText: () => { throw 'a text' },
  unwritable: () => ({ big: 1n }),
  large: ({ size }) => 'x'.repeat(size),
  exit: ({ code }) => process.exit(code),
  reject: () => { Promise.reject(new Error('nobody listens')); return new Promise(() => {}) },
  throwLater: () => { setTimeout(() => { throw new TypeError('thrown later') }); return new Promise(() => {}) },
  sleep: ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, 'slept')),
  hang: () => new Promise(() => setInterval(() => {}, 1_000)),
  forget: () => new Promise(() => {}),
  startTicking: () => { lastTick = Date.now(); setInterval(tick, 5) },
  longestPause: () => longestPause,
  around: () => existsSync('package.json') || existsSync('../node_modules'),
}
export const handler = async (event, context) => acts[event.do](event, context)
`

let bundle: Awaited<ReturnType<typeof writeToyBundle>>
const started: Lambda[] = []

const start = async (options: Partial<LambdaOptions> = {}) => {
  const lambda = await startLambda({ name: 'toy', bundleDir: bundle.dir, env: {}, timeoutMs: 5_000, ...options })
  started.push(lambda)
  return lambda
}

beforeAll(async () => {
  bundle = await writeToyBundle(source)
})
afterAll(() => bundle.remove())
afterEach(async () => {
  await Promise.all(started.splice(0).map((lambda) => lambda.close()))
})

describe('a call', () => {
  it('hands over the event as JSON and a context', async () => {
    const lambda = await start({ memoryMb: 256 })

    const { result, requestId } = await lambda.invoke({ do: 'echo', when: new Date(0), left: undefined })

    expect(result).toEqual({
      event: { do: 'echo', when: '1970-01-01T00:00:00.000Z' },
      context: {
        awsRequestId: requestId,
        invokedFunctionArn: 'arn:aws:lambda:ap-east-1:123456789012:function:toy',
        functionName: 'toy',
        functionVersion: '$LATEST',
        memoryLimitInMB: '256',
        logGroupName: '/aws/lambda/toy',
        logStreamName: expect.stringMatching(/^\[\$LATEST\][0-9a-f]{32}$/),
        callbackWaitsForEmptyEventLoop: true,
        remaining: expect.toSatisfy((ms: number) => ms > 0 && ms <= 5_000),
      },
    })
  })

  it('is cold once, then warm in the same process', async () => {
    const lambda = await start()

    const calls = [await lambda.invoke({ do: 'count' }), await lambda.invoke({ do: 'count' })]

    expect(calls.map(({ cold, result }) => [cold, result])).toEqual([
      [true, 1],
      [false, 2],
    ])
    expect([lambda.coldStarts, lambda.sandboxes]).toEqual([1, 1])
  })

  it('finds nothing in its environment but what was passed and what Lambda sets', async () => {
    const lambda = await start({ env: { LEDGER_TABLE: 'ledger', AWS_REGION: 'cannot-be-set' } })

    const { result } = await lambda.invoke({ do: 'env' })

    expect(result).toEqual({
      env: {
        _HANDLER: 'index.handler',
        _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0$/),
        AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[0-9A-F]{16}$/),
        AWS_DEFAULT_REGION: 'ap-east-1',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
        AWS_LAMBDA_FUNCTION_NAME: 'toy',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/toy',
        AWS_LAMBDA_LOG_STREAM_NAME: expect.any(String),
        AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+\/[A-Za-z0-9_-]{32}$/),
        AWS_REGION: 'ap-east-1',
        AWS_SECRET_ACCESS_KEY: expect.any(String),
        AWS_SESSION_TOKEN: expect.any(String),
        LAMBDA_TASK_ROOT: expect.any(String),
        LANG: 'en_US.UTF-8',
        LEDGER_TABLE: 'ledger',
        PATH: '/usr/local/bin:/usr/bin:/bin',
        TZ: ':UTC',
      },
      argv: ['--expose-gc', '--max-http-header-size=81920'],
      version: expect.stringMatching(/^v24\./),
      zone: 'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)',
    })
  })

  it('runs outside the project', async () => {
    const lambda = await start()

    const { result } = await lambda.invoke({ do: 'around' })

    expect(result).toBe(false)
  })

  it('keeps the lines that each call printed, the start with the first', async () => {
    const lambda = await start()

    const first = await lambda.invoke({ do: 'print', text: '{"level":"info"}' })
    const second = await lambda.invoke({ do: 'nothing' })

    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
    expect(first.logs).toHaveLength(4)
    expect(first.logs).toContain('{"level":"info"}')
    expect(first.logs).toContain('to stderr')
    expect(first.logs[0]).toMatch(new RegExp(`^${time}\t-\tINFO\tloaded$`))
    expect(first.logs).toContainEqual(
      expect.stringMatching(new RegExp(`^${time}\t${first.requestId}\tWARN\twith console\rlines$`)),
    )
    expect(second).toMatchObject({ result: null, logs: [] })
  })
})

it('has all the lines of a call that prints more than a pipe holds', async () => {
  const lambda = await start({ freeze: true })
  const text = Array.from({ length: 2_000 }, (_, index) => `${index} ${'x'.repeat(200)}`).join('\n')

  const first = await lambda.invoke({ do: 'print', text })
  const second = await lambda.invoke({ do: 'nothing' })

  // Beside these: the start, one on stderr, one by console.
  expect(first.logs).toHaveLength(2_003)
  expect(second.logs).toEqual([])
})

describe('a failure', () => {
  it('carries type, message and stack of what the handler threw, and prints it as the runtime does', async () => {
    const lambda = await start()

    const { error, timedOut, logs } = await lambda.invoke({ do: 'fail' })

    expect(error).toMatchObject({ errorType: 'RangeError', errorMessage: 'no such order' })
    expect(error?.stackTrace?.[0]).toBe('RangeError: no such order')
    expect(timedOut).toBe(false)
    expect(logs.at(-1)).toMatch(/\tERROR\tInvoke Error\t\{"errorType":"RangeError",.*"order":"A1"\}$/)
  })

  it.each([
    ['a thrown text', { do: 'failText' }, { errorType: 'string', errorMessage: 'a text', stackTrace: [] }],
    ['a result that is no JSON', { do: 'unwritable' }, { errorType: 'TypeError' }],
    ['a result over 6 MB', { do: 'large', size: 6_291_555 }, { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('is reported for %s', async (_, event, error) => {
    const lambda = await start()

    const invocation = await lambda.invoke(event)

    expect(invocation.error).toMatchObject(error)
    expect(lambda.sandboxes).toBe(1)
  })

  it('is not reported for a result just under 6 MB', async () => {
    const lambda = await start()

    const { result } = await lambda.invoke({ do: 'large', size: 6_291_554 })

    expect(result).toHaveLength(6_291_554)
  })

  it.each([
    [
      'an exit',
      { do: 'exit', code: 3 },
      { errorType: 'Runtime.ExitError', errorMessage: /Error: Runtime exited with error: exit status 3$/ },
    ],
    [
      'an exit without a reason',
      { do: 'exit', code: 0 },
      { errorType: 'Runtime.ExitError', errorMessage: /Error: Runtime exited without providing a reason$/ },
    ],
    [
      'a promise that nothing can settle any more',
      { do: 'forget' },
      { errorType: 'Runtime.ExitError', errorMessage: /Error: Runtime exited without providing a reason$/ },
    ],
    [
      'a rejection that nobody handles',
      { do: 'reject' },
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: /^Error: nobody listens$/ },
    ],
    [
      'an exception that nobody catches',
      { do: 'throwLater' },
      { errorType: 'TypeError', errorMessage: /^thrown later$/ },
    ],
  ])('ends the process after %s, and the next call is cold', async (_, event, { errorType, errorMessage }) => {
    const lambda = await start()

    const { error } = await lambda.invoke(event)
    const next = await lambda.invoke({ do: 'count' })

    expect(error?.errorType).toBe(errorType)
    expect(error?.errorMessage).toMatch(errorMessage)
    expect(next).toMatchObject({ cold: true, result: 1 })
  })

  it('is a time-out when the handler takes too long, and the next call is cold', async () => {
    const lambda = await start({ timeoutMs: 500 })

    const late = await lambda.invoke({ do: 'hang' })
    const next = await lambda.invoke({ do: 'count' })

    expect(late).toMatchObject({
      timedOut: true,
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${late.requestId} Error: Task timed out after 0.50 seconds`,
      },
    })
    expect(next).toMatchObject({ cold: true, result: 1 })
  })

  it.each([
    ['throws', `throw new Error('no configuration')`, { errorType: 'Error', errorMessage: 'no configuration' }],
    ['exports no handler', 'export const other = 1', { errorType: 'Runtime.HandlerNotFound' }],
    ['is no JavaScript', 'export const handler = (', { errorType: 'SyntaxError' }],
    ['lacks a module', `import 'valibot'; export const handler = () => {}`, { errorType: 'Error' }],
  ])('is reported when the bundle %s at its start', async (_, text, error) => {
    const broken = await writeToyBundle(text)
    const lambda = await start({ bundleDir: broken.dir })

    const invocation = await lambda.invoke({})

    expect(invocation.error).toMatchObject(error)
    expect(lambda.sandboxes).toBe(0)
    await broken.remove()
  })

  it('is a time-out when the start takes too long', async () => {
    const slow = await writeToyBundle('await new Promise((resolve) => setTimeout(resolve, 9_000))')
    const lambda = await start({ bundleDir: slow.dir, initTimeoutMs: 100 })

    const invocation = await lambda.invoke({})

    expect(invocation.error?.errorMessage).toBe('RequestId: init Error: Task timed out after 0.10 seconds')
    await slow.remove()
  })
})

describe('calls at the same time', () => {
  it('run in a process each, up to the limit', async () => {
    const lambda = await start({ maxConcurrency: 2 })

    const two = [lambda.invoke({ do: 'sleep', ms: 50 }), lambda.invoke({ do: 'sleep', ms: 50 })]

    await expect(lambda.invoke({ do: 'count' })).rejects.toMatchObject({ name: 'TooManyRequestsException' })
    expect((await Promise.all(two)).map(({ cold, result }) => [cold, result])).toEqual([
      [true, 'slept'],
      [true, 'slept'],
    ])
    expect(await lambda.invoke({ do: 'count' })).toMatchObject({ cold: false })
  })
})

describe('faults', () => {
  it('kill the process in the middle of a call', async () => {
    const lambda = await start()
    await lambda.invoke({ do: 'count' })

    const running = lambda.invoke({ do: 'hang' })
    await setTimeout(20)
    await lambda.kill()

    expect((await running).error).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Error: Runtime exited with error: signal: killed$/),
    })
    expect(await lambda.invoke({ do: 'count' })).toMatchObject({ cold: true })
  })

  it('freeze the process in the middle of a call until it is thawed', async () => {
    const lambda = await start()
    await lambda.invoke({ do: 'count' })
    let isDone = false

    const running = lambda.invoke({ do: 'sleep', ms: 20 }).finally(() => {
      isDone = true
    })
    lambda.freeze()
    await setTimeout(100)
    const wasDone = isDone
    lambda.thaw()

    expect(await running).toMatchObject({ result: 'slept' })
    expect(wasDone).toBe(false)
  })

  it('time out a frozen call as well', async () => {
    const lambda = await start({ timeoutMs: 200 })
    await lambda.invoke({ do: 'count' })

    const running = lambda.invoke({ do: 'sleep', ms: 20 })
    lambda.freeze()

    expect((await running).timedOut).toBe(true)
  })

  it('run no timer between two calls when asked to freeze', async () => {
    const lambda = await start({ freeze: true })
    await lambda.invoke({ do: 'startTicking' })

    await setTimeout(200)
    await lambda.invoke({ do: 'sleep', ms: 20 })
    const { result } = await lambda.invoke({ do: 'longestPause' })

    expect(result).toBeGreaterThanOrEqual(190)
  })
})

describe('the clock', () => {
  it('is the machine’s own when it was not moved', async () => {
    const lambda = await start()

    const before = Date.now()
    const { result } = await lambda.invoke({ do: 'time' })

    expect(result).toEqual({
      now: expect.toSatisfy((ms: number) => ms >= before && ms <= Date.now()),
      made: expect.toSatisfy((ms: number) => ms >= before && ms <= Date.now()),
      text: expect.stringMatching(/GMT\+0000/),
      utc: 1_767_225_600_000,
      name: 'Date',
      fixed: '2026-11-24T00:00:00.000Z',
      kind: true,
    })
  })

  it('moves with the next call, while a given date stays what it is', async () => {
    const clock = createClock()
    const lambda = await start({ clock })
    await lambda.invoke({ do: 'time' })

    clock.advance(86_400_000)
    const before = Date.now()
    const { result } = await lambda.invoke({ do: 'time' })
    const { result: echoed } = await lambda.invoke({ do: 'echo' })

    const isTomorrow = (ms: number) => ms >= before + 86_400_000 && ms <= Date.now() + 86_400_000
    expect(result).toMatchObject({
      now: expect.toSatisfy(isTomorrow),
      made: expect.toSatisfy(isTomorrow),
      fixed: '2026-11-24T00:00:00.000Z',
      utc: 1_767_225_600_000,
    })
    expect(echoed).toMatchObject({ context: { remaining: expect.toSatisfy((ms: number) => ms > 0 && ms <= 5_000) } })
  })
})

describe('questions', () => {
  it('tell which built-ins are loaded, and the client loads no undici', async () => {
    const lambda = await start({ freeze: true })
    await lambda.invoke({ do: 'count' })

    const modules = await lambda.moduleLoadList()

    expect(modules).toContain('NativeModule http')
    expect(modules.filter((name) => name.includes('undici'))).toEqual([])
    expect(await lambda.invoke({ do: 'count' })).toMatchObject({ cold: false, result: 2 })
  })

  it('tell the memory of a process', async () => {
    const lambda = await start()
    await lambda.invoke({ do: 'count' })

    const memory = await lambda.memory()
    const [rss = 0] = lambda.rssBytes()

    expect(memory.heapUsed).toBeGreaterThan(1_000_000)
    expect(memory.peakRss).toBeGreaterThan(20_000_000)
    expect(rss).toBeGreaterThan(20_000_000)
  })

  it('are refused when no process is idle', async () => {
    const lambda = await start()

    await expect(lambda.memory()).rejects.toThrow('toy has no idle sandbox to ask')
  })
})

it('leaves no process behind and takes no more calls once closed', async () => {
  const lambda = await start()
  await lambda.invoke({ do: 'count' })

  await lambda.close()

  expect(lambda.sandboxes).toBe(0)
  await expect(lambda.invoke({ do: 'count' })).rejects.toThrow('toy is closed')
})
