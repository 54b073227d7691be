import { describe, expect, it } from 'vitest'
import { adviceOf } from '../../lib/ledger/advice.ts'
import { hasOpenCharge, type Row } from '../../lib/ledger/row.ts'
import { rowReply, statusReply } from '../../lib/views/reply.ts'
import { NOW } from '../support/orders.ts'
import { LAST_ERRORS } from '../support/verdicts.ts'
import { ROWS } from '../views/rows.ts'

/** What WeChat Pay charged, on a row that stands otherwise. */
const CHARGE = { amount: 5000, transaction_id: '42000004' }

const OTHERWISE = Object.entries(ROWS).filter(([, { state }]) => state !== 'DOUBLE_CHARGED') as [string, Row][]

describe('what WeChat Pay charged is told before all else', () => {
  it.each(OTHERWISE)('on a row that is %s', (_, row) => {
    const charged = { ...row, ...CHARGE }

    expect(hasOpenCharge(charged)).toBe(true)
    expect(statusReply(charged).body).toMatchObject({
      turn: 'accountant',
      meaning:
        'WeChat Pay charged this order, and a notice says that it was paid offline: the customer may have paid twice',
      meaning_zh: '支付分已扣款,门店又通知已线下收款:疑似重复支付,待核对',
      ...CHARGE,
    })
  })

  it.each(OTHERWISE)('until somebody has settled it, and then no more: %s', (_, row) => {
    expect(adviceOf({ ...row, ...CHARGE, settled_at: NOW })).toBe(adviceOf(row))
  })

  it.each([
    ['held', 202],
    ['leased', 202],
    ['closed', 422],
    ['not_found', 422],
  ] as const)('with the sum and the number to refund by, to whoever hands it over again: %s', (name, status) => {
    expect(rowReply({ ...ROWS[name], ...CHARGE }, NOW, true)).toMatchObject({
      status,
      body: { turn: 'accountant', ...CHARGE },
    })
  })
})

describe('a held order that nobody can charge any more', () => {
  it.each(['paid_less', 'paid_more', 'amount_unknown', 'amount_differs'])(
    'is closed, and neither released nor lowered: %s',
    (reason) => {
      for (const verdict of ['confirmed', 'closed'] as const)
        expect(adviceOf({ ...ROWS.held, reason, last_error: { ...LAST_ERRORS.closed, verdict } })).toMatchObject({
          turn: 'shop',
          en: {
            next: 'Compare the order number with the receipt, then close this notice. If another order was meant, send a notice with the right number.',
          },
          zh: { next: '请核对商户服务订单号与小票,然后人工结案;若单号有误,请按正确单号重新通知。' },
        })
    },
  )

  it('is looked up first where nobody can tell who collected', () => {
    expect(adviceOf({ ...ROWS.held, reason: 'paid_less', last_error: LAST_ERRORS.undecided })).toMatchObject({
      turn: 'accountant',
      zh: { next: '请在商户平台查看该订单;若支付分已扣款,请退还其中一笔。之后人工结案。' },
    })
  })
})
