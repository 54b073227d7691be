import { isoTime } from '../../views/order-view.ts'
import type { Entry } from '../classify-line.ts'
import { CLASS_NAMES } from '../line-classes.ts'
import type { ShopSum } from '../shop-sums.ts'
import type { ShopsBy } from '../totals.ts'
import { notesOf, type Report, unaccounted } from './report.ts'

/**
 * The entries come first, one on each line, and the totals at the end, since the file is written while the list is
 * read.
 */
export const JSON_BEGIN = '{"entries":[\n'

export const jsonEntry = ({ advice, since, synced_at, ...entry }: Entry, isFirst: boolean): string =>
  `${isFirst ? '' : ',\n'}${JSON.stringify({
    ...entry,
    ...(since !== undefined && { since: isoTime(since) }),
    ...(synced_at !== undefined && { synced_at: isoTime(synced_at) }),
    ...(advice && {
      meaning: advice.en.meaning,
      meaning_zh: advice.zh.meaning,
      turn: advice.turn,
      next_step: advice.en.next,
      next_step_zh: advice.zh.next,
    }),
  })}`

/** Every shop, one on each line, between the entries and the totals. */
export const JSON_SHOPS_BEGIN = '\n],"shops":[\n'

export const jsonShop = ([name, sum]: readonly [string, ShopSum], by: ShopsBy, isFirst: boolean): string =>
  `${isFirst ? '' : ',\n'}${JSON.stringify({ [by]: name, ...sum })}`

export const jsonEnd = (report: Report): string => `\n],"summary":${JSON.stringify(reportSummary(report))}}\n`

/** The totals of a report. The lines of all `classes` add up to `lines`. */
export const reportSummary = (report: Report) => {
  const { statement, made_at, days, refused, file, tally, shops_by = 'shop_id' } = report
  return {
    mchid: statement.mchid,
    name: statement.name,
    made_at: isoTime(made_at),
    days,
    ...(refused && { refused }),
    notes: notesOf(report),
    ...(file && { file: { ...file, unaccounted: unaccounted(report) } }),
    lines: tally.lines,
    classes: Object.fromEntries(CLASS_NAMES.map((name) => [name, tally.classes[name]])),
    needs_person: tally.needs_person,
    open: tally.open,
    booked: tally.booked,
    amount: tally.amount,
    stages: tally.stages,
    hours: tally.hours.map(([synced, pending, other]) => ({ synced, pending, other })),
    untimed: tally.untimed,
    delays: tally.delays,
    to_refund: tally.to_refund,
    ledger_only: tally.ledger_only,
    shops: [...tally.shops].map(([name, sum]) => ({ [shops_by]: name, ...sum })),
    ...(tally.others && { other_shops: tally.others }),
  }
}
