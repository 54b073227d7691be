import { parse } from 'csv-parse/sync'
import type { Problem } from './problem.ts'
import type { TextLine } from './text-lines.ts'

/** One record of a CSV file with the line on which it begins: its fields, or why it has none. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly text: string; readonly problem: Problem }

/** A quoted field may run over this many lines; beyond it a quote was forgotten, and only its line is lost. */
const LINES_MOST = 10

const TOO_LONG: Problem = { en: 'the line is too long', zh: '该行过长' }
const NOT_CSV: Problem = { en: 'quotes do not fit together', zh: '引号不成对' }

type Piece = { readonly line: number; readonly text: string; readonly problem?: Problem }

/** Reads lines as records, blank ones left out. A line that cannot be read costs itself alone. */
export const csvRecords = async function* (
  lines: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<readonly CsvRecord[]> {
  const assembler = createAssembler()
  let delimiter: string | undefined
  const read = (pieces: readonly Piece[]) => {
    delimiter ??= pieces[0] && likeliestDelimiter(pieces[0].text)
    return readPieces(pieces, delimiter ?? ',')
  }
  for await (const some of lines) {
    const pieces = some.flatMap(assembler.add)
    if (pieces.length > 0) yield read(pieces)
  }
  yield read(assembler.end())
}

/** Puts lines together while a quote is open. */
const createAssembler = () => {
  let open: TextLine[] = []

  const add = (line: TextLine): readonly Piece[] => {
    if (open.length === 0 && line.text.trim() === '') return []
    if (line.isCut) return [...end(), { line: line.number, text: line.text, problem: TOO_LONG }]
    open.push(line)
    if (isBalanced(open)) {
      const piece = { line: open[0]?.number ?? line.number, text: open.map(({ text }) => text).join('\n') }
      open = []
      return [piece]
    }
    return open.length < LINES_MOST ? [] : giveUp()
  }

  /** The first line is lost, the others are looked at again. */
  const giveUp = (): readonly Piece[] => {
    const [first, ...others] = open
    open = []
    if (!first) return []
    return [{ line: first.number, text: first.text, problem: NOT_CSV }, ...others.flatMap(add)]
  }

  const end = (): readonly Piece[] => {
    const pieces: Piece[] = []
    while (open.length > 0) pieces.push(...giveUp())
    return pieces
  }

  return { add, end }
}

const isBalanced = (lines: readonly TextLine[]): boolean =>
  lines.reduce((quotes, { text }) => quotes + text.split('"').length - 1, 0) % 2 === 0

const likeliestDelimiter = (head: string): string => {
  const count = (delimiter: string) => head.split(delimiter).length
  return [',', '\t', ';'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}

/** All at once, which is fast; one by one where that fails, to find which it is. */
const readPieces = (pieces: readonly Piece[], delimiter: string): readonly CsvRecord[] => {
  const sound = pieces.filter(({ problem }) => !problem)
  const all = parseCsv(sound.map(({ text }) => text).join('\n'), delimiter)
  const fieldsOf = new Map(all?.length === sound.length ? sound.map(({ line }, i) => [line, all[i] ?? []]) : [])
  return pieces.flatMap(({ line, text, problem }): readonly CsvRecord[] => {
    if (problem) return [{ line, text, problem }]
    const fields = fieldsOf.get(line) ?? parseCsv(text, delimiter)?.[0]
    if (!fields) return [{ line, text, problem: NOT_CSV }]
    return fields.every((field) => field.trim() === '') ? [] : [{ line, fields }]
  })
}

const parseCsv = (text: string, delimiter: string): readonly (readonly string[])[] | undefined => {
  try {
    // Excel writes ="0012" to keep the zeros: a quote in the middle of a field is one of its characters.
    return parse(text, { delimiter, relax_column_count: true, relax_quotes: true, record_delimiter: ['\n'] })
  } catch {
    return undefined
  }
}
