import type { Line } from './contests/contest.ts'
import type { Spread } from './statistics.ts'

/** A goal has failed when even the quarter of the rounds that went best for us lies above it. */
export const hasFailed = ({ ratio, atMost }: Line): boolean => atMost !== undefined && ratio.q1 > atMost

const verdict = (line: Line): string => {
  if (line.atMost === undefined) return ''
  if (line.ratio.median <= line.atMost) return 'met'
  return hasFailed(line) ? 'FAILED' : 'missed'
}

/** The lines as a table in Markdown. */
export const table = (lines: readonly Line[]): string => {
  const rows = lines.map((line) => [
    line.what,
    amount(line.ours, line.unit),
    amount(line.other, line.unit),
    Number.isNaN(line.ratio.median)
      ? ''
      : `**${fixed(line.ratio.median)}** (${fixed(line.ratio.q1)} … ${fixed(line.ratio.q3)})`,
    line.atMost === undefined ? '' : fixed(line.atMost),
    line.aim === undefined ? '' : fixed(line.aim),
    verdict(line),
  ])
  const head = ['what', 'ours', 'other', 'ratio (quartiles)', 'at most', 'aim', '']
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const amount = ({ median }: Spread, unit: string): string => (Number.isNaN(median) ? '' : `${rounded(median)} ${unit}`)
const rounded = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
const fixed = (value: number): string => value.toFixed(2)
