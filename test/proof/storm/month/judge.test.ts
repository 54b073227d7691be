import { beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../../lib/ledger/row.ts'
import { DAY, HOUR } from '../../../support/orders.ts'
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
  const withoutListed = (truth: Truth): Month => ({
    ...month,
    looked: month.looked.map(({ at, open: listed }) => ({
      at,
      open: new Set([...listed].filter((key) => key !== truth.key)),
    })),
  })
  const withListed = (key: string): Month => ({
    ...month,
    looked: month.looked.map(({ at, open: listed }, day) => ({
      at,
      open: day === 5 ? new Set([...listed, key]) : listed,
    })),
  })

  it('finds nothing wrong with what happened', () => {
    expect(brokenIn(month)).toEqual({})
    expect(month.truths.filter(isDouble)).toHaveLength(25)
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
      'sees an open case that is not listed',
      'each day the open cases are those of the history',
      () => withoutListed(open()),
    ],
    [
      'sees a listed case that is none',
      'each day the open cases are those of the history',
      () => withListed(plain().key),
    ],
    [
      'sees a listed order that nobody has',
      'each day the open cases are those of the history',
      () => withListed('1900000101#none'),
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
