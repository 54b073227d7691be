import { describe, expect, it } from 'vitest'
import type { Row } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { CLAIMED, DAY, HOUR, IN_400_DAYS, MINUTE, NOW, PK } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { LAST_ERRORS, VERDICTS } from '../../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }

const aged = (ageMs: number, more: Partial<Row> = {}): Row => ({ ...CLAIMED, created_at: NOW - ageMs, ...more })

const { unsent, throttled, config, unknown, busy, open, undecided, absent, unpaid } = VERDICTS
const unsigned: Verdict = { ...VERDICTS.invalid, verified: false }

describe('when the next try is due', () => {
  it.each([
    [0, 1 * MINUTE],
    [2 * MINUTE, 1 * MINUTE],
    [2 * MINUTE + 2, 1 * MINUTE + 1],
    [20 * MINUTE, 10 * MINUTE],
    [1 * HOUR, 30 * MINUTE],
    [3 * DAY, 30 * MINUTE],
    [3 * DAY + 1, 6 * HOUR],
  ])('of an order %i ms old: 5, 11 and 12 follow the schedule, %i ms', (ageMs, afterMs) => {
    const row = aged(ageMs)

    const later = afterSync(row, unsent, MOMENT)
    const wait = afterQuery(row, open, MOMENT)
    const askAgain = afterQuery(row, busy, MOMENT)

    expect(later).toMatchObject({ name: '5 later', set: { due_at: NOW + afterMs } })
    expect(wait).toMatchObject({ name: '11 wait', set: { due_at: NOW + afterMs } })
    expect(askAgain).toMatchObject({ name: '12 ask again', set: { due_at: NOW + afterMs } })
  })

  it.each([
    [unknown, 0, 0, 60_000],
    [unknown, 0, 0.75, 66_000],
    [unknown, 4 * MINUTE, 0, 96_000],
    [busy, 0, 0.75, 180_000],
    [busy, 6 * MINUTE, 0, 180_000],
    [busy, 8 * MINUTE, 0, 192_000],
  ])('6 asks after the longer of its own minute, or three when busy, and the schedule: %#', (...given) => {
    const [verdict, ageMs, random, afterMs] = given

    const transition = afterSync(aged(ageMs), verdict, { now: NOW, random })

    expect(transition).toMatchObject({ name: '6 ask', set: { due_at: NOW + afterMs } })
  })
})

describe('since when an order is late', () => {
  it.each([
    ['5 later', unsent],
    ['6 ask', throttled],
    ['6 ask', config],
    ['6 ask', unsigned],
    ['6 ask', unknown],
    ['6 ask', undecided],
  ])('%s marks a pending order of more than fifteen minutes: %#', (name, verdict) => {
    const inTime = afterSync(aged(15 * MINUTE), verdict, MOMENT)
    const late = afterSync(aged(15 * MINUTE + 1), verdict, MOMENT)

    expect(inTime).toMatchObject({ name, keep: {} })
    expect(inTime.keep).not.toHaveProperty('late_at')
    expect(late).toMatchObject({ name, keep: { late_at: NOW } })
  })

  it('12 marks a pending order of more than fifteen minutes', () => {
    const inTime = afterQuery(aged(15 * MINUTE), undecided, MOMENT)
    const late = afterQuery(aged(15 * MINUTE + 1), undecided, MOMENT)

    expect(inTime.keep).toStrictEqual({})
    expect(late.keep).toStrictEqual({ late_at: NOW })
  })

  it('12 marks a synced order of more than a day without proof', () => {
    const inTime = afterQuery(aged(24 * HOUR, { state: 'SYNCED' }), undecided, MOMENT)
    const late = afterQuery(aged(24 * HOUR + 1, { state: 'SYNCED' }), undecided, MOMENT)

    expect(inTime.keep).toStrictEqual({})
    expect(late.keep).toStrictEqual({ late_at: NOW })
  })

  it('6 and 11 mark an open order after a day: the shop may take its time', () => {
    const inTime = [afterSync(aged(24 * HOUR), open, MOMENT), afterQuery(aged(24 * HOUR), open, MOMENT)]
    const late = [afterSync(aged(24 * HOUR + 1), open, MOMENT), afterQuery(aged(24 * HOUR + 1), open, MOMENT)]

    expect(inTime.map(({ keep }) => keep)).toStrictEqual([{}, {}])
    expect(late.map(({ keep }) => keep)).toStrictEqual([{ late_at: NOW }, { late_at: NOW }])
  })

  it('10 marks nothing: a sync follows at once', () => {
    const transition = afterQuery(aged(25 * HOUR), unpaid, MOMENT)

    expect(transition).not.toHaveProperty('keep')
  })
})

