import { describe, expect, it } from 'vitest'
import { equals } from '../../../lib/ledger/condition.ts'
import type { Refund, Row } from '../../../lib/ledger/row.ts'
import { afterRefund, nextRefund, noteRefund, settledRemoves } from '../../../lib/ledger/transitions/refund.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { RefundVerdict, RefundVerdictKind } from '../../../lib/wechatpay/refund-api.ts'
import { CLAIMED, DAY, HOUR, IN_400_DAYS, MINUTE, NOW, PK, SECOND, unleased } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { WORD } from '../../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }
const ONE = '4200000446202611247000000001'
const TWO = '4200000446202611247000000002'
const NO_CALL_OUT = `(leased_until is missing or leased_until <= ${NOW})`

const { due: _, due_at: __, next: ___, ...ENDED } = unleased(CLAIMED)
const DOUBLE: Row = {
  ...ENDED,
  state: 'DOUBLE_CHARGED',
  amount: 3900,
  transaction_id: ONE,
  case: '1900000109',
  case_at: NOW - 1 * HOUR,
}

/** A refund that was noted so long ago; its number is R-1. */
const noted = (ageMs: number, more: Partial<Refund> = {}): Refund => ({
  out_refund_no: 'R-1',
  noted_at: NOW - ageMs,
  ...more,
})

const words = (transition: Transition | undefined): object => {
  if (!transition) throw new TypeError('this row has no such transition')
  return inWords(transition)
}

describe('the refund that is asked about next', () => {
  const first = noted(9, { out_refund_no: 'first', answered_at: NOW - 5, status: 'processing' })
  const second = noted(9, { out_refund_no: 'second', answered_at: NOW - 3, status: 'unknown' })
  const fresh = noted(9, { out_refund_no: 'fresh' })
  const closed = noted(9, { out_refund_no: 'closed', answered_at: NOW - 9, status: 'closed' })

  it.each([
    ['the one that was asked about first', [second, first], first],
    ['the same in another order', [first, second], first],
    ['the one that was never asked about', [first, fresh], fresh],
    ['the same in another order', [fresh, first], fresh],
    ['none that has ended', [closed, second], second],
    ['none where all have ended', [closed], undefined],
    ['none where there is none', [], undefined],
  ])('is %s: %#', (_, refunds, next) => {
    expect(nextRefund({ refunds })).toBe(next)
  })

  it.each([
    ['one that corrects the settlement', NOW - 10, first],
    ['none that was noted with the settlement', NOW - 9, undefined],
    ['none that was noted before it', NOW - 8, undefined],
  ])('of a case that is settled, is %s', (_, settled_at, next) => {
    expect(nextRefund({ refunds: [first], settled_at })).toBe(next)
  })

  it('is none of a row that has none', () => {
    expect(nextRefund({})).toBeUndefined()
  })
})

