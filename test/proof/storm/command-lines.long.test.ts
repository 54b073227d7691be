import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

describe('a program that proves something by a long run', () => {
  it.each([
    ['storm/storm.ts', '--orders'],
    ['storm/storm.ts', '--sandboxes'],
    ['storm/outage.ts', '--hours'],
    ['storm/reconcile.ts', '--rows'],
    ['fuzz/main.ts', '--runs'],
    ['leaks/main.ts', '--orders'],
  ])('%s does not pass for a proof of nothing: %s', (program, option) => {
    for (const value of ['abc', '0']) {
      const path = new URL(`../${program}`, import.meta.url).pathname
      const { status, stderr } = spawnSync(process.execPath, [path, option, value], {
        encoding: 'utf8',
        timeout: 30_000,
      })

      expect([status, stderr]).toEqual([2, `${option} ${value}: must be a whole number, 1 or more\n`])
    }
  })
})
