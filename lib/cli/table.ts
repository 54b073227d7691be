import { leastWidth, widthOf, wrap } from './screen.ts'
import type { Session } from './session.ts'

export type Cell = string | { readonly text: string; readonly colour: 'green' | 'yellow' | 'red' | 'dim' }

const GAP = 2

/**
 * Prints columns that are as wide as their widest cell. If the terminal is too narrow, wide cells are wrapped; if that
 * is not enough, each row is printed over several lines.
 */
export const tellTable = (head: readonly string[], rows: readonly (readonly Cell[])[], session: Session): void => {
  const { say, paint, columns = Number.POSITIVE_INFINITY } = session
  const cellsOf = (at: number) => [head[at] ?? '', ...rows.map((row) => textOf(row[at]))]
  const wanted = head.map((_, at) => Math.max(...cellsOf(at).map(widthOf)))
  const least = head.map((_, at) => Math.max(...cellsOf(at).map(leastWidth)))
  const widths = fitting(wanted, least, columns - GAP * (head.length - 1))
  if (!widths) {
    tellRecords(head, rows, columns, session)
    return
  }
  const tellRow = (cells: readonly Cell[], style: (text: string, cell: Cell) => string) => {
    const lines = cells.map((cell, at) => wrap(textOf(cell), widths[at] ?? 0))
    for (let i = 0; i < Math.max(...lines.map(({ length }) => length)); i += 1)
      say(
        cells
          .map((cell, at) => {
            const text = lines[at]?.[i] ?? ''
            return `${text === '' ? '' : style(text, cell)}${' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(text)))}`
          })
          .join(' '.repeat(GAP))
          .trimEnd(),
      )
  }
  tellRow(head, (text) => paint('bold', text))
  for (const row of rows) tellRow(row, (text, cell) => (typeof cell === 'string' ? text : paint(cell.colour, text)))
}

/** Reduces the widest columns until all fit; undefined if that would break words. */
const fitting = (wanted: readonly number[], least: readonly number[], most: number): readonly number[] | undefined => {
  const widths = [...wanted]
  const sum = () => widths.reduce((all, one) => all + one, 0)
  while (sum() > most) {
    const [at] = widths
      .map((width, i) => [i, width] as const)
      .filter(([i, width]) => width > (least[i] ?? 0))
      .toSorted(([, a], [, b]) => b - a)[0] ?? [undefined]
    if (at === undefined) return undefined
    widths[at] = (widths[at] ?? 0) - 1
  }
  return widths
}

const tellRecords = (
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns: number,
  { say, paint, t }: Session,
): void => {
  const colon = t({ en: ': ', zh: ':' })
  for (const [first = '', ...others] of rows) {
    say(paint('bold', textOf(first)))
    for (const [at, cell] of others.entries()) {
      const name = head[at + 1] ?? ''
      if (textOf(cell) === '') continue
      const lines = wrap(`  ${name}${name === '' ? '' : colon}${textOf(cell)}`, columns, 4)
      for (const line of lines) say(typeof cell === 'string' ? line : paint(cell.colour, line))
    }
  }
}

const textOf = (cell: Cell = ''): string => (typeof cell === 'string' ? cell : cell.text)
