import type { Problem } from '../problem.ts'
import { plainWidth, readCsvLine } from './csv-line.ts'
import { isBlank } from './forms.ts'
import type { TextLine } from './text-lines.ts'

/** A record of a list: its first line, its number of lines, and its fields or why they cannot be read. */
export type ListRecord =
  | { readonly line: number; readonly lines: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly lines: 1; readonly text: string; readonly problem: Problem }
  /** The record is empty. */
  | { readonly line: number; readonly lines: number; readonly isBlank: true }

/** A quoted field may contain this many lines. If it has more, a closing quote was forgotten. */
const LINES_MOST = 10

export const TOO_LONG: Problem = { en: 'the line is too long', zh: '该行过长' }
const NOT_CSV: Problem = { en: 'quotes do not fit together', zh: '引号不成对' }
const IN_DOUBT: Problem = {
  en: 'quotes do not fit together: it cannot be told where this record begins or ends, so nothing of it was taken',
  zh: '引号不成对,无法判断该记录从哪一行开始或结束,因此未登记',
}

/**
 * Joins lines to records. A line that is complete alone is one record. Several lines are joined only if the result is
 * complete, has as many fields as the header, and at most one of the lines has that many fields by itself. Otherwise a
 * forgotten quote could hide payments, or a multi-line note could add some; each of these lines is then reported as
 * unclear. A quote that is never closed spoils only its own line.
 * @param fits whether a record may have this many fields; the answer may change between two records
 */
export const createRecords = (delimiter: string, fits: (fields: readonly string[]) => boolean) => {
  let waiting: TextLine[] = []
  let at = 0

  const next = (isEnd: boolean): readonly ListRecord[] | undefined => {
    const first = waiting[at]
    if (!first) return undefined
    if (first.isCut) return [malformed(first, TOO_LONG)]
    if (isBlank(first.text)) return [{ line: first.number, lines: 1, isBlank: true }]
    let text = first.text
    let fields = readCsvLine(text, delimiter)
    let lines = 1
    while (fields === 'open' && lines < LINES_MOST) {
      const line = waiting[at + lines]
      if (!line && !isEnd) return undefined
      if (!line || line.isCut) break
      text += `\n${line.text}`
      lines += 1
      fields = readCsvLine(text, delimiter)
    }
    if (typeof fields === 'string') return [malformed(first, NOT_CSV)]
    const own = waiting.slice(at, at + lines)
    if (lines > 1 && !isSure(fields, own)) return own.map((line) => malformed(line, IN_DOUBT))
    return [
      fields.every((field) => field.trim() === '')
        ? { line: first.number, lines, isBlank: true }
        : { line: first.number, lines, fields },
    ]
  }

  const isSure = (fields: readonly string[], lines: readonly TextLine[]): boolean =>
    fits(fields) &&
    lines.filter(({ text }) => !isBlank(text) && fits(Array<string>(plainWidth(text, delimiter)).fill('-'))).length <= 1

  return function* (lines: readonly TextLine[], isEnd: boolean): Generator<ListRecord> {
    waiting = [...waiting.slice(at), ...lines]
    at = 0
    for (;;) {
      const records = next(isEnd)
      if (!records) return
      for (const record of records) {
        at += record.lines
        yield record
      }
    }
  }
}

const malformed = ({ number, text }: TextLine, problem: Problem): ListRecord => ({
  line: number,
  lines: 1,
  text,
  problem,
})
