import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

describe('a program that proves something by a long run', () => {
  it.each([
    ['storm/main.ts', ['storm', '--orders']],
    ['storm/main.ts', ['storm', '--sandboxes']],
    ['storm/main.ts', ['outage', '--hours']],
    ['storm/main.ts', ['reconcile', '--rows']],
    ['storm/main.ts', ['month', '--orders']],
    ['storm/main.ts', ['month', '--days']],
    ['storm/main.ts', ['wrong-notices', '--notices']],
    ['scale/main.ts', ['--orders']],
    ['served/main.ts', ['--shops']],
    ['served/main.ts', ['--rounds']],
    ['fuzz/main.ts', ['--runs']],
    ['leaks/main.ts', ['--orders']],
  ])('%s does not pass for a proof of nothing: %j', (program, args) => {
    for (const value of ['abc', '0']) {
      const path = new URL(`../${program}`, import.meta.url).pathname
      const { status, stderr } = spawnSync(process.execPath, [path, ...args, value], {
        encoding: 'utf8',
        timeout: 30_000,
      })

      expect([status, stderr]).toEqual([2, `${args.at(-1)} ${value}: must be a whole number, 1 or more\n`])
    }
  })
})
