import { beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../../lib/ledger/row.ts'
import { DAY, HOUR } from '../../../support/orders.ts'
import type { SentDay } from './digests.ts'
import { chargeOf, isDouble } from './history.ts'
import { judgeMonth } from './judge.ts'
import { type Month, runMonth } from './month.ts'
import type { Truth } from './tale.ts'

/** The promises that are broken, with the orders that broke them. */
const brokenIn = (month: Month): Readonly<Record<string, number>> =>
  Object.fromEntries(
    judgeMonth(month)
      .promises.filter(({ broken }) => broken.length > 0)
      .map(({ promise, broken }) => [promise, broken.length]),
  )

const ONE_MAIL = 'each day one mail and one event tell of what is open, and none where nothing is'
const TOLD_ALL = 'they tell of every open case, and of no other'
const TOLD_RIGHT = 'with its sum, its transaction, its day, its age and the next step, in both languages'
const TOTALS = 'they count all of the cases, and say where the pages are'

const otherFen = (_: string, fen: string): string => `.${fen === '00' ? '01' : '00'} `

describe('the judge of a month', () => {
  let month: Month

  beforeAll(async () => {
    month = await runMonth({ orders: 100, days: 3, seed: 1 }, () => {})
  })

  const one = (isMeant: (truth: Truth, row: Row | undefined) => boolean): Truth =>
    month.truths.find((truth) => isMeant(truth, month.rows.get(truth.key))) ?? expect.fail('no such order')
  const plain = () => one(({ plan }) => plan.kind === 'plain')
  const refunded = () => one(({ plan }, row) => row?.settled_by === 'refund' && plan.back === 'complete')
  const foundByBill = () => one(({ found, plan }) => found?.by === 'bill' && plan.kind !== 'charged while held')
  const open = () => one(({ plan, found }) => plan.back === 'never' && found !== undefined)

  const withRow = (truth: Truth, more: Partial<Row> | undefined): Month => {
    const rows = new Map(month.rows)
    const row = rows.get(truth.key) ?? expect.fail('no such row')
    if (more) rows.set(truth.key, { ...row, ...more })
    else rows.delete(truth.key)
    return { ...month, rows }
  }
  const withTruth = (truth: Truth, more: Partial<Truth>): Month => ({
    ...month,
    truths: month.truths.map((each) => (each === truth ? { ...each, ...more } : each)),
  })
  const withSync = (truth: Truth, at: number): Month => {
    const sync = month.told.find(({ kind }) => kind === 'sync') ?? expect.fail('nothing was synced')
    return { ...month, told: [...month.told, { ...sync, at, of: truth.plan.out_order_no, applied: false }] }
  }
  /** A day on which cases are open, and what people were sent on it. */
  const lastDay = (): SentDay => month.sent.at(-1) ?? expect.fail('no day')
  const withDay = (day: SentDay, more: Partial<SentDay>): Month => ({
    ...month,
    sent: month.sent.map((each) => (each === day ? { ...each, ...more } : each)),
  })
  const inMail = (change: (message: string) => string): Month =>
    withDay(lastDay(), {
      mails: lastDay().mails.map(({ subject, message }) => ({ subject, message: changed(message, change) })),
    })
  const inSubject = (change: (subject: string) => string): Month =>
    withDay(lastDay(), {
      mails: lastDay().mails.map(({ subject, message }) => ({ message, subject: changed(subject, change) })),
    })
  const inEvent = (change: (detail: string) => string): Month =>
    withDay(lastDay(), {
      events: lastDay().events.map(({ detail, detailType }) => ({ detailType, detail: changed(detail, change) })),
    })
  const inPages = (ending: 'csv' | 'html', change: (page: string) => string): Month =>
    withDay(lastDay(), {
      pages: new Map(
        [...lastDay().pages].map(([key, page]) => [
          key,
          key.endsWith(ending) && page.includes(nameOf(open())) ? changed(page, change) : page,
        ]),
      ),
    })
  const changed = (text: string, change: (text: string) => string): string => {
    const after = change(text)
    expect(after).not.toBe(text)
    return after
  }
  const nameOf = ({ plan }: Truth): string => plan.out_order_no
  const lineOf = (truth: Truth): RegExp => new RegExp(`^- \\d+/${nameOf(truth)} .*\\n`, 'm')
  const emptyDay = (): SentDay => month.sent[0] ?? expect.fail('no day')

  it('finds nothing wrong with what happened', () => {
    expect(brokenIn(month)).toEqual({})
    expect(month.truths.filter(isDouble)).toHaveLength(25)
  })

  it('has days on which nobody is sent anything, and days on which all of them are', () => {
    expect(month.sent[0]).toMatchObject({ mails: [], events: [], pages: new Map() })
    expect(month.sent.filter(({ mails }) => mails.length === 1).length).toBeGreaterThan(15)
  })

  it.each<[does: string, promise: string, broken: () => Month]>([
    [
      'sees a case that was settled while its refund is under way',
      'a case is closed only when all of the money went back, or a person said so',
      () =>
        withTruth(refunded(), { refunds: refunded().refunds.map((refund) => ({ ...refund, status: 'PROCESSING' })) }),
    ],
    [
      'sees a case that was settled while a fen is missing',
      'a case is closed only when all of the money went back, or a person said so',
      () =>
        withTruth(refunded(), {
          refunds: refunded().refunds.map((refund) => ({ ...refund, amount: refund.amount - 1 })),
        }),
    ],
    [
      'sees a case that was settled on nobody’s word',
      'a case is closed only when all of the money went back, or a person said so',
      () =>
        withTruth(
          one((_, row) => row?.settled_by === 'cash'),
          { said: [] },
        ),
    ],
    [
      'sees a double charge that has no row',
      'every double charge is found, with its sum and its transaction',
      () => withRow(foundByBill(), undefined),
    ],
    [
      'sees a double charge with another sum',
      'every double charge is found, with its sum and its transaction',
      () => withRow(foundByBill(), { amount: 1 + (chargeOf(foundByBill().order)?.amount ?? 0) }),
    ],
    [
      'sees a case that is in no index',
      'every double charge is found, with its sum and its transaction',
      () => {
        const { case: _, waits: __, ...row } = month.rows.get(open().key) ?? expect.fail('no such row')
        return { ...month, rows: new Map(month.rows).set(open().key, row) }
      },
    ],
    [
      'sees who should have found it',
      'by the query where one was still to come, else by the bill',
      () => withTruth(foundByBill(), { found: { at: foundByBill().found?.at ?? 0, by: 'query' } }),
    ],
    [
      'sees a charge that was found an hour after its bill',
      'within 45 minutes of the bill that shows it',
      () => withTruth(foundByBill(), { found: { at: (foundByBill().found?.at ?? 0) + HOUR, by: 'bill' } }),
    ],
    [
      'sees a case that nobody was charged for',
      'no double charge is invented',
      () => withRow(plain(), { state: 'DOUBLE_CHARGED', transaction_id: '42' }),
    ],
    [
      'sees a case of money that is back',
      'a case whose money went back is closed',
      () => {
        const { settled_at: _, ...row } = month.rows.get(refunded().key) ?? expect.fail('no such row')
        return { ...month, rows: new Map(month.rows).set(refunded().key, row) }
      },
    ],
    [
      'sees a case that was closed half a day late',
      'within 8 hours of the refund and of its bill',
      () => withRow(refunded(), { settled_at: (month.rows.get(refunded().key)?.settled_at ?? 0) + DAY / 2 }),
    ],
    [
      'sees an open case that is missing in the mail',
      TOLD_ALL,
      () => inMail((text) => text.replace(lineOf(open()), '')),
    ],
    [
      'sees an open case that is missing in the event',
      TOLD_ALL,
      () =>
        inEvent((detail) => {
          const { cases, ...rest } = JSON.parse(detail)
          const others = cases.filter((one: { out_order_no: string }) => one.out_order_no !== nameOf(open()))
          return JSON.stringify({ ...rest, cases: others })
        }),
    ],
    [
      'sees an open case that is missing in the CSV',
      TOLD_ALL,
      () => inPages('csv', (page) => page.replace(new RegExp(`\\r\\n[^\\r]*,${nameOf(open())},[^\\r]*`), '')),
    ],
    [
      'sees an open case that is missing on the page',
      TOLD_ALL,
      () => inPages('html', (page) => page.replace(new RegExp(`<li>\\d+/${nameOf(open())} .*?</li>`), '')),
    ],
    [
      'sees a case that nobody has',
      TOLD_ALL,
      () => inMail((text) => text.replace(lineOf(open()), (line) => line + line.replace(nameOf(open()), 'NONE'))),
    ],
    [
      'sees a told case of an order that was charged once',
      TOLD_ALL,
      () => inMail((text) => text.replace(`/${nameOf(open())} `, `/${nameOf(plain())} `)),
    ],
    [
      'sees a told case whose money is back',
      TOLD_ALL,
      () => inMail((text) => text.replace(`/${nameOf(open())} `, `/${nameOf(refunded())} `)),
    ],
    [
      'sees a case that is told twice in one mail',
      TOLD_ALL,
      () => inMail((text) => text.replace(lineOf(open()), (line) => line + line)),
    ],
    [
      'sees a wrong sum',
      TOLD_RIGHT,
      () => inMail((text) => text.replace(lineOf(open()), (line) => line.replace(/\.(\d\d) /, otherFen))),
    ],
    [
      'sees a wrong sum in the CSV',
      TOLD_RIGHT,
      () => inPages('csv', (page) => page.replace(new RegExp(`(,${nameOf(open())},,)`), '$11')),
    ],
    [
      'sees a wrong age',
      TOLD_RIGHT,
      () => inMail((text) => text.replace(lineOf(open()), (line) => line.replace(/\d+天 \d+d/, '1天 1d'))),
    ],
    [
      'sees another day of payment',
      TOLD_RIGHT,
      () => inMail((text) => text.replace(lineOf(open()), (line) => line.replace(/paid \d{4}/, 'paid 2025'))),
    ],
    [
      'sees another transaction',
      TOLD_RIGHT,
      () => inMail((text) => text.replace(lineOf(open()), (line) => line.replace(/transaction_id \d/, '$&0'))),
    ],
    [
      'sees the next step of another case',
      TOLD_RIGHT,
      () =>
        inEvent((detail) => {
          const { cases, ...rest } = JSON.parse(detail)
          const next_step = 'Nothing. WeChat Pay is asked until the refund has ended.'
          const next_step_zh = '无需处理,将自动查询退款结果。'
          return JSON.stringify({
            ...rest,
            cases: cases.map((one: object) => ({ ...one, next_step, next_step_zh })),
          })
        }),
    ],
    [
      'sees a next step that is not the same in both languages',
      'the mail, the event and the pages can be read',
      () => inMail((text) => text.replace(/^Next: .*$/m, 'Next: Nothing.')),
    ],
    [
      'sees ages that are not the same in both languages',
      'the mail, the event and the pages can be read',
      () => inMail((text) => text.replace(/天 (\d+)d/, '天 1$1d')),
    ],
    ['sees a mail on a day on which nothing is open', ONE_MAIL, () => withDay(emptyDay(), { mails: lastDay().mails })],
    [
      'sees an event on a day on which nothing is open',
      ONE_MAIL,
      () => withDay(emptyDay(), { events: lastDay().events }),
    ],
    ['sees a second mail', ONE_MAIL, () => withDay(lastDay(), { mails: [...lastDay().mails, ...lastDay().mails] })],
    ['sees a second event', ONE_MAIL, () => withDay(lastDay(), { events: [...lastDay().events, ...lastDay().events] })],
    ['sees that no mail came', ONE_MAIL, () => withDay(lastDay(), { mails: [], events: [] })],
    ['sees a wrong number of cases', TOTALS, () => inSubject((text) => text.replace(/: (\d+) /, ': 1$1 '))],
    ['sees a wrong sum of all', TOTALS, () => inMail((text) => text.replace(/合计 ¥/, '合计 ¥1'))],
    ['sees a wrong age of the oldest', TOTALS, () => inMail((text) => text.replace(/oldest for /, 'oldest for 1'))],
    ['sees a mail that does not say where a page is', TOTALS, () => inMail((text) => text.replace(/^s3:.*\n/m, ''))],
    [
      'sees a page of another day',
      TOTALS,
      () => withDay(lastDay(), { pages: new Map([...lastDay().pages, ['cases/1900000101/20250101.csv', '']]) }),
    ],
    [
      'sees an order that was never synced',
      'an order that is paid at the till alone is synced once, and proved',
      () => withRow(plain(), { state: 'PENDING' }),
    ],
    [
      'sees a sync of a rejected order',
      'a rejected order is never synced',
      () =>
        withSync(
          one(({ plan }) => plan.kind === 'closed by hand'),
          month.endsAt,
        ),
    ],
    [
      'sees a sync that was not needed',
      'no order is synced more often than it needs',
      () => withSync(plain(), month.endsAt),
    ],
    ['sees two calls at once', 'no two calls for one order are out at once', () => ({ ...month, overlaps: 1 })],
    [
      'sees a bill that nobody had',
      'every bill is had, once it is as WeChat Pay signed it',
      () => ({ ...month, goodBills: [] }),
    ],
  ])('%s', (_, promise, broken) => {
    expect(Object.keys(brokenIn(broken()))).toContain(promise)
  })
})
