import { DAY, HOUR } from '../../../support/orders.ts'
import { createWaits } from '../memory/waits.ts'
import type { Figures } from '../scenario.ts'
import { type History, isDouble } from './history.ts'
import type { Month } from './month.ts'
import { DOUBLE_KINDS } from './plan.ts'
import type { Truth } from './tale.ts'
import { readMail } from './told.ts'

export const monthFigures = (month: Month, history: History): Figures => {
  const { truths, told, rows, sent } = month
  const mails = sent.map((day) => day.mails.map(readMail))
  const casesTold = mails.map((all) => all.reduce((sum, { totals: [said] }) => sum + (said?.open ?? 0), 0))
  const doubles = truths.filter(isDouble)
  const foundBy = (by: string) => doubles.filter(({ found }) => found?.by === by)
  const settledBy = (by: string) => doubles.filter(({ key }) => rows.get(key)?.settled_by === by).length
  const asked = (kind: string) => told.filter((call) => call.kind === kind).length
  const states = [...rows.values()].map(({ state }) => state)
  const bills = month.runs.flatMap((run) => run.bills)
  const outcomes = (...names: string[]) => bills.filter(({ outcome = '' }) => names.includes(outcome)).length
  return {
    orders: truths.length,
    'paid at the till': truths.filter(({ handedOverAt }) => handedOverAt !== undefined).length,
    'double charges': doubles.length,
    'found by a query': foundBy('query').length,
    'found by the bill': foundBy('bill').length,
    'from charge to found, by the bill': inHours(
      foundBy('bill').map(({ found, chargedAt }) => (found?.at ?? 0) - (chargedAt ?? 0)),
    ),
    'refunds of them': doubles.reduce((sum, { refunds }) => sum + refunds.length, 0),
    'closed by refunds': settledBy('refund'),
    'closed by a person: cash': settledBy('cash'),
    'closed by a person: not double': settledBy('not_double'),
    'from found to closed': inHours(doubles.flatMap((truth) => closedAfter(truth, history))),
    'open at the end, their money not back': casesTold.at(-1) ?? 0,
    'held at the end, with a charge': doubles.filter(({ key }) => rows.get(key)?.state === 'HELD').length,
    'open cases of one day, at most': Math.max(...casesTold),
    'days whose mails were compared': sent.length,
    'mails sent': mails.flat().length,
    'mails about trade bills alone': mails.flat().filter(({ totals }) => totals.length === 0).length,
    'cases told in mails': casesTold.reduce((sum, cases) => sum + cases, 0),
    'days without a mail, nothing being open': mails.filter((all) => all.length === 0).length,
    'orders rejected': states.filter((state) => state === 'REJECTED').length,
    'syncs sent': asked('sync'),
    'queries of orders': asked('query'),
    'queries of refunds': asked('refund'),
    'bills asked for': asked('bill'),
    'compared, and compared once more': `${outcomes('agreed')}, ${outcomes('asked')}`,
    'not to be had, or spoilt': outcomes('waiting', 'late_bill', 'unreadable', 'no_bill_but_charged'),
    'real time': `${(month.realMs / 1000).toFixed(0)} s`,
    'by the moved clock': `${sent.length} days`,
  }
}

/** By kind: how many there are, and who found them. */
export const monthDetails = ({ truths }: Month, _: History): Readonly<Record<string, Figures>> => {
  const of = (kind: string, by: string) =>
    truths.filter(({ plan, found }) => plan.kind === kind && found?.by === by).length
  return {
    'double charges: found by a query, by the bill': Object.fromEntries(
      DOUBLE_KINDS.map((kind) => [kind, `${of(kind, 'query')}, ${of(kind, 'bill')}`]),
    ),
  }
}

const closedAfter = (truth: Truth, history: History): readonly number[] => {
  const closed = history.closedAt(truth)
  return closed === undefined || !truth.found ? [] : [closed - truth.found.at]
}

const inHours = (spans: readonly number[]): string => {
  const waits = createWaits()
  for (const span of spans) waits.add(span)
  const shown = (ms: number) => (ms >= 2 * DAY ? `${(ms / DAY).toFixed(1)} d` : `${(ms / HOUR).toFixed(1)} h`)
  return `p50 ${shown(waits.percentile(0.5))}, p99 ${shown(waits.percentile(0.99))}, most ${shown(waits.most())}`
}
