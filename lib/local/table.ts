import { styleText } from 'node:util'
import type { Played } from './samples.ts'
import { padDisplay, wrap } from './terminal-width.ts'

/** At most 80 columns, with the mark and the spaces between. */
const COLUMNS = [
  ['sample', 19],
  ['in', 14],
  ['WeChat Pay saw', 18],
  ['came back', 21],
] as const
const NARROWEST = 40
const WIDEST = 100

const paint = (style: 'bold' | 'green' | 'red' | 'yellow' | 'dim', text: string): string =>
  process.stdout.isTTY ? styleText(style, text) : text

/** As many lines as the longest cell needs. */
const line = (cells: readonly string[]): readonly string[] => {
  const wrapped = COLUMNS.map(([, width], i) => wrap(cells[i] ?? '', width))
  return Array.from({ length: Math.max(...wrapped.map(({ length }) => length)) }, (_, at) =>
    wrapped
      .map((lines, i) => padDisplay(lines[at] ?? '', COLUMNS[i]?.[1] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

export const tableHead = (): string => paint('bold', `  ${line(COLUMNS.map(([name]) => name))[0]}`)

/** `✓`: ended as it should. `…`: not at its end, and right so far. `✗`: anything else. */
const markOf = ({ wrong, isAtEnd }: Played): string => {
  if (wrong.length > 0) return paint('red', '✗')
  return isAtEnd ? paint('green', '✓') : paint('yellow', '…')
}

/** One sample: what happened, what it means and what to do next, in English and in Chinese. */
export const tableRow = (played: Played): string => {
  const { sample, notices, statuses, posts, queries, order, wrong } = played
  const came = [statuses.join(' '), order.state, order.confirmed ? 'confirmed' : order.reason].filter(Boolean).join(' ')
  const seen = `${plural(posts, 'sync', 'syncs')}, ${plural(queries, 'query', 'queries')}`
  const [first = '', ...more] = line([sample.name, notices.join(' '), seen, came])
  const chinese = `${sample.title.zh}:${order.meaning_zh ?? ''}${order.meaning_zh ? '。' : ''}${order.next_step_zh ?? ''}`
  return [
    `${markOf(played)} ${first}`,
    ...more.map((text) => `  ${text}`),
    ...indented(String(order.next_step ?? order.detail)),
    ...indented(chinese).map((text) => paint('dim', text)),
    ...wrong.flatMap(indented).map((text) => paint('red', text)),
  ].join('\n')
}

const indented = (text: string): readonly string[] => {
  const width = Math.min(Math.max(process.stdout.columns ?? 80, NARROWEST), WIDEST)
  return wrap(text, width - 2).map((one) => `  ${one}`)
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
