import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

type Env = Readonly<Record<string, string>>

/**
 * A whole process from start to end, ms: its CPU, user and system, and the time that it took, as the kernel told them
 * to the shell that waited; and what it printed, where that is wanted. Throws what it said when it fails.
 */
export const runWhole = async (
  command: readonly string[],
  env: Env,
  output: 'ignore' | 'pipe' = 'ignore',
  cwd: string = process.cwd(),
) => {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time "$@" 2>&3'
  const child = spawn('bash', ['--norc', '-c', script, 'bash', ...command], {
    env,
    cwd,
    stdio: ['ignore', output, 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const [printed, times, errors] = await Promise.all(child.stdio.slice(1, 4).map(textOf))
  const [code] = await ended
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${errors?.slice(-2000)}`)
  const [real = 0, user = 0, system = 0] = (times ?? '')
    .trim()
    .split(/\s+/)
    .map((seconds) => Number(seconds) * 1000)
  return { cpuMs: user + system, tookMs: real, printed: printed ?? '' }
}

const textOf = async (stream: unknown): Promise<string> => (stream ? text(stream as Readable) : '') // only pipes are read

/** A process that does one step after the other as it is told. */
export const startSteps = async (command: readonly string[], env: Env) => {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = child.stdout.setEncoding('utf8')
  const answer = async () => {
    const [line] = await Promise.race([once(lines, 'data'), once(child, 'close').then(() => ['nothing more'])])
    if (line !== 'done\n') throw new Error(`${command.join(' ')} said ${line}`)
  }
  await answer()
  return {
    pid: child.pid ?? 0,
    /** How long it took, seen from here, ms. */
    step: async (name: 'load' | 'call'): Promise<number> => {
      const startedAt = performance.now()
      child.stdin.write(`${name}\n`)
      await answer()
      return performance.now() - startedAt
    },
    /** The most that was ever resident, MB. */
    peakMb: (): number =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    end: async (): Promise<void> => {
      const closed = once(child, 'close')
      child.stdin.end()
      await closed
    },
  }
}
