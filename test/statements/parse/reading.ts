import { Readable } from 'node:stream'
import { createRecords, type ListRecord } from '../../../lib/statements/parse/csv-records.ts'
import type { Encoding } from '../../../lib/statements/parse/detect-encoding.ts'
import { type Reading, readText } from '../../../lib/statements/parse/read-lines.ts'
import type { StatementLine } from '../../../lib/statements/parse/statement-line.ts'
import { textLines } from '../../../lib/statements/parse/text-lines.ts'
import { NOW } from '../../support/orders.ts'
import { MCHID, MERCHANTS } from '../../support/statement-deps.ts'

/** Bytes in pieces of the given size. */
export const inPieces = (bytes: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  )

export const linesOf = async (bytes: Buffer, encoding: Encoding = 'utf-8', size = 7) =>
  (await all(textLines(inPieces(bytes, size), encoding))).flat()

/** The records of a text, where so many fields are a line of it. */
export const recordsOf = async (
  text: string,
  { width = 2, delimiter = ',', size = 7 } = {},
): Promise<readonly ListRecord[]> => {
  const records = createRecords(delimiter, (fields) => fields.length === width)
  const found: ListRecord[] = []
  for await (const lines of textLines(inPieces(Buffer.from(text), size), 'utf-8')) found.push(...records(lines, false))
  return [...found, ...records([], true)]
}

/** A statement as it is read at NOW. Throws when it is refused. */
export const readingOf = async (
  bytes: string | Buffer,
  format: 'csv' | 'jsonl' = 'csv',
  mchid = MCHID,
  encoding: Encoding = 'utf-8',
): Promise<Reading> => {
  const context = { mchid, merchants: MERCHANTS, now: NOW }
  const read = await readText(textLines(inPieces(Buffer.from(bytes), 1000), encoding), format === 'jsonl', context)
  if ('refused' in read) throw new Error(read.refused.en)
  return read
}

/** The lines of a statement as they are read at NOW. Throws when it is refused. */
export const statementOf = async (
  text: string,
  format: 'csv' | 'jsonl' = 'csv',
  mchid = MCHID,
): Promise<readonly StatementLine[]> => (await all((await readingOf(text, format, mchid)).lines)).flat()

/** One line as text: what was paid, or why it was not understood. */
export const told = (line: StatementLine | undefined): string => {
  if (!line) return 'nothing'
  if (line.kind === 'till_sum') return `${line.line}: ${JSON.stringify(line.sum)}`
  if (line.kind !== 'payment') return `${line.line}: ${line.problem.en}`
  const { call, expected_amount, labels } = line.order
  return [line.line, call.out_order_no, line.paid_time, expected_amount, labels && JSON.stringify(labels)]
    .filter((part) => part !== undefined)
    .join(' ')
}

export const all = async <T>(lists: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const list of lists) found.push(list)
  return found
}
