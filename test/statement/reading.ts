import { Readable } from 'node:stream'
import { type CsvRecord, csvRecords } from '../../lib/statement/csv-records.ts'
import { readLines } from '../../lib/statement/read-lines.ts'
import type { StatementLine } from '../../lib/statement/statement-line.ts'
import type { Encoding } from '../../lib/statement/survey.ts'
import { textLines } from '../../lib/statement/text-lines.ts'
import { NOW } from '../support/orders.ts'
import { MCHID, MERCHANTS } from '../support/statement-world.ts'

/** Bytes in pieces of the given size. */
export const inPieces = (bytes: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  )

export const linesOf = async (bytes: Buffer, encoding: Encoding = 'utf-8', size = 7) =>
  (await all(textLines(inPieces(bytes, size), encoding))).flat()

export const recordsOf = async (text: string, size = 7): Promise<readonly CsvRecord[]> =>
  (await all(csvRecords(textLines(inPieces(Buffer.from(text), size), 'utf-8')))).flat()

/** The lines of a statement as they are read at NOW. Throws when it is refused. */
export const statementOf = async (
  text: string,
  format: 'csv' | 'jsonl' = 'csv',
  mchid = MCHID,
): Promise<readonly StatementLine[]> => {
  const context = { mchid, merchants: MERCHANTS, now: NOW }
  const read = await readLines(inPieces(Buffer.from(text), 1000), { encoding: 'utf-8' }, format, context)
  if ('refused' in read) throw new Error(read.refused.en)
  return (await all(read.lines)).flat()
}

/** One line as text: what was paid, or why it was not understood. */
export const told = (line: StatementLine | undefined): string => {
  if (!line) return 'nothing'
  if ('problem' in line) return `${line.line}: ${line.problem.en}`
  const { call, expected_amount, labels } = line.order
  return [line.line, call.out_order_no, line.paid_time, expected_amount, labels && JSON.stringify(labels)]
    .filter((part) => part !== undefined)
    .join(' ')
}

const all = async <T>(lists: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const list of lists) found.push(list)
  return found
}
