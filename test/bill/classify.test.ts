import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate } from '../../lib/bill/candidate.ts'
import { BILL_CLASSES, LINE_CLASSES, type LineClass, REFUND_MISSING } from '../../lib/bill/classes.ts'
import { type BillDay, classify, classifyDay, isRefundMissing, type Situation } from '../../lib/bill/classify.ts'
import type { BillReading, BillRefusal } from '../../lib/bill/read-bill.ts'
import type { State } from '../../lib/ledger/row.ts'
import { NOW } from '../support/orders.ts'
import { WORD } from '../support/verdicts.ts'

const TRADE = {
  mchid: '1900000109',
  transaction_id: '4200002601202611240000000001',
  time: '20261124102959',
  amount: 3900,
}
const ORDER_ID = '15646546545165651651'
const SURE = { ...TRADE, by: 'order', out_order_no: 'R-7', order_id: ORDER_ID } as const
const HINT = { ...TRADE, by: 'hint', out_order_no: 'R-7' } as const
const UNTOLD = { ...TRADE, by: 'transaction' } as const

const charge: Candidate = { ...SURE, kind: 'charge' }
const hint: Candidate = { ...HINT, kind: 'charge' }
const back = { kind: 'refund', out_refund_no: 'REF-1', refund_state: 'PROCESSING' } as const
const refund: Candidate = { ...SURE, ...back }
const refundOfHint: Candidate = { ...HINT, ...back }
const refundUntold: Candidate = { ...UNTOLD, ...back }

const AGREED_AT = NOW
const before = { ...WORD, sent_at: NOW }
const since = { ...WORD, sent_at: NOW + 1 }
const KNOWN = { transaction_id: `4200002601202611240000000009,${TRADE.transaction_id}` }
const OTHER = { transaction_id: '42000026012026112400000000011' }

type Told = readonly [charge: LineClass, hint: LineClass, refund: LineClass, refundOfHint: LineClass]
const all = (name: LineClass): Told => [name, name, name, name]

