import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeToyBundle } from './toy-bundle.ts'

let bundle: Awaited<ReturnType<typeof writeToyBundle>>
beforeAll(async () => {
  bundle = await writeToyBundle(`export const handler = async ({ ms }) => {
  process.stdout.write(process.pid + '\\n')
  await new Promise((resolve) => setTimeout(resolve, ms))
  if (ms > 0) throw new Error('a failure that is printed')
}`)
})
afterAll(() => bundle.remove())

const PARENT = `
import { startLambda } from ${JSON.stringify(fileURLToPath(new URL('../../../lib/local/lambda/start-lambda.ts', import.meta.url)))}
const lambda = await startLambda({ name: 'toy', bundleDir: process.argv[1], env: {}, timeoutMs: 60_000 })
const { logs } = await lambda.invoke({ ms: 0 })
setTimeout(() => console.log(logs.find((line) => /^\\d+$/.test(line))), 200)
await lambda.invoke({ ms: 1000 })
`

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('a sandbox whose world was killed in the middle of a call ends by itself', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, bundle.dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(parent.stdout), 'line')
  const pid = Number(line)

  expect(isThere(pid)).toBe(true)
  parent.kill('SIGKILL')
  try {
    await expect.poll(() => !isThere(pid)).toBe(true)
  } finally {
    if (isThere(pid)) process.kill(pid, 'SIGKILL')
  }

  expect(isThere(pid)).toBe(false)
})
