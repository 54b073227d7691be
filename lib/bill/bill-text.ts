import { isUtf8 } from 'node:buffer'
import { type Candidate, LINE_KINDS, type LineKind, readCandidate } from './candidate.ts'
import { type Header, readHeader, readSummaryHeader, type SummaryHeader, type SumName } from './columns.ts'
import { readFen, readThousandths } from './money.ts'

/** Why the text of a bill is not one that can be read. `line` is counted from 1; a value is never quoted. */
export type TextFlaw =
  | { readonly reason: 'encoding' | 'no_summary' | 'count' }
  | { readonly reason: 'line_too_long' | 'after_summary'; readonly line: number }
  | { readonly reason: 'header' | 'row' | 'summary'; readonly line: number; readonly column?: string }
  | { readonly reason: 'sum'; readonly column: string }

/** What the summary said and the lines came to, alike. Fen; a bill of old lacks the last two. */
export type BillSums = { readonly [name in Exclude<SumName, 'fee'>]?: number }

export type BillFacts = {
  readonly rows: number
  /** Each line in one of them. `unknown`: a 交易状态 that nobody has published. */
  readonly counts: Readonly<Record<LineKind, number>>
  readonly sums: BillSums
}

const LF = 0x0a
/** Characters of one line: it has 27 columns, of which the merchant's own texts are the longest. */
const LINE_MOST = 16 * 1024
/** So many bytes without an end are more characters than that. */
const KEPT_MOST = 3 * LINE_MOST

/**
 * Reads the text of a bill in pieces of any size; of what was read only sums and counts stay. After the first flaw nothing
 * more is read, and `end` names it.
 *
 * The lines are split here and not by a CSV parser: the format has neither quotes nor breaks in its fields, its data lines
 * are parted by comma and backquote but its headers by comma, and ten million of them have to be read within minutes.
 */
export const createBillText = () => {
  const counts = Object.fromEntries(LINE_KINDS.map((kind) => [kind, 0])) as Record<LineKind, number>
  let kept: Uint8Array = new Uint8Array()
  let line = 0
  let rows = 0
  let header: Header | undefined
  let summary: SummaryHeader | undefined
  let totals: number[] = []
  let stated: { readonly count: number; readonly sums: readonly number[] } | undefined
  let flaw: TextFlaw | undefined

  const take = (piece: Uint8Array): readonly Candidate[] => {
    if (flaw) return []
    const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece])
    const end = bytes.lastIndexOf(LF) + 1
    // What is kept must not hold the whole of a piece in memory.
    kept = Uint8Array.prototype.slice.call(bytes, end)
    const candidates = end === 0 ? [] : takeLines(bytes.subarray(0, end - 1))
    if (kept.length > KEPT_MOST && !flaw) flaw = { reason: 'line_too_long', line: line + 1 }
    return flaw ? [] : candidates
  }

  const takeLines = (bytes: Uint8Array): readonly Candidate[] => {
    if (!isUtf8(bytes)) {
      flaw = { reason: 'encoding' }
      return []
    }
    const candidates: Candidate[] = []
    for (const text of Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString().split('\n')) {
      line += 1
      const candidate = takeLine(text.endsWith('\r') ? text.slice(0, -1) : text)
      if (flaw) return []
      if (candidate) candidates.push(candidate)
    }
    return candidates
  }

  const takeLine = (text: string): Candidate | undefined => {
    if (text.length > LINE_MOST) flaw = { reason: 'line_too_long', line }
    else if (!header) takeHeader(text.startsWith('\ufeff') ? text.slice(1) : text)
    else if (stated) flaw = { reason: 'after_summary', line }
    else if (summary) takeSums(text, header, summary)
    else if (text.startsWith('`')) return takeRow(text, header)
    else takeSummaryHeader(text, header)
    return undefined
  }

  const takeHeader = (text: string) => {
    const read = readHeader(text)
    if ('column' in read) {
      flaw = { reason: 'header', line, column: read.column }
      return
    }
    header = read
    totals = read.sums.map(() => 0)
  }

  const takeRow = (text: string, of: Header): Candidate | undefined => {
    const fields = fieldsOf(text)
    if (fields.length !== of.width) {
      flaw = { reason: 'row', line }
      return undefined
    }
    const amounts: { [name in SumName]?: number } = {}
    let index = 0
    for (const { name, at, column } of of.sums) {
      const amount = readSum(name, fields[at] ?? '')
      if (amount === undefined) {
        flaw = { reason: 'row', line, column }
        return undefined
      }
      amounts[name] = amount
      totals[index] = (totals[index] ?? 0) + amount
      index += 1
    }
    const isRefund = fields[of.at.trade_state] === 'REFUND'
    const amount = isRefund ? (amounts.refund_asked ?? amounts.refunded) : (amounts.ordered ?? amounts.settled)
    const read = readCandidate(fields, of, amount ?? 0)
    if ('column' in read) {
      flaw = { reason: 'row', line, column: read.column }
      return undefined
    }
    rows += 1
    counts[read.counts] += 1
    return read.candidate
  }

  const takeSummaryHeader = (text: string, of: Header) => {
    const read = readSummaryHeader(text, of)
    if ('column' in read) flaw = { reason: 'summary', line, column: read.column }
    else summary = read
  }

  const takeSums = (text: string, { sums }: Header, { width, countAt, sumsAt }: SummaryHeader) => {
    const fields = fieldsOf(text)
    const count = /^\d{1,15}(?:\.0+)?$/.test(fields[countAt] ?? '') ? Number(fields[countAt]) : undefined
    const read = sums.map(({ name }, index) => readSum(name, fields[sumsAt[index] ?? -1] ?? 'none'))
    if (!text.startsWith('`') || fields.length !== width || count === undefined || read.includes(undefined))
      flaw = { reason: 'summary', line }
    else stated = { count, sums: read.map((sum) => sum ?? 0) }
  }

  /** After the last piece: what the bill holds, or the first thing that is wrong with it. */
  const end = (): BillFacts | TextFlaw => {
    if (kept.length > 0 && !flaw) takeLines(kept)
    if (flaw) return flaw
    if (!header || !stated) return { reason: 'no_summary' }
    if (stated.count !== rows) return { reason: 'count' }
    const sums: { -readonly [name in keyof BillSums]: BillSums[name] } = {}
    for (const [index, { name, column }] of header.sums.entries()) {
      const total = totals[index] ?? 0
      if (total !== stated.sums[index] || !Number.isSafeInteger(total)) return { reason: 'sum', column }
      if (name !== 'fee') sums[name] = total
    }
    return { rows, counts, sums }
  }

  return { take, end }
}

/** A line of data: every field begins with a backquote, so that a comma in a merchant's own text parts nothing. */
const fieldsOf = (text: string): readonly string[] => text.slice(1).split(',`')

/** Fen; a fee in thousandths of one, since its parts may be smaller. */
const readSum = (name: SumName, text: string): number | undefined =>
  name === 'fee' ? readThousandths(text) : readFen(text)