describe('a line of the bill', () => {
  it.each<[string, Situation | undefined, Told]>([
    ['without a row', undefined, all('plain')],
    ['of a pending order', { state: 'PENDING' }, all('charged_while_open')],
    ['of a held order', { state: 'HELD', reason: 'observe_only' }, all('charged_while_open')],
    ['of an order that was synced', { state: 'SYNCED' }, all('charged_after_sync')],
    ['of an order proved before the bill', { state: 'SYNCED', proof: before }, all('charged_after_sync')],
    [
      'of an order proved after the bill',
      { state: 'SYNCED', proof: since },
      ['contradiction', 'plain', 'contradiction', 'plain'],
    ],
    [
      'of an order proved after the bill, whose order_id it is',
      { state: 'SYNCED', proof: since, order_id: ORDER_ID },
      ['contradiction', 'plain', 'contradiction', 'plain'],
    ],
    [
      'of an order proved after the bill, with another order_id',
      { state: 'SYNCED', proof: since, order_id: '15646546545165651652' },
      all('plain'),
    ],
    ['of an order that was rejected', { state: 'REJECTED', reason: 'not_found' }, all('charged_after_end')],
    ['of an order that a person closed', { state: 'REJECTED', reason: 'closed by hand: x' }, all('charged_after_end')],
    ['of a notice that was withdrawn', { state: 'REJECTED', reason: 'withdrawn: wrong order' }, all('plain')],
    ['of a case of another transaction', { state: 'DOUBLE_CHARGED', ...OTHER }, all('charged_again')],
    [
      'of a case without a number',
      { state: 'DOUBLE_CHARGED' },
      ['numbered', 'charged_again', 'refunded', 'charged_again'],
    ],
    [
      'of a case without a number, with another order_id',
      { state: 'DOUBLE_CHARGED', order_id: '15646546545165651652' },
      all('charged_again'),
    ],
  ])('%s', (_, row, told) => {
    const classes = [charge, hint, refund, refundOfHint].map((one) => classify(one, row, AGREED_AT))

    expect(classes).toEqual(told)
  })

  it.each<State>(['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'])(
    'of a transaction that is known is known, or its refund, however the order stands: %s',
    (state) => {
      for (const more of [{}, { proof: since }, { reason: 'withdrawn: x' }, { order_id: 'another' }]) {
        const row = { state, ...KNOWN, ...more }

        expect([charge, hint].map((one) => classify(one, row, AGREED_AT))).toEqual(['known', 'known'])
        expect([refund, refundOfHint, refundUntold].map((one) => classify(one, row, AGREED_AT))).toEqual(
          Array(3).fill('refunded'),
        )
      }
    },
  )

  it('that names no order is of nobody’s whose transaction it is not', () => {
    for (const state of ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'] as const)
      expect(classify(refundUntold, { state, ...OTHER }, AGREED_AT)).toBe('plain')
  })

  it('that is a hint never makes more of an order than a question', () => {
    const row = fc.record(
      {
        state: fc.constantFrom<State>('PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'),
        reason: fc.constantFrom('withdrawn: x', 'closed by hand: x', 'not_found'),
        order_id: fc.constantFrom(ORDER_ID, 'another'),
        transaction_id: fc.constant(OTHER.transaction_id),
        proof: fc.constantFrom(before, since),
      },
      { requiredKeys: ['state'] },
    )

    fc.assert(
      fc.property(row, fc.constantFrom(hint, refundOfHint), (one, candidate) => {
        expect(['ask_order', 'none']).toContain(LINE_CLASSES[classify(candidate, one, AGREED_AT)].follows)
      }),
    )
  })
})

describe('a refund that is missing', () => {
  it('is told after 1, 3, 7 and 30 days, and daily from the 300th', () => {
    const days = Array.from({ length: 400 }, (_, day) => day)
    const dayAfter = (count: number) => new Date(Date.UTC(2026, 10, 24 + count)).toISOString().slice(0, 10)

    const told = days.filter((count) =>
      isRefundMissing({ known: '20261124', paid: '20261124' }, dayAfter(count).replaceAll('-', '')),
    )

    expect(told).toEqual([1, 3, 7, 30, ...days.slice(300)])
  })

  it('is told daily from the 300th day of the payment, however late the double charge became known', () => {
    const paid = '20260101'

    expect(isRefundMissing({ known: '20261020', paid }, '20261026')).toBe(false)
    expect(isRefundMissing({ known: '20261020', paid }, '20261027')).toBe(true)
    expect(isRefundMissing({ known: '20261020', paid }, '20261028')).toBe(true)
  })

  it('is not told on the day on which the double charge became known, however old the payment', () => {
    expect(isRefundMissing({ known: '20261124', paid: '20260101' }, '20261124')).toBe(false)
    expect(isRefundMissing({ known: '20261124', paid: '20260101' }, '20261125')).toBe(true)
  })
})

describe('a day', () => {
  const AT = '20261125175959'
  const LATE = '20261125180000'
  const refused = (reason: BillRefusal['reason']) => ({ agreed: false, refusal: { reason } }) as BillReading
  const agreed = { agreed: true } as BillReading

  it.each<[string, Partial<BillDay> & Pick<BillDay, 'verdict'>, string | undefined, string | undefined]>([
    ['whose bill agreed', { verdict: 'ready', reading: agreed }, undefined, undefined],
    ['without trade', { verdict: 'none' }, 'no_bill', 'no_bill'],
    ['without trade but charges', { verdict: 'none', knownCharges: 1 }, 'no_bill_but_charged', 'no_bill_but_charged'],
    ['whose bill is being made', { verdict: 'creating' }, undefined, 'late_bill'],
    ['whose bill was throttled', { verdict: 'throttled' }, undefined, 'late_bill'],
    ['whose bill nobody knows of', { verdict: 'unknown' }, undefined, 'late_bill'],
    ['whose bill was not asked for', { verdict: 'unsent' }, undefined, 'late_bill'],
    ['whose bill was refused', { verdict: 'config' }, undefined, 'late_bill'],
    ['whose bill was not downloaded', { verdict: 'ready' }, undefined, 'late_bill'],
    ['whose bill has other columns', { verdict: 'ready', reading: refused('header') }, 'unreadable', 'unreadable'],
    ['whose bill has other sums', { verdict: 'ready', reading: refused('sum') }, 'unreadable', 'unreadable'],
    ['whose bill is too large', { verdict: 'ready', reading: refused('too_large') }, 'unreadable', 'unreadable'],
    ['whose bill has another hash', { verdict: 'ready', reading: refused('hash') }, undefined, 'unreadable'],
    ['whose bill broke off', { verdict: 'ready', reading: refused('lost') }, undefined, 'unreadable'],
    ['whose bill came damaged', { verdict: 'ready', reading: refused('packed') }, undefined, 'unreadable'],
  ])('%s', (_, day, early, late) => {
    const classAt = (now: string) => classifyDay({ knownCharges: 0, ...day, now })

    expect([classAt(AT), classAt(LATE)]).toEqual([early, late])
  })
})

it('says of every class in both languages what it means and what to do', () => {
  const classes = [...Object.values(LINE_CLASSES), ...Object.values(BILL_CLASSES), REFUND_MISSING]

  for (const { en, zh } of classes) {
    expect(`${en.meaning} ${en.next}`).toMatch(/^[\x20-\x7e\u2019]+$/)
    expect(en.next).toMatch(/\.$/)
    expect(zh.next).toMatch(/。$/)
    // Words of others, or of other things, in WeChat Pay's language.
    expect(`${zh.meaning}${zh.next}`).not.toMatch(/重复扣款|对账单|收银台|信用单|交易单号|已拒绝/)
  }
})
