// The runtime inside a sandbox: asks its Runtime API for events, calls the handler, and posts the response. Built-in
// modules are loaded by getBuiltinModule, since an ESM import of node:http loads far more than the real runtime does.
const { Agent, request } = process.getBuiltinModule('node:http')
const { format } = process.getBuiltinModule('node:util')
const { pathToFileURL } = process.getBuiltinModule('node:url')

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: root, _HANDLER: handlerName } = process.env
const { hostname: host, port, pathname: folder } = new URL(`http://${api}`)
const agent = new Agent({ keepAlive: true, noDelay: true })

const call = (method, path, body = '') =>
  new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const target = `${folder.replace(/\/$/, '')}/2018-06-01/runtime/${path}`
    const outgoing = request({ agent, host, port, method, path: target, headers }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk) => {
        text += chunk
      })
      incoming.on('end', () => resolve({ headers: incoming.headers, text }))
    })
    outgoing.on('error', reject).end(body)
  })

// The local world's clock: each event has the offset. Timers use real time.
const RealDate = Date
let offsetMs = 0
const now = () => RealDate.now() + offsetMs
function MovedDate(...parts) {
  if (!new.target) return new RealDate(now()).toString()
  return Reflect.construct(RealDate, parts.length === 0 ? [now()] : parts, new.target)
}
Object.setPrototypeOf(MovedDate, RealDate)
Object.defineProperties(MovedDate, {
  name: { value: 'Date' },
  length: { value: 7 },
  prototype: { value: RealDate.prototype },
  now: { value: now, writable: true, configurable: true },
})
RealDate.prototype.constructor = MovedDate
globalThis.Date = MovedDate

// As the real runtime does in text format: console lines have time, request id and level; stdout is not changed.
let requestId = '-'
const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' }
for (const [name, level] of Object.entries(levels))
  console[name] = (...values) => {
    const line = [new Date().toISOString(), requestId, level, format(...values)].join('\t')
    process.stdout.write(`${line.replaceAll('\n', '\r')}\n`)
  }

const described = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, stackTrace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), stackTrace: [] }

/** The real runtime logs an error with all its enumerable properties, so data in an error gets into the log. */
const printError = (title, error) => console.error(`${title}\t${JSON.stringify({ ...described(error), ...error })}`)

// The parent process has ended. Without this the error would be printed, which fails again in an endless loop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(1))

let atWork
const die = (title, exitCode, asError) => async (reason) => {
  const error = asError(reason)
  printError(title, error)
  const path = atWork === undefined ? 'init/error' : `invocation/${atWork}/error`
  await call('POST', path, JSON.stringify(described(error))).catch(() => {})
  process.exit(exitCode)
}
process.on(
  'uncaughtException',
  die('Uncaught Exception', 129, (reason) => reason),
)
process.on(
  'unhandledRejection',
  die('Unhandled Promise Rejection', 128, (reason) =>
    Object.assign(new Error(String(reason), { cause: reason }), { name: 'Runtime.UnhandledPromiseRejection' }),
  ),
)

const loadHandler = async () => {
  const [file, exportName] = handlerName.split('.')
  const loaded = await import(pathToFileURL(`${root}/${file}.mjs`).href)
  const handler = loaded[exportName]
  if (typeof handler === 'function') return handler
  throw Object.assign(new Error(`${handlerName} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' })
}

const contextOf = (headers) => ({
  awsRequestId: requestId,
  invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Number(headers['lambda-runtime-deadline-ms']) - Date.now(),
})

/**
 * From /proc where it exists, which counts this program only. getrusage begins with the memory of the forked parent.
 */
const peakRss = () => {
  const { existsSync, readFileSync } = process.getBuiltinModule('node:fs')
  const [, kilobytes] = (existsSync(STATUS) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))) || []
  return (Number(kilobytes) || process.resourceUsage().maxRSS) * 1024
}
const STATUS = '/proc/self/status'

/** What a test may ask about this process instead of calling the handler. */
const questions = {
  'module-load-list': () => process.moduleLoadList,
  memory: () => {
    globalThis.gc()
    return { ...process.memoryUsage(), peakRss: peakRss() }
  },
}

const work = async (handler, headers, text) => {
  const question = headers['world-question']
  const result = question ? questions[question]() : await handler(JSON.parse(text), contextOf(headers))
  return JSON.stringify(result === undefined ? null : result)
}

/** Waits until a full pipe is drained, so that the log lines of an invocation are out before its response. */
const printed = (stream) => stream.writableLength === 0 || new Promise((resolve) => stream.write('', resolve))

const run = async (handler) => {
  for (;;) {
    const { headers, text } = await call('GET', 'invocation/next').catch(() => process.exit(0))
    requestId = atWork = headers['lambda-runtime-aws-request-id']
    offsetMs = Number(headers['world-clock-offset-ms'])
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id']
    const [path, body] = await work(handler, headers, text).then(
      (result) => ['response', result],
      (error) => {
        printError('Invoke Error', error)
        return ['error', JSON.stringify(described(error))]
      },
    )
    await Promise.all([printed(process.stdout), printed(process.stderr)])
    await call('POST', `invocation/${requestId}/${path}`, body)
    atWork = undefined
  }
}

loadHandler().then(run, async (error) => {
  printError('Init Error', error)
  await call('POST', 'init/error', JSON.stringify(described(error)))
  process.exit(1)
})
