import { describe, expect, it } from 'vitest'
import { foundBill, isEmpty } from '../../../lib/audit/digest/digest.ts'
import { digestEvent } from '../../../lib/audit/digest/digest-event.ts'
import { KEY, MCHID } from '../audit-world.ts'
import { caseRow, digest, ELEVEN, openCases } from './cases.ts'

describe('open cases', () => {
  it('come oldest first, and of the same day by merchant and number', () => {
    const other = { ...caseRow('A0', 3), pk: '1900000110#A0' }
    const cases = openCases(other, caseRow('A2', 3), caseRow('A1', 3), caseRow('B', 1), caseRow('C', 4))

    expect(cases.map(({ mchid, out_order_no }) => `${mchid}/${out_order_no}`)).toEqual([
      `${MCHID}/C`,
      `${MCHID}/A1`,
      `${MCHID}/A2`,
      '1900000110/A0',
      `${MCHID}/B`,
    ])
  })

  it.each([
    [298, false],
    [299, true],
  ])('known for %i days, paid a day before: are urgent %s', (days, isUrgent) => {
    expect(openCases(caseRow('A1', days))).toMatchObject([{ days, isUrgent }])
  })

  it('are added up, a charge of an unknown sum as nothing', () => {
    const { amount: _, ...unknown } = caseRow('A2', 5)

    expect(digest([caseRow('A1', 2), unknown]).totals).toEqual({ open: 2, amount: 3900, oldest_days: 5 })
  })
})

describe('a trade bill', () => {
  const agreed = { outcome: 'agreed', agreed_at: ELEVEN } as const

  it('is told of with the classes that people do not know yet', () => {
    const classes = { known: 3, refund_missing: 2, plain: 9, charged_after_sync: 1, contradiction: 0 }

    expect(foundBill(KEY, { ...agreed, classes }, ELEVEN)).toEqual({
      ...KEY,
      outcome: 'agreed',
      found: [['charged_after_sync', 1]],
    })
  })

  it.each([
    ['in which nothing was found', { ...agreed, classes: { known: 3, refund_missing: 2, plain: 9 } }],
    ['that agreed before the digest of yesterday', { ...agreed, agreed_at: ELEVEN - 1, classes: { refunded: 1 } }],
    ['that is waited for', { outcome: 'waiting' as const }],
    ['of a day without trade', { outcome: 'no_bill' as const }],
    ['whose first run has not ended', { classes: { refunded: 1 } }],
  ])('%s is not told of', (_, row) => {
    expect(foundBill(KEY, row, ELEVEN)).toBeUndefined()
  })

  it.each(['unreadable', 'late_bill', 'no_bill_but_charged'] as const)('that is %s is told of', (outcome) => {
    expect(foundBill(KEY, { outcome }, ELEVEN)).toEqual({ ...KEY, outcome, found: [] })
  })

  it('makes a digest worth sending by itself', () => {
    expect(isEmpty(digest([]))).toBe(true)
    expect(isEmpty(digest([], { bills: [{ ...KEY, outcome: 'late_bill', found: [] }] }))).toBe(false)
    expect(isEmpty(digest([caseRow('A1', 0)]))).toBe(false)
  })
})

describe('the event of a day', () => {
  it('has the totals, and each case with its next step', () => {
    const event = digestEvent(digest([caseRow('A1', 2, { shop_id: '南山店' })], { pages: ['s3://b/p'] }))

    expect(event).toEqual({
      source: 'payscore.audit',
      detailType: 'Payscore Open Cases',
      detail: {
        day: '2026-11-24',
        made_at: '2026-11-24T03:00:00.000Z',
        open: 1,
        amount: 3900,
        oldest_days: 2,
        cases: [
          {
            mchid: MCHID,
            out_order_no: 'A1',
            shop_id: '南山店',
            amount: 3900,
            transaction_id: '4200002601202611230000000001',
            paid: '2026-11-21',
            days: 2,
            is_urgent: false,
            refunds: [],
            turn: 'accountant',
            meaning: expect.any(String),
            meaning_zh: '疑似重复支付,待核对',
            next_step: expect.any(String),
            next_step_zh: expect.stringContaining('请核对商户服务订单号与小票。'),
          },
        ],
        more: 0,
        bills: [],
        sub_merchants: [],
        more_sub_merchants: 0,
        silent: [],
        pages: ['s3://b/p'],
      },
    })
  })

  it('fits into what EventBridge takes, however much is open', () => {
    const rows = Array.from({ length: 1000 }, (_, i) =>
      caseRow(String(i).padStart(32, 'X'), i, { shop_id: '店'.repeat(64) }),
    )
    const { detail } = digestEvent(digest(rows))

    expect(detail).toMatchObject({ open: 1000, more: 980 })
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(100_000)
  })
})
