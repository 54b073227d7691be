import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { node24 } from '../../lib/local/lambda/node-24.ts'

const program = fileURLToPath(new URL('../../lib/local/start.ts', import.meta.url))

/** Runs the command of `npm start -- …` without the build, in its own folder. It is killed when the test ends. */
export const npmStart = (folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(node24(), [program, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })

  /** Settles when the output matches. Throws if the process ends before. */
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output)
      if (found) return found
      const ended = await Promise.race([once(child.stdout, 'data').then(() => false), exited.then(() => true)])
      if (ended && !pattern.test(output)) throw new Error(`it ended without ${pattern}:\n${output}`)
    }
  }

  return {
    pid: child.pid,
    says,
    /** The whole output and the exit code, after the process has ended. */
    ended: async () => ({ code: await exited, output }),
    pressCtrlC: () => void child.kill('SIGINT'),
  }
}
