import { count } from '../../money.ts'
import { CLASS_NAMES, CLASSES } from '../line-classes.ts'
import { DELAYS, HOURS, type Totals } from '../totals.ts'
import { html, type Markup } from './markup.ts'

/** One bar for all lines, divided by class. */
export const classBar = ({ classes, lines }: Totals): Markup => {
  let x = 0
  const parts = CLASS_NAMES.toReversed().map((name) => {
    const width = lines === 0 ? 0 : (classes[name].lines / lines) * 1000
    const part = html`<rect class="f-${name}" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="26"><title>${CLASSES[name].zh} ${CLASSES[name].en}: ${count(classes[name].lines)}</title></rect>`
    x += width
    return classes[name].lines > 0 && part
  })
  return html`<svg class="bar" viewBox="0 0 1000 26" preserveAspectRatio="none" role="img" aria-label="分类占比 Share of each class">${parts}</svg>`
}

const WIDTH = 400
const HEIGHT = 170
const BOTTOM = 140
const TOP = 22

const GROUPS = ['synced_before', 'pending', 'charged_twice'] as const

/** Payments per hour of the day: synced, pending, other. */
export const hoursChart = ({ hours }: Totals): Markup => {
  const totals = hours.map((parts) => parts.reduce((sum, part) => sum + part, 0))
  const first = Math.max(
    0,
    totals.findIndex((total) => total > 0),
  )
  const last = Math.max(
    first,
    totals.findLastIndex((total) => total > 0),
  )
  const from = Math.max(0, Math.min(first, last - 7))
  const until = Math.min(HOURS - 1, Math.max(last, from + 7))
  const shown = hours.slice(from, until + 1)
  const most = Math.max(1, ...totals)
  const step = WIDTH / shown.length
  const every = Math.ceil(shown.length / 8)
  const columns = shown.map((parts, i) => {
    let y = BOTTOM
    const rects = parts.map((part, group) => {
      const height = (part / most) * (BOTTOM - TOP)
      y -= height
      return (
        part > 0 &&
        html`<rect class="f-${GROUPS[group]}" x="${(i * step + step * 0.14).toFixed(1)}" y="${y.toFixed(1)}" width="${(step * 0.72).toFixed(1)}" height="${height.toFixed(1)}"/>`
      )
    })
    const middle = (i * step + step / 2).toFixed(1)
    const total = totals[from + i] ?? 0
    const label =
      i % every === 0 && html`<text x="${middle}" y="${BOTTOM + 18}" text-anchor="middle">${from + i}时</text>`
    const value =
      total === most &&
      total > 0 &&
      html`<text class="value" x="${middle}" y="${TOP - 6}" text-anchor="middle">${count(total)}</text>`
    return html`<g><title>${from + i}:00 ${count(total)}</title>${rects}${label}${value}</g>`
  })
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="按收款时间 By the hour of payment"><line class="axis" x1="0" x2="${WIDTH}" y1="${BOTTOM}" y2="${BOTTOM}"/>${columns}</svg>`
}

const DELAY_NAMES = ['≤1分', '≤5分', '≤15分', '≤1小时', '≤6小时', '≤1天', '>1天'] as const

/** Synced lines by the time from the payment to WeChat Pay's signed response. */
export const delaysChart = ({ delays }: Totals): Markup => {
  const total = delays.reduce((sum, part) => sum + part, 0)
  const most = Math.max(1, ...delays)
  const step = WIDTH / (DELAYS.length + 1)
  const columns = delays.map((part, i) => {
    const height = (part / most) * (BOTTOM - TOP)
    const middle = (i * step + step / 2).toFixed(1)
    return html`<g><rect class="${i < 3 ? 'f-synced_before' : 'f-synced_by_statement'}" x="${(i * step + step * 0.14).toFixed(1)}" y="${(BOTTOM - height).toFixed(1)}" width="${(step * 0.72).toFixed(1)}" height="${height.toFixed(1)}"><title>${count(part)}</title></rect>
<text class="value" x="${middle}" y="${(BOTTOM - height - 6).toFixed(1)}" text-anchor="middle">${part > 0 && share(part, total)}</text><text x="${middle}" y="${BOTTOM + 18}" text-anchor="middle">${DELAY_NAMES[i]}</text></g>`
  })
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="收款到同步 From paid to synced"><line class="axis" x1="0" x2="${WIDTH}" y1="${BOTTOM}" y2="${BOTTOM}"/>${columns}</svg>`
}

/** A share in per cent. It shows 0 % or 100 % only if that is exact. */
export const share = (part: number, total: number): string => {
  if (part === 0 || total === 0) return '0%'
  const percent = (part / total) * 100
  if (percent < 0.1) return '<0.1%'
  if (percent > 99.9 && part < total) return '>99.9%'
  return `${Number(percent.toFixed(1))}%`
}
