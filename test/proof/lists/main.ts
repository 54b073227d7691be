// npm run prove -- lists [--runs 100000] [--seed 1]: generated lists, each read by the service's reader and by a second one.
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { compareReaders } from './compare.ts'
import { anyBytes, list } from './generate.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const runs = Number(values.runs)
const seed = Number(values.seed)

const sums = { lists: 0, refused: 0, lines: 0, booked: 0, unaccounted: 0, doubled: 0, invented: 0, lost: 0 }
const startedAt = performance.now()
let shown = 0

const look = async (bytes: Buffer, what: string): Promise<void> => {
  const outcome = await compareReaders(bytes)
  sums.lists += 1
  sums.refused += outcome.isRefused ? 1 : 0
  sums.lines += outcome.lines
  sums.booked += outcome.booked
  sums.unaccounted += outcome.unaccounted === 0 ? 0 : 1
  sums.doubled += outcome.doubled
  sums.invented += outcome.invented.length
  sums.lost += outcome.lost.length
  const isWrong = outcome.unaccounted !== 0 || outcome.doubled > 0 || outcome.invented.length + outcome.lost.length > 0
  if (!isWrong || shown >= 5) return
  shown += 1
  process.stdout.write(`${JSON.stringify(outcome)}\n  ${what}\n  ${bytes.toString('base64')}\n`)
}

// In parts: all values of one sample are held at once.
const PART = 2000
for (let done = 0; done < runs; done += PART) {
  const some = Math.min(PART, runs - done)
  const of = <T>(arbitrary: fc.Arbitrary<T>, count: number) =>
    fc.sample(arbitrary, { numRuns: count, seed: seed + done })
  for (const { bytes, what } of of(list, Math.ceil(some * 0.8))) await look(bytes, what)
  for (const bytes of of(anyBytes, Math.floor(some * 0.2))) await look(bytes, 'any bytes')
}

const seconds = Math.round((performance.now() - startedAt) / 1000)
process.stdout.write(`${JSON.stringify({ ...sums, seconds }, undefined, 2)}\n`)
const isRight = sums.unaccounted + sums.doubled + sums.invented + sums.lost === 0
process.stdout.write(isRight ? 'every line accounted for, nothing invented, nothing lost\n' : 'NOT as it should be\n')
process.exitCode = isRight ? 0 : 1
