import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Sandbox, SandboxOptions } from '../../../../lib/local/lambda/sandbox.ts'
import type { Asked, Order, Ran, Started, Told } from './sandbox-host-process.ts'

/**
 * Starts sandboxes from a process of its own. A storm's own process grows to gigabytes, and each start from there would
 * stop it for a tenth of a second and more, since fork copies the page tables.
 */
export const createSandboxHost = () => {
  const host = fork(fileURLToPath(new URL('sandbox-host-process.ts', import.meta.url)), { execArgv: [] })
  const answers = new Map<number, (answer: unknown) => void>()
  const ends = new Map<number, () => void>()
  let asked = 0
  let started = 0
  let isClosed = false
  host.once('exit', (code) => {
    if (!isClosed) throw new Error(`the process of the sandboxes ended with ${code}`)
  })
  host.on('message', (told: Told) => {
    if ('ended' in told) {
      ends.get(told.ended)?.()
      ends.delete(told.ended)
    } else {
      answers.get(told.to)?.(told.answer)
      answers.delete(told.to)
    }
  })

  const ask = <Answer>(order: Order): Promise<Answer> => {
    asked += 1
    const { promise, resolve } = Promise.withResolvers<unknown>()
    answers.set(asked, resolve)
    host.send({ id: asked, order } satisfies Asked)
    return promise as Promise<Answer> // the host answers each order with its own kind of answer
  }

  const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
    started += 1
    const sandbox = started
    let isDoomed = false
    const ended = new Promise<void>((resolve) => {
      ends.set(sandbox, () => {
        isDoomed = true
        resolve()
      })
    })
    const { pid } = await ask<Started>({ sandbox, do: 'start', options })
    let logs: string[] = []
    return {
      pid,
      isAlive: () => !isDoomed,
      run: async (work, timeoutMs) => {
        const ran = await ask<Ran>({ sandbox, do: 'run', work, timeoutMs })
        logs.push(...ran.logs)
        return ran.outcome
      },
      takeLogs: () => {
        const taken = logs
        logs = []
        return taken
      },
      freeze: () => void ask({ sandbox, do: 'freeze' }),
      thaw: () => void ask({ sandbox, do: 'thaw' }),
      kill: async () => {
        isDoomed = true
        await ask({ sandbox, do: 'kill' })
      },
      ended,
    }
  }

  return {
    /** Replaces startSandbox. */
    startSandbox,
    /** Kills every sandbox. */
    close: async (): Promise<void> => {
      isClosed = true
      const exited = once(host, 'exit')
      host.disconnect()
      await exited
    },
  }
}