describe('an order that WeChat Pay does not know', () => {
  it('is asked about for a day, and the first time is remembered', () => {
    const row = aged(25 * HOUR, { absent_since: NOW - 24 * HOUR })

    const transition = afterQuery(row, absent, MOMENT)

    expect(transition).toMatchObject({ name: '12 ask again', keep: { late_at: NOW, absent_since: NOW } })
  })

  it('is rejected when it was absent for more than a day', () => {
    const row = aged(25 * HOUR, { absent_since: NOW - 24 * HOUR - 1 })

    const transition = inWords(afterQuery(row, absent, MOMENT))

    expect(transition).toStrictEqual({
      name: '7 reject',
      pk: PK,
      when: 'attempt = 3 and state = PENDING',
      set: { state: 'REJECTED', reason: 'not_found', last_error: LAST_ERRORS.absent, expires_at: IN_400_DAYS },
      remove: ['due', 'due_at', 'leased_until', 'next'],
    })
  })

  it('is not rejected once its sync was taken', () => {
    const row = aged(2 * DAY, { state: 'SYNCED', absent_since: NOW - 2 * DAY })

    const transition = afterQuery(row, absent, MOMENT)

    expect(transition.name).toBe('12 ask again')
  })
})

describe('an order of more than thirty days', () => {
  it.each([
    ['5 later', afterSync, unsent],
    ['6 ask', afterSync, unknown],
    ['11 wait', afterQuery, open],
    ['12 ask again', afterQuery, undecided],
    ['12 ask again', afterQuery, absent],
  ] as const)('is rejected where it else had %s', (name, judge, verdict) => {
    const young = judge(aged(30 * DAY), verdict, MOMENT)
    const { answer: _, ...old } = judge(aged(30 * DAY + 1), verdict, MOMENT)

    expect(young.name).toBe(name)
    expect(inWords(old)).toStrictEqual({
      name: '7 reject',
      pk: PK,
      when: 'attempt = 3 and state = PENDING',
      set: { state: 'REJECTED', reason: 'too_old', last_error: LAST_ERRORS[verdict.kind], expires_at: IN_400_DAYS },
      remove: ['due', 'due_at', 'leased_until', 'next'],
    })
  })

  it.each([undecided, absent, unknown, config])(
    'is no longer asked about when its sync was taken: $kind',
    (verdict) => {
      const young = afterQuery(aged(30 * DAY, { state: 'SYNCED' }), verdict, MOMENT)
      const { answer: _, ...old } = afterQuery(aged(30 * DAY + 1, { state: 'SYNCED' }), verdict, MOMENT)

      expect(young.name).toBe('12 ask again')
      expect(inWords(old)).toStrictEqual({
        name: '12 unproved',
        pk: PK,
        when: 'attempt = 3 and state = SYNCED and due exists',
        set: { reason: 'unproved', last_error: LAST_ERRORS[verdict.kind], expires_at: IN_400_DAYS },
        remove: ['due', 'due_at', 'leased_until', 'next'],
        alarm: 'unproved',
      })
    },
  )

  it('still gets its sync when WeChat Pay waits for payment', () => {
    const transition = afterQuery(aged(31 * DAY), unpaid, MOMENT)

    expect(transition).toMatchObject({ name: '10 unpaid', set: { next: 'sync', due_at: NOW } })
  })

  it.each([
    ['4 accepted', VERDICTS.accepted],
    ['8 confirmed', VERDICTS.confirmed],
    ['9 collected', VERDICTS.collected],
  ])('still gets its true end: %s', (name, verdict) => {
    const transition = afterSync(aged(31 * DAY), verdict, MOMENT)

    expect(transition.name).toBe(name)
  })
})

it('an ended row expires after four hundred days, rounded up to a second', () => {
  const ended = afterQuery(CLAIMED, VERDICTS.closed, { now: NOW + 1, random: 0.5 })

  expect(ended.set).toMatchObject({ expires_at: IN_400_DAYS + 1 })
})
