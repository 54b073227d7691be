import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { runWhole } from './child.ts'
import { startOutside } from './outside.ts'
import { copyOurs, oursIn } from './programs.ts'

test('the function that is measured syncs the order, and asks no more than the bench counts', async () => {
  const folder = mkdtempSync(`${tmpdir()}/payscore-bench-`)
  onTestFinished(() => rm(folder, { recursive: true }))
  copyOurs(folder)
  const outside = await startOutside()
  onTestFinished(outside.close)
  await runWhole([...oursIn(folder).whole, '3'], outside.env)
  const { connections: _, ...asked } = await outside.counts()
  expect(asked).toEqual({ secret: 1, read: 1, party: 1, claim: 3, call: 3, record: 3 })
})
