import { run } from '../../lib/cli/commands.ts'
import type { Clock } from '../../lib/local/clock.ts'

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** Runs one command line in this process, in English unless `env` says otherwise; nothing of the machine's own locale counts. */
export const runCli = async (
  argv: readonly string[],
  {
    cwd = '.',
    env = {},
    isTTY = false,
    now = Date.now,
    ask,
  }: {
    cwd?: string
    env?: NodeJS.ProcessEnv
    isTTY?: boolean
    now?: () => number
    ask?: (question: string) => Promise<string>
  } = {},
): Promise<Ran> => {
  let out = ''
  let err = ''
  const code = await run(argv, {
    env: { ...process.env, LC_ALL: 'C', LANG: '', ...env },
    cwd,
    out: { isTTY, write: (text) => (out += text) },
    err: { isTTY, write: (text) => (err += text) },
    now,
    ...(ask && { ask }),
  })
  return { code, out, err }
}

/** Command lines at the time of a clock. */
export const cliAt =
  ({ now }: Pick<Clock, 'now'>) =>
  (argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> =>
    runCli(argv, { now, ...(env && { env }) })

export const CHINESE = { LC_ALL: 'zh_CN.UTF-8' }
