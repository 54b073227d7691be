import { randomUUID } from 'node:crypto'
import { type Clock, createClock } from '../clock.ts'
import { functionArn, lambdaEnvironment } from './environment.ts'
import { type Invocable, type Invocation, type Outcome, TooManyRequestsException } from './invocation.ts'
import { type ProcessMemory, rssBytes } from './process-memory.ts'
import type { Question } from './runtime-api.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'
import { createTaskRoot } from './task-root.ts'

export type LambdaOptions = {
  readonly name: string
  /** A folder with an `index.mjs` that exports `handler`. It is copied, so that a later build does not change it. */
  readonly bundleDir: string
  /** Files beside the code, in place of those that packaging put there. */
  readonly files?: Readonly<Record<string, string>>
  /** The configured environment variables; those that Lambda sets are added. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly clock?: Clock
  /** The concurrency limit; by default 10. */
  readonly maxConcurrency?: number
  readonly memoryMb?: number
  /** Stops each sandbox between two invocations, as Lambda does: no timer runs, no socket is read. */
  readonly freeze?: boolean
  /** By default 10 s, as on AWS. */
  readonly initTimeoutMs?: number
  /** Starts each sandbox. A test may replace startSandbox to start them elsewhere. */
  readonly start?: typeof startSandbox
}

export type Lambda = Invocable & {
  readonly name: string
  readonly coldStarts: number
  /** Number of running processes. */
  readonly sandboxes: number
  /** Stops every process immediately, also during an invocation, whose time limit continues. */
  freeze(): void
  thaw(): void
  /** Kills every process. Running invocations end with Runtime.ExitError. */
  kill(): Promise<void>
  /** Resident memory of each process. */
  rssBytes(): number[]
  /** The built-in modules that the idle sandbox used last has loaded. */
  moduleLoadList(): Promise<string[]>
  /** Memory of the idle sandbox used last, after a garbage collection. `peakRss` is over its whole life. */
  memory(): Promise<ProcessMemory>
  close(): Promise<void>
}

const maxEventBytes = 6 * 1024 * 1024

/** A Lambda function: runs a built bundle in processes of its own, with Node 24. */
export const startLambda = async (options: LambdaOptions): Promise<Lambda> => {
  const { name, timeoutMs, clock = createClock(), maxConcurrency = 10, memoryMb = 512, freeze = false } = options
  const { start = startSandbox, initTimeoutMs = 10_000 } = options
  const taskRoot = await createTaskRoot(options.bundleDir, options.files)
  const idle: Sandbox[] = []
  const all = new Set<Sandbox>()
  let running = 0
  let coldStarts = 0
  let isClosed = false

  const takeIdle = (): Sandbox | undefined => {
    for (let sandbox = idle.pop(); sandbox; sandbox = idle.pop()) if (sandbox.isAlive()) return sandbox
    return undefined
  }

  const startCold = async (): Promise<Sandbox> => {
    coldStarts += 1
    const env = lambdaEnvironment(name, memoryMb, options.env)
    const sandbox = await start({ taskRoot: taskRoot.path, env, initTimeoutMs })
    all.add(sandbox)
    sandbox.ended.then(() => all.delete(sandbox))
    if (isClosed) await sandbox.kill()
    return sandbox
  }

  const putBack = (sandbox: Sandbox) => {
    if (!sandbox.isAlive()) return
    if (freeze) sandbox.freeze()
    idle.push(sandbox)
  }

  const runOn = async (sandbox: Sandbox, requestId: string, event: string, question?: Question): Promise<Outcome> => {
    if (freeze) sandbox.thaw()
    const deadlineMs = clock.now() + timeoutMs
    const work = { requestId, functionArn: functionArn(name), deadlineMs, clockOffsetMs: clock.offset(), event }
    return await sandbox.run(question ? { ...work, question } : work, timeoutMs)
  }

  const invoke = async (event: unknown): Promise<Invocation> => {
    if (isClosed) throw new Error(`${name} is closed`)
    const text = JSON.stringify(event ?? null)
    if (Buffer.byteLength(text) > maxEventBytes) throw new RangeError(`the event is over ${maxEventBytes} bytes`)
    if (running >= maxConcurrency) throw new TooManyRequestsException('Rate Exceeded.')
    running += 1
    const startedAt = performance.now()
    const requestId = randomUUID()
    try {
      const warm = takeIdle()
      const sandbox = warm ?? (await startCold())
      const outcome = await runOn(sandbox, requestId, text)
      const logs = sandbox.takeLogs()
      putBack(sandbox)
      return { ...outcome, requestId, cold: !warm, logs, durationMs: performance.now() - startedAt }
    } finally {
      running -= 1
    }
  }

  const ask = async (question: Question): Promise<unknown> => {
    const sandbox = takeIdle()
    if (!sandbox) throw new Error(`${name} has no idle sandbox to ask`)
    const outcome = await runOn(sandbox, randomUUID(), 'null', question)
    putBack(sandbox)
    if (outcome.error) throw new Error(outcome.error.errorMessage)
    return outcome.result
  }

  const living = () => [...all].filter((sandbox) => sandbox.isAlive())
  const kill = async () => {
    await Promise.all(living().map((sandbox) => sandbox.kill()))
  }

  return {
    name,
    invoke,
    kill,
    get coldStarts() {
      return coldStarts
    },
    get sandboxes() {
      return living().length
    },
    freeze: () => living().forEach((sandbox) => void sandbox.freeze()),
    thaw: () => living().forEach((sandbox) => void sandbox.thaw()),
    rssBytes: () => rssBytes(living().map(({ pid }) => pid)),
    // The runtime client makes both answers in these types.
    moduleLoadList: async () => (await ask('module-load-list')) as string[],
    memory: async () => (await ask('memory')) as ProcessMemory,
    close: async () => {
      isClosed = true
      await kill()
      await taskRoot.remove()
    },
  }
}
