// A process that starts sandboxes for another one, and ends with it. Run by `createSandboxHost`.
import { setPriority } from 'node:os'
import type { Outcome } from '../../../../lib/local/lambda/invocation.ts'
import type { Work } from '../../../../lib/local/lambda/runtime-api.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../../lib/local/lambda/sandbox.ts'

export type Order =
  | { readonly do: 'start'; readonly options: SandboxOptions }
  | { readonly do: 'run'; readonly sandbox: number; readonly work: Work; readonly timeoutMs: number }
  | { readonly do: 'freeze' | 'thaw' | 'kill'; readonly sandbox: number }

export type Asked = { readonly id: number; readonly order: Order }
export type Told = { readonly to: number; readonly answer: unknown } | { readonly ended: number }

/** `sandbox` is its number here. */
export type Started = { readonly sandbox: number; readonly pid: number }
export type Ran = { readonly outcome: Outcome; readonly logs: readonly string[]; readonly isAlive: boolean }

// On two cores they would hold up the world that they all wait for, which is one process.
setPriority(10)

// One that has ended is kept, since an order may come late.
const sandboxes: Sandbox[] = []
const tell = (told: Told): void => void process.send?.(told)

const start = async (options: SandboxOptions): Promise<Started> => {
  const started = await startSandbox(options)
  const sandbox = sandboxes.push(started) - 1
  started.ended.then(() => tell({ ended: sandbox }))
  return { sandbox, pid: started.pid }
}

const run = async (sandbox: Sandbox, work: Work, timeoutMs: number): Promise<Ran> => {
  const outcome = await sandbox.run(work, timeoutMs)
  return { outcome, logs: sandbox.takeLogs(), isAlive: sandbox.isAlive() }
}

const obey = async (order: Order): Promise<unknown> => {
  if (order.do === 'start') return start(order.options)
  const sandbox = sandboxes[order.sandbox]
  if (!sandbox) throw new Error(`there is no sandbox ${order.sandbox}`)
  return order.do === 'run' ? run(sandbox, order.work, order.timeoutMs) : sandbox[order.do]()
}

process.on('message', async ({ id, order }: Asked) => tell({ to: id, answer: await obey(order) }))
process.on('disconnect', () => process.exit())
