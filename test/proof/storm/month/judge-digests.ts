import { promised } from '../scenario.ts'
import { BUCKET, type SentDay } from './digests.ts'
import { type History, isDouble } from './history.ts'
import type { Month } from './month.ts'
import { type OpenCase, openCasesAt } from './open-cases.ts'
import type { Truth } from './tale.ts'
import { readCsv, readEvent, readHtml, readMail, type Told, type ToldCase, type Totals } from './told.ts'

/** How many cases each of them lists; a CSV has all of them. */
const MAIL_MOST = 100
const EVENT_MOST = 20
const PAGE_MOST = 500

/** Something that people were sent, and what of the open cases it is about. */
type Sent = {
  readonly what: string
  readonly told: Told
  readonly open: ReadonlyMap<string, OpenCase>
  readonly most: number
}

/** A day on which people were sent something, or were not. */
type Day = {
  readonly date: string
  readonly sent: SentDay
  readonly open: ReadonlyMap<string, OpenCase>
  readonly all: readonly Sent[]
  /** Something was charged by then, so that a trade bill may have brought something. */
  readonly isCharged: boolean
}

/** Holds all that people were sent of open cases against the history of WeChat Pay and what people said. */
export const judgeDigests = ({ truths, sent }: Month, history: History) => {
  const doubles = truths.filter(isDouble)
  const days = sent.map((one) => dayOf(one, { truths, doubles, history }))
  const eachDay = (promise: string, findingsOf: (day: Day) => readonly string[]) =>
    promised(
      promise,
      days.flatMap((day) => findingsOf(day).map((finding) => `${day.date} ${finding}`)),
    )
  return [
    eachDay('each day one mail and one event tell of what is open, and none where nothing is', wrongNumber),
    eachDay('the mail, the event and the pages can be read', ({ all }) =>
      all.flatMap(({ what, told }) => told.unread.map((line) => `${what}: ${line}`)),
    ),
    eachDay('they tell of every open case, and of no other', ({ all }) => all.flatMap(missingOrInvented)),
    eachDay('with its sum, its transaction, its day, its age and the next step, in both languages', ({ all }) =>
      all.flatMap(wrongFacts),
    ),
    eachDay('they count all of the cases, and say where the pages are', wrongTotals),
  ]
}

type Known = { readonly truths: readonly Truth[]; readonly doubles: readonly Truth[]; readonly history: History }

const dayOf = (sent: SentDay, { truths, doubles, history }: Known): Day => {
  const open = openCasesAt(doubles, history, sent.at)
  return {
    date: dateOf(sent),
    sent,
    open,
    all: [
      ...sent.mails.map((mail) => ({ what: 'mail', told: readMail(mail), open, most: MAIL_MOST })),
      ...sent.events.map(({ detail }) => ({ what: 'event', told: readEvent(detail), open, most: EVENT_MOST })),
      ...merchantsOf(open).flatMap((mchid) => pagesOf(mchid, sent, open)),
    ],
    isCharged: truths.some(({ chargedAt = Number.POSITIVE_INFINITY }) => chargedAt < sent.at),
  }
}

/** 2026-11-24 */
const dateOf = ({ at }: SentDay): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)

const merchantsOf = (open: ReadonlyMap<string, OpenCase>): readonly string[] => [
  ...new Set([...open.values()].map(({ truth }) => truth.plan.merchant.mchid)),
]

/** A page that is not there tells of nothing. */
const pagesOf = (mchid: string, sent: SentDay, all: ReadonlyMap<string, OpenCase>): readonly Sent[] => {
  const open = new Map([...all].filter(([, { truth }]) => truth.plan.merchant.mchid === mchid))
  const read = (ending: 'csv' | 'html', reader: (text: string) => Told): Told => {
    const page = sent.pages.get(pageKey(mchid, sent, ending))
    return page === undefined ? { cases: [], unread: [] } : reader(page)
  }
  return [
    { what: `CSV of ${mchid}`, told: read('csv', readCsv), open, most: Number.POSITIVE_INFINITY },
    { what: `page of ${mchid}`, told: read('html', readHtml), open, most: PAGE_MOST },
  ]
}

const pageKey = (mchid: string, sent: SentDay, ending: 'csv' | 'html'): string =>
  `cases/${mchid}/${dateOf(sent).replaceAll('-', '')}.${ending}`

/** A mail about trade bills alone says that nothing is open, and comes only after something was charged. */
const wrongNumber = ({ sent: { mails, events }, open, isCharged }: Day): readonly string[] => {
  const isAnyOpen = [...open.values()].some(({ isCertain }) => isCertain)
  const tellsOfBills = mails.every((mail) => readMail(mail).totals.length > 0 || readMail(mail).bills > 0)
  const most = open.size > 0 || (isCharged && tellsOfBills) ? 1 : 0
  const isRight = (count: number) => (isAnyOpen ? count === 1 : count <= most)
  const types = events.map(({ detailType }) => detailType).filter((type) => type !== 'Payscore Open Cases')
  return [
    ...(isRight(mails.length) ? [] : [`${mails.length} mails, ${open.size} open cases`]),
    ...(events.length === mails.length ? [] : [`${events.length} events, ${mails.length} mails`]),
    ...types.map((type) => `event ${type}`),
  ]
}

