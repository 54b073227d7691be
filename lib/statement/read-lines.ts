import { type Columns, NO_HEADER, readHeader } from './columns.ts'
import { type CsvRecord, csvRecords } from './csv-records.ts'
import type { Problem } from './problem.ts'
import { type LineContext, readCsvLine, readJsonLine, type StatementLine } from './statement-line.ts'
import type { Survey } from './survey.ts'
import { textLines } from './text-lines.ts'

type Lines = AsyncIterable<readonly StatementLine[]>

/** A list may have a title, a date and the like above its header. */
const HEADER_AMONG = 10

/** The lines of a statement, some at a time; or why there is nothing to read. */
export const readLines = async (
  bytes: AsyncIterable<Uint8Array>,
  { encoding }: Pick<Survey, 'encoding'>,
  format: 'csv' | 'jsonl',
  context: LineContext,
): Promise<{ readonly lines: Lines } | { readonly refused: Problem }> => {
  const text = textLines(bytes, encoding)
  if (format === 'jsonl') return { lines: jsonLines(text, context) }
  const records = csvRecords(text)
  const begin: CsvRecord[] = []
  while (begin.length < HEADER_AMONG) {
    const { value, done } = await records.next()
    if (done) break
    begin.push(...value)
  }
  for (const [at, record] of begin.slice(0, HEADER_AMONG).entries()) {
    const columns = 'fields' in record ? readHeader(record.fields) : undefined
    if (columns) return { lines: csvLines(begin.slice(at + 1), records, columns, context) }
  }
  return { refused: NO_HEADER }
}

const csvLines = async function* (
  first: readonly CsvRecord[],
  records: AsyncIterable<readonly CsvRecord[]>,
  columns: Columns,
  context: LineContext,
): AsyncGenerator<readonly StatementLine[]> {
  yield first.map((record) => readCsvLine(record, columns, context))
  for await (const some of records) yield some.map((record) => readCsvLine(record, columns, context))
}

const jsonLines = async function* (
  text: ReturnType<typeof textLines>,
  context: LineContext,
): AsyncGenerator<readonly StatementLine[]> {
  for await (const some of text)
    yield some.filter((line) => line.text.trim() !== '').map((line) => readJsonLine(line, context))
}