describe('22: the number of a refund', () => {
  it('waits for the query of a trade bill, and is noted only while that is the next', () => {
    const { when, set } = noteRefund({ ...DOUBLE, next: 'query', bill_at: NOW - 5 }, 'R-1', NOW) ?? {}

    expect(set).not.toHaveProperty('next')
    expect(words({ name: '', pk: PK, when: when ?? equals('pk', 'none') })).toMatchObject({
      when: expect.stringMatching(/ and settled_at is missing and next = query$/),
    })
  })

  it('is noted, and WeChat Pay is asked about it at once', () => {
    expect(words(noteRefund(DOUBLE, 'R-1', NOW))).toStrictEqual({
      name: '22 note refund',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and transaction_id = ${ONE} and settled_at is missing`,
      set: {
        state: 'DOUBLE_CHARGED',
        next: 'refund',
        due: '1900000109#0',
        due_at: NOW,
        case: '1900000109',
        case_at: NOW - 1 * HOUR,
        refunds: [{ out_refund_no: 'R-1', noted_at: NOW }],
      },
      count: ['attempt'],
    })
  })

  it('corrects a settlement, which stands until the money is back', () => {
    const transition = noteRefund({ ...DOUBLE, settled_at: NOW - 5 }, 'R-1', NOW, true)

    expect(words(transition)).toMatchObject({
      when: `attempt = 3 and state = DOUBLE_CHARGED and transaction_id = ${ONE} and settled_at exists`,
    })
    expect(transition?.set).not.toHaveProperty('case')
  })

  it('makes a case of the charge of an order that is in another state', () => {
    const held: Row = { ...CLAIMED, state: 'HELD', reason: 'over_cap', amount: 3900, transaction_id: ONE }

    expect(words(noteRefund(held, 'R-1', NOW))).toStrictEqual({
      name: '22 note refund of the charge',
      pk: PK,
      when:
        '(attempt = 3 and transaction_id exists and state <> DOUBLE_CHARGED and state <> PENDING and reason <> part_paid' +
        ` and settled_at is missing and ${NO_CALL_OUT}) and transaction_id = ${ONE}`,
      set: {
        state: 'DOUBLE_CHARGED',
        next: 'refund',
        due: '1900000109#0',
        due_at: NOW,
        case: '1900000109',
        case_at: NOW,
        refunds: [{ out_refund_no: 'R-1', noted_at: NOW }],
      },
      count: ['attempt'],
      remove: ['absent_since', 'expires_at', 'reason', 'refused'],
    })
  })

  it.each(['closed', 'abnormal', 'absent', 'other_order'] as const)(
    'is noted anew, after the others, when its refund was %s',
    (status) => {
      const other = noted(5, { out_refund_no: 'R-2' })

      const transition = noteRefund({ ...DOUBLE, refunds: [noted(9, { status }), other] }, 'R-1', NOW)

      expect(transition?.set?.refunds).toStrictEqual([other, { out_refund_no: 'R-1', noted_at: NOW }])
    },
  )

  it.each([undefined, 'processing', 'unknown', 'throttled', 'refunded'] as const)(
    'is not noted twice while its refund is %s',
    (status) => {
      const row = { ...DOUBLE, refunds: [noted(9, status && { status })] }

      expect(noteRefund(row, 'R-1', NOW)).toBeUndefined()
    },
  )

  it('is the tenth at most, but takes the place of its own that ended', () => {
    const closed = (count: number) =>
      Array.from({ length: count }, (_, at) => noted(9, { out_refund_no: `R-${at}`, status: 'closed' }))
    const noteAs = (out_refund_no: string, count: number) =>
      noteRefund({ ...DOUBLE, refunds: closed(count) }, out_refund_no, NOW)

    expect(noteAs('new', 9)?.set?.refunds).toHaveLength(10)
    expect(noteAs('new', 10)).toBeUndefined()
    expect(noteAs('R-3', 10)?.set?.refunds).toHaveLength(10)
  })
})

const REFUNDED: RefundVerdict = {
  kind: 'refunded',
  verified: true,
  status: 200,
  request_id: 'R-0',
  refund_id: '5030',
  transaction_id: ONE,
  refund_amount: 3900,
  total_amount: 3900,
  success_time: '2026-11-25T15:16:00+08:00',
  signedResponse: WORD,
}
const { signedResponse: _____, ...UNSIGNED } = REFUNDED

/** The row while it is asked about the last of its refunds. */
const asking = (asked: Refund, more: Partial<Row> = {}): Row => ({
  ...DOUBLE,
  next: 'refund',
  due: '1900000109#0',
  due_at: NOW + 30 * SECOND,
  ...more,
  refunds: [...(more.refunds ?? []), asked],
})
const answered = (asked: Refund, verdict: RefundVerdict, more: Partial<Row> = {}): Transition =>
  afterRefund(asking(asked, more), asked, verdict, MOMENT)

describe('the answer about a refund', () => {
  it('23: settles the case when all that was charged is back', () => {
    expect(words(answered(noted(60_000), REFUNDED))).toStrictEqual({
      name: '23 refunded',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and transaction_id = ${ONE}`,
      set: {
        refunds: [
          {
            out_refund_no: 'R-1',
            noted_at: NOW - 60_000,
            status: 'refunded',
            answered_at: NOW,
            transaction_id: ONE,
            refund_id: '5030',
            refund_amount: 3900,
            total_amount: 3900,
            success_time: '2026-11-25T15:16:00+08:00',
            request_id: 'R-0',
          },
        ],
        state: 'DOUBLE_CHARGED',
        settled_at: NOW,
        settled_by: 'refund',
        reason: 'refund R-1',
        expires_at: IN_400_DAYS,
      },
      remove: ['case', 'case_at', 'due', 'due_at', 'leased_until', 'next'],
      count: ['attempt'],
      answer: { ...WORD, answers: 'refund', out_refund_no: 'R-1' },
    })
  })

  it('24: leaves the refund to be asked about again while the money is not back', () => {
    const processing = { kind: 'processing', verified: true, transaction_id: ONE, signedResponse: WORD } as const

    expect(words(answered(noted(60_000), processing))).toStrictEqual({
      name: '24 refund waits',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and transaction_id = ${ONE}`,
      set: {
        refunds: [
          {
            out_refund_no: 'R-1',
            noted_at: NOW - 60_000,
            status: 'processing',
            answered_at: NOW,
            transaction_id: ONE,
          },
        ],
        next: 'refund',
        due: '1900000109#0',
        due_at: NOW + 1 * MINUTE,
      },
      count: ['attempt'],
      remove: ['leased_until'],
    })
  })

  it('25: leaves the case to a person when no refund is open any more', () => {
    expect(words(answered(noted(60_000), { kind: 'closed', verified: true, code: 'X' }))).toStrictEqual({
      name: '25 refund ended',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and transaction_id = ${ONE}`,
      set: {
        refunds: [{ out_refund_no: 'R-1', noted_at: NOW - 60_000, status: 'closed', answered_at: NOW, code: 'X' }],
      },
      count: ['attempt'],
      remove: ['due', 'due_at', 'leased_until', 'next'],
      alarm: 'refund_failed',
    })
  })

  it.each<[RefundVerdictKind, string, string | undefined]>([
    ['abnormal', '25 refund ended', 'refund_failed'],
    ['closed', '25 refund ended', 'refund_failed'],
    ['other_order', '25 refund ended', 'refund_failed'],
    ['absent', '25 refund ended', undefined],
    ['processing', '24 refund waits', undefined],
    ['throttled', '24 refund waits', undefined],
    ['unknown', '24 refund waits', undefined],
    ['unsent', '24 refund waits', undefined],
    ['config', '24 refund waits', 'config'],
  ])('%s, after an hour, is %s, and alarms: %s', (kind, name, alarm) => {
    const transition = answered(noted(1 * HOUR), { kind, verified: true })

    expect(transition.name).toBe(name)
    expect(transition).toStrictEqual({ ...transition, ...(alarm && { alarm }) })
    expect('alarm' in transition).toBe(alarm !== undefined)
  })

  it('is waited for by the age of the refund', () => {
    const { set } = answered(noted(15 * MINUTE), { kind: 'processing', verified: true })

    expect(set?.due_at).toBe(NOW + 10 * MINUTE)
  })

  it('is followed at once by the question about a refund that was never asked about, though it alarms', () => {
    const other = noted(5, { out_refund_no: 'R-2' })

    const transition = answered(noted(60_000), { kind: 'closed', verified: true }, { refunds: [other] })

    expect(transition).toMatchObject({ name: '24 refund waits', set: { due_at: NOW }, alarm: 'refund_failed' })
    expect(transition.set?.refunds?.[0]).toBe(other)
  })

  it('ends nothing when WeChat Pay does not know a refund that is younger than an hour', () => {
    const young = answered(noted(1 * HOUR - 1), { kind: 'absent', verified: true })
    const older = answered(noted(1 * HOUR), { kind: 'absent', verified: true })

    expect([young.name, young.set?.refunds?.[0]?.status]).toEqual(['24 refund waits', 'unknown'])
    expect([older.name, older.set?.refunds?.[0]?.status]).toEqual(['25 refund ended', 'absent'])
  })

  it('is not waited for longer than thirty days', () => {
    const within = answered(noted(30 * DAY), { kind: 'processing', verified: true })
    const after = answered(noted(30 * DAY + 1), { kind: 'processing', verified: true })
    const ended = answered(noted(30 * DAY + 1), { kind: 'closed', verified: true })

    expect([within.name, within.set?.refunds?.[0]?.status]).toEqual(['24 refund waits', 'processing'])
    expect([after.name, after.set?.refunds?.[0]?.status]).toEqual(['25 refund ended', 'absent'])
    expect(ended.set?.refunds?.[0]?.status).toBe('closed')
  })

  it('leaves no refund on a row that has none', () => {
    expect(afterRefund(DOUBLE, noted(60_000), { kind: 'closed', verified: true }, MOMENT).set?.refunds).toEqual([])
  })

  it('is carried to be kept when it ends the refund, if it is signed', () => {
    const carried = (verdict: RefundVerdict) => answered(noted(60_000), verdict).answer?.out_refund_no

    expect(carried(REFUNDED)).toBe('R-1')
    expect(carried({ ...REFUNDED, kind: 'abnormal' })).toBe('R-1')
    expect(carried({ ...REFUNDED, kind: 'processing' })).toBeUndefined()
    expect(carried(UNSIGNED)).toBeUndefined()
  })
})

