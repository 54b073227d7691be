// A process that starts sandboxes for another one, and ends with it. Run by `createSandboxHost`.
import { setPriority } from 'node:os'
import type { Outcome } from '../../../../lib/local/lambda/invocation.ts'
import type { Work } from '../../../../lib/local/lambda/runtime-api.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../../lib/local/lambda/sandbox.ts'

/** `sandbox` is the number that the other process gave it. */
export type Order = { readonly sandbox: number } & (
  | { readonly do: 'start'; readonly options: SandboxOptions }
  | { readonly do: 'run'; readonly work: Work; readonly timeoutMs: number }
  | { readonly do: 'freeze' | 'thaw' | 'kill' }
)

export type Asked = { readonly id: number; readonly order: Order }
/** That a sandbox has ended is told before the answer to what it ran last. */
export type Told = { readonly to: number; readonly answer: unknown } | { readonly ended: number }

export type Started = { readonly pid: number }
export type Ran = { readonly outcome: Outcome; readonly logs: readonly string[] }

// On two cores they would hold up the world that they all wait for, which is one process.
setPriority(10)

// One that has ended is kept, since an order may come late.
const sandboxes = new Map<number, Sandbox>()
const tell = (told: Told): void => void process.send?.(told)

const start = async (number: number, options: SandboxOptions): Promise<Started> => {
  const sandbox = await startSandbox(options)
  sandboxes.set(number, sandbox)
  sandbox.ended.then(() => tell({ ended: number }))
  return { pid: sandbox.pid }
}

const run = async (sandbox: Sandbox, work: Work, timeoutMs: number): Promise<Ran> => {
  const outcome = await sandbox.run(work, timeoutMs)
  return { outcome, logs: sandbox.takeLogs() }
}

const obey = async (order: Order): Promise<unknown> => {
  if (order.do === 'start') return start(order.sandbox, order.options)
  const sandbox = sandboxes.get(order.sandbox)
  if (!sandbox) throw new Error(`there is no sandbox ${order.sandbox}`)
  return order.do === 'run' ? run(sandbox, order.work, order.timeoutMs) : sandbox[order.do]()
}

process.on('message', async ({ id, order }: Asked) => tell({ to: id, answer: await obey(order) }))
process.on('disconnect', () => process.exit())
