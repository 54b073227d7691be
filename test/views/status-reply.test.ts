import { describe, expect, it } from 'vitest'
import type { Row } from '../../lib/ledger/row.ts'
import { statusReply } from '../../lib/views/reply.ts'
import { CLAIMED, NOW, SECOND } from '../support/orders.ts'
import { LAST_ERRORS, WORD } from '../support/verdicts.ts'
import { FACTS, ROWS } from './rows.ts'

describe('the reply to whoever asks how an order stands', () => {
  it('is 404 for an order that nobody handed over', () => {
    expect(statusReply(undefined)).toEqual({
      status: 404,
      body: {
        type: 'about:blank',
        title: 'Unknown order',
        status: 404,
        detail: 'no offline payment was handed over for this order',
        next_step:
          'Compare mchid and the order number. If they are right, and the customer has paid offline, hand the payment over.',
        next_step_zh: '请核对商户号和商户服务订单号;若无误且顾客已线下付款,请发送线下收款通知。',
      },
    })
  })

  it('is 200 with all that may be told', () => {
    const row: Row = {
      ...CLAIMED,
      paid_time_clamped: true,
      mode: 'check',
      expected_amount: 3900,
      shop_id: 'S-7',
      cashier_id: 'C-1',
      pos_ref: 'P-2',
      decisions: [{ what: 'reopen', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'compared' }],
      conflicts: 2,
      late_at: NOW - 1 * SECOND,
      last_error: LAST_ERRORS.absent,
      absent_since: NOW - 1 * SECOND,
    }

    expect(statusReply(row)).toEqual({
      status: 200,
      body: {
        ...FACTS,
        state: 'PENDING',
        meaning: 'WeChat Pay knows no such order under this mchid',
        meaning_zh: '订单不存在(查询单据不存在)',
        turn: 'shop',
        next_step: 'Compare mchid first, then the order number. It is asked about again for 24 hours.',
        next_step_zh: '请先核对商户号,再核对商户服务订单号;24小时内自动查单。',
        confirmed: false,
        order_api: 'serviceorder',
        service_id: '500001',
        paid_time: '20261124102900',
        paid_time_clamped: true,
        next: 'query',
        next_attempt_at: '2026-11-24T02:30:30.000Z',
        last_error: { verdict: 'absent', at: '2026-11-24T02:30:00.000Z', status: 404, code: 'ORDER_NOT_EXIST' },
        mode: 'check',
        expected_amount: 3900,
        shop_id: 'S-7',
        cashier_id: 'C-1',
        pos_ref: 'P-2',
        decisions: [
          {
            what: 'reopen',
            by: 'arn:aws:iam::123456789012:user/li',
            at: '2026-11-24T02:30:00.000Z',
            why: 'compared',
          },
        ],
        conflicts: 2,
        late_since: '2026-11-24T02:29:59.000Z',
        created_at: '2026-11-24T02:29:00.000Z',
      },
    })
  })

  it.each<[Row, object]>([
    [ROWS.accepted, { confirmed: false, meaning_zh: '已同步,待核实', synced_at: '2026-11-24T02:29:58.000Z' }],
    [ROWS.proved, { confirmed: true, meaning_zh: '已核实:订单已完成,不再扣款', turn: 'service' }],
    [
      ROWS.unproved,
      { confirmed: false, meaning_zh: '已同步,但始终未能查单核实', turn: 'engineer', reason: 'unproved' },
    ],
    [
      { ...ROWS.unproved, reason: 'closed by hand: enough' },
      { confirmed: false, meaning_zh: '已同步;已由人工停止查单核实', turn: 'service', next_step: 'Nothing.' },
    ],
    [
      { ...ROWS.charged, taken_at: WORD.sent_at },
      { state: 'DOUBLE_CHARGED', synced_at: undefined },
    ],
    [
      { ...CLAIMED, last_error: { verdict: 'config', at: NOW, attempt: 3, code: 'ERR_CONFIG' } },
      { state: 'PENDING', turn: 'engineer', meaning_zh: '部署配置或该商户号的密钥有误,未发送任何请求' },
    ],
    [ROWS.charged, { confirmed: false, amount: 3900, transaction_id: '42000004', turn: 'accountant' }],
    [ROWS.settled, { settled_at: '2026-11-24T02:30:00.000Z', meaning_zh: '疑似重复支付已处理' }],
    [
      ROWS.invalid,
      { reason: 'invalid', turn: 'shop', next_step_zh: '请核对商户服务订单号和收款成功时间,更正后重新通知。' },
    ],
  ])('says how it ended: %#', (row, told) => {
    expect(statusReply(row).body).toMatchObject(told)
  })
})
