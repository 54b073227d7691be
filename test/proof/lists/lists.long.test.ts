import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareReaders } from './compare.ts'
import { anyBytes, list } from './generate.ts'

it('a list is booked as a second reader sees it, and each line of its file is told once', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(list, async ({ bytes }) => {
      expect(await compareReaders(bytes)).toMatchObject({ unaccounted: 0, doubled: 0, invented: [], lost: [] })
    }),
    { numRuns: 300 },
  )
})

it('any bytes at all are accounted for, line by line', async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, async (bytes) => {
      expect(await compareReaders(bytes)).toMatchObject({ unaccounted: 0, doubled: 0, invented: [], lost: [] })
    }),
    { numRuns: 300 },
  )
})
