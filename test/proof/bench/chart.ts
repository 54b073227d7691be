import type { Line } from './contests/contest.ts'

const WIDTH = 860
const LABEL = 470
const ROW = 34
const TOP = 46
const BAR = WIDTH - LABEL - 70

/** The judged ratios as bars of an SVG: each as a part of its limit, which is the line on the right. */
export const chart = (lines: readonly Line[]): string => {
  const judged = lines.flatMap((line) => (line.atMost === undefined ? [] : [{ ...line, atMost: line.atMost }]))
  const height = TOP + judged.length * ROW + 16
  const x = (part: number): number => LABEL + Math.min(part, 1.1) * BAR
  const rows = judged.map(({ what, ratio, atMost, aim }, i) => {
    const y = TOP + i * ROW
    const isOver = ratio.median > atMost
    return [
      text(LABEL - 10, y + 15, what, 'end'),
      `<rect x="${LABEL}" y="${y}" width="${round(x(ratio.median / atMost) - LABEL)}" height="20" rx="2" fill="${isOver ? '#c2410c' : '#0f766e'}"/>`,
      whisker(x(ratio.q1 / atMost), x(ratio.q3 / atMost), y + 10),
      ...(aim === undefined ? [] : [tick(x(aim / atMost), y, '#94a3b8', '3 2')]),
      tick(x(1), y, '#0f172a'),
      text(x(1) + 8, y + 15, `${ratio.median.toFixed(2)} / ${atMost.toFixed(2)}`, 'start'),
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + 40} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Ratios of the benchmark</title>',
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(LABEL, 24, 'ratio of one run; solid line: at most, dashed line: aim', 'start'),
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

const round = (value: number): number => Math.round(value * 10) / 10

const text = (x: number, y: number, words: string, anchor: 'start' | 'end'): string =>
  `<text x="${round(x)}" y="${y}" text-anchor="${anchor}" fill="#0f172a">${escaped(words)}</text>`

const tick = (x: number, y: number, colour: string, dashes = ''): string =>
  `<line x1="${round(x)}" x2="${round(x)}" y1="${y - 5}" y2="${y + 25}" stroke="${colour}" stroke-width="1.5"${dashes && ` stroke-dasharray="${dashes}"`}/>`

const whisker = (from: number, to: number, y: number): string =>
  `<line x1="${round(from)}" x2="${round(to)}" y1="${y}" y2="${y}" stroke="#0f172a" stroke-width="2"/>`

const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
