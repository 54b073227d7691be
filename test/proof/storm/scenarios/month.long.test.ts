import { beforeAll, describe, expect, it } from 'vitest'
import { itKeepsPromises } from '../keeps-promises.ts'
import { isDouble } from '../month/history.ts'
import { judgeMonth } from '../month/judge.ts'
import { type Month, runMonth } from '../month/month.ts'
import { DOUBLE_KINDS } from '../month/plan.ts'

const CLAIMS = [
  'every double charge is found, with its sum and its transaction',
  'by the query where one was still to come, else by the bill',
  'within 45 minutes of the bill that shows it',
  'no double charge is invented',
  'a case is closed only when all of the money went back, or a person said so',
  'a case whose money went back is closed',
  'within 8 hours of the refund and of its bill',
  'each day one mail and one event tell of what is open, and none where nothing is',
  'the mail, the event and the pages can be read',
  'they tell of every open case, and of no other',
  'with its sum, its transaction, its day, its age and the next step, in both languages',
  'they count all of the cases, and say where the pages are',
  'an order that is paid at the till alone is synced once, and proved',
  'a rejected order is never synced',
  'no order is synced more often than it needs',
  'no two calls for one order are out at once',
  'every bill is had, once it is as WeChat Pay signed it',
] as const

describe('a month of 600 orders', () => {
  let month: Month

  beforeAll(async () => {
    month = await runMonth({ orders: 600, days: 30, seed: 1 }, () => {})
  })

  itKeepsPromises(CLAIMS, () => judgeMonth(month))

  it('has double charges of every kind, found by a query and by the bill', () => {
    const doubles = month.truths.filter(isDouble)

    expect(new Set(doubles.map(({ plan }) => plan.kind))).toEqual(new Set(DOUBLE_KINDS))
    expect(new Set(doubles.map(({ found }) => found?.by))).toEqual(new Set(['query', 'bill']))
  })

  it('has cases that stay open, since their money never goes back', () => {
    expect(month.sent.at(-1)?.mails[0]?.subject).toMatch(/: [1-9]\d* double charges? not settled/)
  })
})