const missingOrInvented = ({ what, told, open, most }: Sent): readonly string[] => {
  const keys = told.cases.map(({ key }) => key)
  const untold = [...open.values()].filter(({ truth, isCertain }) => isCertain && !keys.includes(truth.key))
  const missing = keys.length === most ? olderThanOneOf(told.cases, untold) : untold
  return [
    ...missing.map(({ truth }) => `${what}: ${nameOf(truth)} is open, and not told`),
    ...keys.filter((key) => !open.has(key)).map((key) => `${what}: ${key} is told, and not open`),
    ...keys.filter((key, at) => keys.indexOf(key) !== at).map((key) => `${what}: ${key} is told twice`),
    ...(keys.length > most ? [`${what}: ${keys.length} cases`] : []),
  ]
}

/** What a full list should have, since it lists a younger case. */
const olderThanOneOf = (cases: readonly ToldCase[], untold: readonly OpenCase[]): readonly OpenCase[] => {
  const youngest = Math.min(...cases.map(({ days }) => days))
  return untold.filter(({ days }) => Math.min(...days) > youngest)
}

const wrongFacts = ({ what, told, open }: Sent): readonly string[] =>
  told.cases.flatMap((said) => {
    const known = open.get(said.key)
    if (!known) return []
    const { truth, fen, transaction_id, paid, days, next } = known
    const facts: readonly (readonly [name: string, said: string | number, known: readonly (string | number)[]])[] = [
      ['fen', said.fen, [fen]],
      ['transaction', said.transaction_id, [transaction_id]],
      ['paid', said.paid, [paid]],
      ['days', said.days, days],
      ['next', said.next, next],
    ]
    return facts
      .filter(([, value, right]) => !right.includes(value))
      .map(([name, value, right]) => `${what}: ${nameOf(truth)}: ${name} ${value}, and it is ${right.join(' or ')}`)
  })

const nameOf = ({ key, plan }: Truth): string => `${key} (${plan.kind}, ${plan.back})`

/** The CSVs, of which each case is held against the history, have all of them. */
const wrongTotals = ({ date, sent, all }: Day): readonly string[] => {
  const cases = all.filter(({ what }) => what.startsWith('CSV')).flatMap(({ told }) => told.cases)
  const right = {
    open: cases.length,
    fen: cases.reduce((sum, { fen }) => sum + fen, 0),
    oldest: Math.max(0, ...cases.map(({ days }) => days)),
  }
  const mchids = [...new Set(cases.map(({ key }) => key.split('#')[0] ?? ''))].sort()
  const addresses = mchids.map((mchid) => `s3://${BUCKET}/${pageKey(mchid, sent, 'html')}`)
  const keys = mchids.flatMap((mchid) => [pageKey(mchid, sent, 'csv'), pageKey(mchid, sent, 'html')])
  const isWrong = (said: Totals) =>
    said.open !== right.open || said.oldest !== right.oldest || (said.fen !== undefined && said.fen !== right.fen)
  const wrong = (what: string, said: unknown) => `${what}: ${JSON.stringify(said)}, and it is ${JSON.stringify(right)}`
  return [
    ...sent.mails
      .map(readMail)
      .flatMap(({ totals, more, pages, cases: listed }) => [
        ...(totals.length === (right.open > 0 ? 3 : 0) ? [] : [wrong('mail', totals)]),
        ...totals.filter(isWrong).map((said) => wrong('mail', said)),
        ...(sameList(more, right.open > listed.length ? Array(2).fill(right.open - listed.length) : [])
          ? []
          : [`mail: ${more} more, and ${listed.length} listed of ${right.open}`]),
        ...(sameList([...pages].sort(), addresses) ? [] : [`mail: its pages are ${pages}`]),
      ]),
    ...sent.events
      .map(({ detail }) => readEvent(detail))
      .flatMap(({ totals, more, day, cases: listed }) => [
        ...(isWrong(totals) ? [wrong('event', totals)] : []),
        ...(more === right.open - listed.length ? [] : [`event: ${more} more`]),
        ...(day === date ? [] : [`event: of ${day}`]),
      ]),
    ...(sameList([...sent.pages.keys()].sort(), [...keys].sort()) ? [] : [`pages: ${[...sent.pages.keys()]}`]),
  ]
}

const sameList = (one: readonly unknown[], other: readonly unknown[]): boolean => one.join('\n') === other.join('\n')
