import { createHash, type Hash } from 'node:crypto'
import { type BillRow, type ColumnFamily, headerLine, rowLine, summaryLines, totalsOf } from './bill-columns.ts'
import { type Padding, paddingPieces, paddingTotals } from './bill-padding.ts'

/** What one trade bill is written from. */
export type BillFile = {
  readonly family: ColumnFamily
  readonly rows: readonly BillRow[]
  readonly padding: Padding
  /** The summary says one fen more than the rows come to. */
  readonly wrongSums: boolean
}

/** The text in pieces, with its byte order mark; every line ends with CRLF, the last one too. */
export const billPieces = function* (file: BillFile): Generator<Buffer> {
  yield* beginning(file)
  yield* end(file)
}

const beginning = function* ({ family, padding }: BillFile): Generator<Buffer> {
  yield Buffer.from(`\ufeff${headerLine(family)}\r\n`)
  yield* paddingPieces(family, padding)
}

const end = function* ({ family, rows, padding, wrongSums }: BillFile): Generator<Buffer> {
  for (const row of rows) yield Buffer.from(`${rowLine(family, row)}\r\n`)
  const own = totalsOf(rows)
  const more = paddingTotals(padding)
  const totals = {
    count: own.count + more.count,
    paid: own.paid + more.paid + (wrongSums ? 1 : 0),
    back: own.back + more.back,
    fee: own.fee + more.fee,
  }
  yield Buffer.from(`${summaryLines(family, totals).join('\r\n')}\r\n`)
}

/** Reads the whole text, and keeps nothing of it. What the padding comes to is known from the time before. */
export const createMeasure = () => {
  const begun = new Map<string, Measured>()
  const beginningOf = (file: BillFile): Measured => {
    const key = JSON.stringify([file.family, file.padding])
    const known = begun.get(key) ?? measured(beginning(file), { hash: createHash('sha1'), bytes: 0 })
    begun.set(key, known)
    return known
  }
  return (file: BillFile): { readonly sha1: string; readonly bytes: number } => {
    const { hash, bytes } = beginningOf(file)
    const whole = measured(end(file), { hash: hash.copy(), bytes })
    return { sha1: whole.hash.digest('hex'), bytes: whole.bytes }
  }
}

type Measured = { readonly hash: Hash; readonly bytes: number }

const measured = (pieces: Iterable<Buffer>, before: Measured): Measured => {
  let { bytes } = before
  for (const piece of pieces) {
    before.hash.update(piece)
    bytes += piece.length
  }
  return { hash: before.hash, bytes }
}

/** The first so many bytes. */
export const firstBytes = function* (pieces: Iterable<Buffer>, bytes: number): Generator<Buffer> {
  let left = bytes
  for (const piece of pieces) {
    if (piece.length >= left) {
      yield piece.subarray(0, left)
      return
    }
    yield piece
    left -= piece.length
  }
}
