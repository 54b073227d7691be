import type { Session } from './session.ts'

export type Cell = string | { readonly text: string; readonly colour: 'green' | 'yellow' | 'red' | 'dim' }

/** Columns as wide as their widest cell; Chinese characters take two places. */
export const tellTable = (
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { say, paint }: Session,
): void => {
  const widths = head.map((name, i) => Math.max(...[name, ...rows.map((row) => textOf(row[i]))].map(width)))
  const line = (cells: readonly Cell[], style: (text: string, cell: Cell) => string) =>
    cells
      .map((cell, i) => style(textOf(cell), cell) + ' '.repeat((widths[i] ?? 0) - width(textOf(cell))))
      .join('  ')
      .trimEnd()
  say(line(head, (text) => paint('bold', text)))
  for (const row of rows) say(line(row, (text, cell) => (typeof cell === 'string' ? text : paint(cell.colour, text))))
}

const textOf = (cell: Cell = ''): string => (typeof cell === 'string' ? cell : cell.text)

const width = (text: string): number => text.length + (text.match(/[\u1100-\u115f\u2e80-\uffdc]/g)?.length ?? 0)
