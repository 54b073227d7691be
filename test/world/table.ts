import { styleText } from 'node:util'
import type { Played } from './samples.ts'

const COLUMNS = [
  ['sample', 20],
  ['in', 20],
  ['WeChat Pay saw', 22],
  ['came back', 34],
  ['what to do next', 0],
] as const

const paint = (style: 'bold' | 'green' | 'red' | 'dim', text: string): string =>
  process.stdout.isTTY ? styleText(style, text) : text

const line = (cells: readonly string[]): string =>
  COLUMNS.map(([, width], i) => (cells[i] ?? '').padEnd(width))
    .join('  ')
    .trimEnd()

export const tableHead = (): string => paint('bold', `  ${line(COLUMNS.map(([name]) => name))}`)

/** One sample as two lines: English, and what it means in Chinese. */
export const tableRow = ({ sample, notices, statuses, posts, queries, order, wrong }: Played): string => {
  const mark = wrong.length === 0 ? paint('green', '✓') : paint('red', '✗')
  const came = [statuses.join(' '), order.state, order.confirmed ? 'confirmed' : order.reason].filter(Boolean).join(' ')
  const seen = `${plural(posts, 'sync', 'syncs')}, ${plural(queries, 'query', 'queries')}`
  const english = line([sample.name, notices.join(' '), seen, came, String(order.next_step ?? order.detail)])
  const chinese = `  ${sample.title.zh}:${order.meaning_zh ?? ''} ${order.next_step_zh ?? ''}`
  return [`${mark} ${english}`, paint('dim', chinese), ...wrong.map((problem) => paint('red', `  ${problem}`))].join(
    '\n',
  )
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