describe('what was charged is back', () => {
  const done = (out_refund_no: string, refund_amount: number, more: Partial<Refund> = {}): Refund =>
    noted(9, { out_refund_no, status: 'refunded', transaction_id: ONE, refund_amount, ...more })
  const back = (more: Partial<RefundVerdict>, row: Partial<Row> = {}) =>
    answered(noted(60_000), { ...REFUNDED, ...more }, row)
  const { amount: _amount, ...UNSUMMED } = DOUBLE
  const unsummed = (verdict: RefundVerdict, transaction_id = ONE) =>
    afterRefund({ ...UNSUMMED, transaction_id, refunds: [ASKED] }, ASKED, verdict, MOMENT)
  const ASKED = noted(60_000)

  it.each([
    ['in two refunds', () => back({ refund_amount: 2000 }, { refunds: [done('R-0', 1900)] }), 'refund R-0, R-1'],
    ['beside a refund that failed', () => back({}, { refunds: [noted(9, { status: 'closed' })] }), 'refund R-1'],
    ['in two transactions', () => back({ transaction_id: TWO }, { transaction_id: `${ONE},${TWO}` }), 'refund R-1'],
    ['and more', () => back({ refund_amount: 3901 }), 'refund R-1'],
    ['though the answer had no sum of the charge', () => unsummed(REFUNDED), 'refund R-1'],
  ])('%s', (_, settle, reason) => {
    const { name, set } = settle()

    expect([name, set?.reason]).toEqual(['23 refunded', reason])
  })

  it.each([
    ['a fen less', () => back({ refund_amount: 3899 })],
    ['two parts that are not the whole', () => back({ refund_amount: 2000 }, { refunds: [done('R-0', 1899)] })],
    [
      'a part, and the rest is of another order',
      () => back({ refund_amount: 2000 }, { refunds: [done('R-0', 1900, { transaction_id: TWO })] }),
    ],
    [
      'a part, and the rest failed',
      () => back({ refund_amount: 2000 }, { refunds: [done('R-0', 1900, { status: 'abnormal' })] }),
    ],
    ['nothing of a charge of nothing', () => back({ kind: 'closed' }, { amount: 0 })],
    ['a part of what the answer calls the whole', () => unsummed({ ...REFUNDED, refund_amount: 1900 })],
    ['one of two transactions whose sum nobody told', () => unsummed(REFUNDED, `${ONE},${TWO}`)],
    ['nothing of a charge whose sum nobody told', () => unsummed({ kind: 'closed', verified: true })],
  ])('not by %s', (_, answer) => {
    const { name, set } = answer()

    expect(name).toBe('25 refund ended')
    expect(set).not.toHaveProperty('settled_at')
  })
})

it('a settlement ends what is asked of WeChat Pay, but for the query of a trade bill', () => {
  expect(settledRemoves({})).toStrictEqual(['due', 'due_at', 'next', 'leased_until', 'case', 'case_at'])
  expect(settledRemoves({ bill_at: NOW })).toStrictEqual(['case', 'case_at'])
})
