import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const command = fileURLToPath(new URL('../main.ts', import.meta.url))

describe('reconcile over many due rows', () => {
  it('keeps its memory flat and its pace, for one merchant and for a thousand', () => {
    const { status, stdout } = spawnSync(process.execPath, [command, 'reconcile', '--rows', '200000'], {
      encoding: 'utf8',
    })

    expect(stdout.match(/^kept {3}the most resident memory/gm)).toHaveLength(2)
    expect(stdout.match(/^kept {3}at most 20 dispatches/gm)).toHaveLength(2)
    expect(stdout).toContain('200000 orders in 200 runs')
    expect(stdout).toMatch(/1000 merchants with 200 due rows each\n(.*\n)*? {2}200000 orders in 1 runs/)
    expect(status).toBe(0)
  })
})
