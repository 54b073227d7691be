import { createHash } from 'node:crypto'
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
export const billPieces = function* ({ family, rows, padding, wrongSums }: BillFile): Generator<Buffer> {
  yield Buffer.from(`\ufeff${headerLine(family)}\r\n`)
  yield* paddingPieces(family, padding)
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

/** Reads the whole text once, and keeps nothing of it. */
export const measureBill = (file: BillFile): { readonly sha1: string; readonly bytes: number } => {
  const hash = createHash('sha1')
  let bytes = 0
  for (const piece of billPieces(file)) {
    hash.update(piece)
    bytes += piece.length
  }
  return { sha1: hash.digest('hex'), bytes }
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
