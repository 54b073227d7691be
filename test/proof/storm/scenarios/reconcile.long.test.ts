import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const command = fileURLToPath(new URL('../main.ts', import.meta.url))

const reconcile = (...options: readonly string[]) =>
  spawnSync(process.execPath, [command, 'reconcile', ...options], { encoding: 'utf8' })

describe('reconcile over many due rows', () => {
  it('keeps its memory flat, its pace and the order, for a merchant, for 100,000 shops of one signer, for a thousand signers', () => {
    const { status, stdout } = reconcile('--rows', '200000')

    expect(stdout.match(/^kept {3}the most resident memory/gm)).toHaveLength(3)
    expect(stdout.match(/^kept {3}no more dispatches of one signer/gm)).toHaveLength(3)
    expect(stdout.match(/^kept {3}of each shop the oldest row first/gm)).toHaveLength(3)
    expect(stdout.match(/^kept {3}no row waits longer/gm)).toHaveLength(3)
    expect(stdout.match(/^kept {3}no shop waits longer/gm)).toHaveLength(3)
    expect(stdout.match(/^kept {3}a minute in which nothing is due/gm)).toHaveLength(3)
    expect(stdout).toContain('200000 orders in 200 runs')
    expect(stdout).toMatch(
      /1 signers with 100000 shops each, 200 a second and 16 shards\n(.*\n)*? {2}200000 orders in 20 runs/,
    )
    expect(stdout).toMatch(/1000 signers with 100000 shops each, .*\n(.*\n)*? {2}200000 orders in 1 runs/)
    expect(status).toBe(0)
  })

  it('plays one load alone, with the pace and the shards that are given', () => {
    const { status, stdout } = reconcile(
      '--rows',
      '20000',
      '--signers',
      '2',
      '--shops',
      '10',
      '--pace',
      '50',
      '--shards',
      '8',
    )

    expect(stdout).toContain('20000 due rows of 2 signers with 10 shops each, 50 a second and 8 shards')
    expect(stdout).toMatch(/dispatches of one signer within a second, at most +50\n/)
    expect(stdout).toContain('20000 orders in 4 runs')
    expect(status).toBe(0)
  })
})
