import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const PROGRAM = new URL('main.ts', import.meta.url).pathname

describe('the ledger, explored', () => {
  // A separate process: in the test runner's process the same search takes four times as long.
  it('breaks nothing and can always finish with one fault at any moment, and each clause of it is needed or known not to be', {
    timeout: 300_000,
  }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'small'], { maxBuffer: 2 ** 26 }).catch(
      (failed: { readonly stdout: string }) => failed,
    )

    console.log(stdout.replaceAll(/^ {4}\d+\. .*\n/gm, ''))
    expect(stdout).toContain('violations.')
    expect(stdout.trim().split('\n').at(-1)).toBe('All is as it should be.')
  })
})
