import { type ChildProcess, spawn } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exited, failed, type Outcome, timedOut } from './invocation.ts'
import { gatherLines } from './log-lines.ts'
import { node24 } from './node-24.ts'
import { startRuntimeApi, type Work } from './runtime-api.ts'

export type SandboxOptions = {
  readonly taskRoot: string
  readonly env: Readonly<Record<string, string>>
  readonly initTimeoutMs: number
}

export type Sandbox = {
  readonly pid: number
  /** False after the process has ended, or was told to end. */
  isAlive(): boolean
  /** One invocation at a time. After `timeoutMs` the process is killed. */
  run(work: Work, timeoutMs: number): Promise<Outcome>
  /** Lines since the last call. */
  takeLogs(): string[]
  freeze(): void
  thaw(): void
  kill(): Promise<void>
  /** Settles when the process has ended and its streams are closed. */
  readonly ended: Promise<unknown>
}

const client = fileURLToPath(new URL('runtime-client.mjs', import.meta.url))
const flags = ['--expose-gc', '--max-http-header-size=81920']

// A process that is stopped by SIGSTOP does not notice that its parent ends, so the parent kills it.
const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** Starts a process of the runtime. An error in its init phase is the outcome of the first `run`. */
export const startSandbox = async ({ taskRoot, env, initTimeoutMs }: SandboxOptions): Promise<Sandbox> => {
  const api = await startRuntimeApi()
  const child = spawn(node24(), [...flags, client], {
    cwd: taskRoot,
    env: { ...env, AWS_LAMBDA_RUNTIME_API: api.host, LAMBDA_TASK_ROOT: taskRoot },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  living.add(child)
  const logs = gatherLines(child.stdout, child.stderr)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      living.delete(child)
      resolve()
    })
  })
  let isDoomed = false
  ended.then(() => {
    isDoomed = true
    return api.close()
  })

  const kill = async () => {
    isDoomed = true
    child.kill('SIGKILL')
    await ended
  }

  /**
   * The outcome, or the error that replaces it if the process ends or the time is over. Its listener goes with it: a
   * sandbox that lives long has many invocations.
   */
  const within = async (promise: Promise<Outcome>, requestId: string, timeoutMs: number): Promise<Outcome> => {
    const first = Promise.withResolvers<Outcome>()
    const end = () => first.resolve(api.answered() ?? exited(requestId, child.exitCode, child.signalCode))
    promise.then(first.resolve, first.reject)
    if (living.has(child)) child.once('close', end)
    else end()
    const late = setTimeout(() => first.resolve(timedOut(requestId, timeoutMs)), timeoutMs).unref()
    const outcome = await first.promise.finally(() => {
      clearTimeout(late)
      child.off('close', end)
    })
    if (outcome.timedOut) await kill()
    return outcome
  }

  const started = api.started.then((error) => (error ? failed(error) : { result: undefined, timedOut: false as const }))
  const initialised = within(started, 'init', initTimeoutMs)

  return {
    pid: child.pid ?? 0,
    isAlive: () => !isDoomed,
    run: async (work, timeoutMs) => {
      const init = await initialised
      if (init.error) {
        await kill()
        return init
      }
      const outcome = await within(api.hand(work), work.requestId, timeoutMs)
      // The handler's output is in the pipe before its response is sent, so one turn of the event loop reads both.
      await setImmediate()
      return outcome
    },
    takeLogs: logs.take,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill,
    ended,
  }
}
