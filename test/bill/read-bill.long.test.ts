import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGzip } from 'node:zlib'
import { expect, it } from 'vitest'
import { readBill } from '../../lib/bill/read-bill.ts'
import { HEADERS } from './bill-writer.ts'

const ROWS = 1_000_000
const ROWS_OF_A_PIECE = 200
const GIB = 1024 ** 3

setFlagsFromString('--expose-gc')
const gc: () => void = runInNewContext('gc')

/** Debits, payments by hand, refunds and others in turn: three of four lines are spooled. */
const rowOf = (index: number): string => {
  const number = String(index).padStart(8, '0')
  const start = `\`2026-11-24 10:29:59,\`wxd678efh567hg6787,\`1900000100,\`1900000109,\`,\`42000026012026112400${number},\`R-${number},\`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o`
  const end = `\`房费,\`wxzff|15646546545165651651|R-${number},\`0.23400,\`0.60%`
  if (index % 4 === 2)
    return `${start},\`AUTH,\`REFUND,\`PAB_DEBIT,\`CNY,\`0.00,\`0.00,\`5030310856202611241${number},\`F-${number},\`39.00,\`0.00,\`ORIGINAL,\`PROCESSING,${end},\`0.00,\`39.00,\`\r\n`
  const type = ['AUTH', 'JSAPI', '', 'NATIVE'][index % 4]
  return `${start},\`${type},\`SUCCESS,\`PAB_DEBIT,\`CNY,\`39.00,\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,${end},\`39.00,\`0.00,\`\r\n`
}

const [HEADER, SUMMARY] = HEADERS.today

const bill = function* (onRow: (index: number) => void = () => undefined) {
  yield Buffer.from(`\ufeff${HEADER}\r\n`)
  for (let at = 0; at < ROWS; at += ROWS_OF_A_PIECE) {
    onRow(at)
    yield Buffer.from(Array.from({ length: ROWS_OF_A_PIECE }, (_, index) => rowOf(at + index)).join(''))
  }
  const charged = (ROWS / 4) * 3 * 39
  yield Buffer.from(
    `${SUMMARY}\r\n\`${ROWS},\`${charged}.00,\`${(ROWS / 4) * 39}.00,\`0.00,\`${ROWS * 0.234}.00000,\`${charged}.00,\`${(ROWS / 4) * 39}.00\r\n`,
  )
}

it('of a million lines is read at flat memory, packed as it comes and spooled to a disk', async () => {
  const hash = createHash('sha1')
  let bytes = 0
  for (const piece of bill()) {
    hash.update(piece)
    bytes += piece.length
  }
  const scratch = await mkdtemp(join(tmpdir(), 'spool-'))
  const spool = createWriteStream(join(scratch, 'spool'))
  const heaps: number[] = []
  const outside: number[] = []
  const measure = () => {
    gc()
    const { heapUsed, external } = process.memoryUsage()
    heaps.push(heapUsed)
    outside.push(external)
  }
  const measured = new Set([ROWS / 10, ROWS - ROWS_OF_A_PIECE])
  const source = Readable.from(bill((at) => measured.has(at) && measure()))
  const startedAt = performance.now()

  const reading = await readBill(
    source.pipe(createGzip({ level: 1 })),
    { sha1: hash.digest('hex'), maxBytes: GIB },
    (text) => spool.write(text) || new Promise<void>((resolve) => spool.once('drain', () => resolve())),
  )

  const seconds = (performance.now() - startedAt) / 1000
  await rm(scratch, { recursive: true })
  const [tenth = 0, end = Number.POSITIVE_INFINITY] = heaps
  console.info(
    `${Math.round(ROWS / seconds)} lines a second, writing them included; ${bytes} bytes; heap ${tenth} → ${end}, outside of it ${outside.join(' → ')}`,
  )
  expect(reading).toMatchObject({
    agreed: true,
    bill: { rows: ROWS, counts: { order: ROWS / 4, hint: ROWS / 4, refund: ROWS / 4, other: ROWS / 4 } },
  })
  expect(end / tenth).toBeLessThanOrEqual(1.1)
  // Pieces that are on their way, and what zlib keeps.
  expect(Math.max(...outside)).toBeLessThan(64 * 1024 ** 2)
})
