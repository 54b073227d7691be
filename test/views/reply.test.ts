import { describe, expect, it } from 'vitest'
import type { Row } from '../../lib/ledger/row.ts'
import { conflictReply, decidedReply, refusedReply, rowReply, statusReply } from '../../lib/views/reply.ts'
import { CLAIMED, NOW, SECOND, unleased } from '../support/orders.ts'
import { LAST_ERRORS, WORD } from '../support/verdicts.ts'
import { PERSONAL, serviceOrder } from '../wechatpay/answers.ts'
import { FACTS, ROWS } from './rows.ts'

describe('the reply for a synced order', () => {
  it('is 200 with the four members of the provider, and says that the proof is not there yet', () => {
    expect(rowReply(ROWS.accepted, NOW, false)).toEqual({
      status: 200,
      body: {
        appid: 'wxd678efh567hg6787',
        mchid: '1900000109',
        out_order_no: '1234323JKHDFE1243252',
        order_id: '15646546545165651651',
        state: 'SYNCED',
        attempt: 3,
        confirmed: false,
        synced_at: '2026-11-24T02:29:58.000Z',
        replayed: false,
      },
    })
  })

  it('says that it is proved, and keeps the time when the sync was taken', () => {
    expect(rowReply(ROWS.proved, NOW, true)).toMatchObject({
      status: 200,
      body: { confirmed: true, synced_at: '2026-11-24T02:29:58.000Z', replayed: true },
    })
  })

  it('gives the time of the proof when that is all there is', () => {
    expect(rowReply(ROWS.proved_only, NOW, true)).toMatchObject({
      body: { confirmed: true, synced_at: '2026-11-24T02:30:00.000Z' },
    })
  })
})

describe('the reply for a pending order', () => {
  it('is 202 with the time of the next attempt', () => {
    expect(rowReply(ROWS.leased, NOW, false)).toEqual({
      status: 202,
      headers: { 'retry-after': '30' },
      body: {
        ...FACTS,
        state: 'PENDING',
        next_attempt_at: '2026-11-24T02:30:30.000Z',
        meaning: 'WeChat Pay has not taken the sync yet',
        meaning_zh: '处理中(尚未同步)',
        turn: 'service',
        next_step: 'Nothing. It goes on by itself.',
        next_step_zh: '无需处理,将自动继续。',
        replayed: false,
      },
    })
  })

  it('says what WeChat Pay said last', () => {
    expect(rowReply(ROWS.waiting, NOW, true)).toEqual({
      status: 202,
      headers: { 'retry-after': '30' },
      body: {
        ...FACTS,
        state: 'PENDING',
        next_attempt_at: '2026-11-24T02:30:30.000Z',
        last_error: {
          verdict: 'busy',
          at: '2026-11-24T02:30:00.000Z',
          status: 400,
          code: 'INVALID_REQUEST',
          request_id: 'R-1',
        },
        meaning: 'WeChat Pay is charging the customer right now; the result is not known yet',
        meaning_zh: '单据正在扣款中(收款结果不明)',
        turn: 'service',
        next_step: 'Nothing. The order is asked about again in three minutes.',
        next_step_zh: '无需处理,三分钟后自动查单。',
        replayed: true,
      },
    })
  })

  it('says that it goes on where no refusal explains the last try', () => {
    expect(rowReply({ ...CLAIMED, last_error: LAST_ERRORS.unknown }, NOW, true)).toMatchObject({
      body: {
        last_error: { verdict: 'unknown', at: '2026-11-24T02:30:00.000Z', code: 'ETIMEDOUT' },
        meaning: 'WeChat Pay has not taken the sync yet',
      },
    })
  })

  it('asks the shop to cancel an order that is open, and never to complete it with the sum', () => {
    expect(rowReply(ROWS.open, NOW, true)).toMatchObject({
      status: 202,
      body: {
        turn: 'shop',
        next_step:
          'The customer has paid: cancel the order at WeChat Pay, or complete it with 0. Never complete it with the sum: WeChat Pay would charge it as well.',
        next_step_zh:
          '顾客已付款,请在微信支付取消该订单,或以0元完结。切勿按应付金额完结,否则支付分会自动扣款,造成重复支付。',
      },
    })
  })

  it('sends the accountant to the merchant platform while nobody can tell who collected', () => {
    expect(rowReply({ ...CLAIMED, last_error: LAST_ERRORS.undecided }, NOW, true)).toMatchObject({
      status: 202,
      body: {
        turn: 'accountant',
        next_step:
          'Look the order up in the merchant platform. If WeChat Pay charged it, refund one side. Then close it.',
      },
    })
  })

  it.each([
    [NOW + 30 * SECOND + 1, '31'],
    [NOW + 1001, '2'],
    [NOW + 1, '1'],
    [NOW, '1'],
    [NOW - 5 * SECOND, '1'],
  ])('names whole seconds to wait, one at least, when due at %i', (due_at, seconds) => {
    expect(rowReply({ ...unleased(CLAIMED), due_at }, NOW, true).headers).toEqual({ 'retry-after': seconds })
  })

  it('names the seconds that a lease has left, where that is later', () => {
    const row = { ...CLAIMED, due_at: NOW - 1, leased_until: NOW + 9 * SECOND }

    expect(rowReply(row, NOW, true)).toMatchObject({
      headers: { 'retry-after': '9' },
      body: { next_attempt_at: '2026-11-24T02:30:09.000Z' },
    })
  })

  it('names a second to wait when nothing is due', () => {
    expect(rowReply({ ...ROWS.closed, state: 'PENDING' }, NOW, true)).toMatchObject({
      headers: { 'retry-after': '1' },
      body: { next_attempt_at: '2026-11-24T02:30:00.000Z' },
    })
  })
})

describe('the reply for a held order', () => {
  it('is 202, says why, and asks for a decision', () => {
    expect(rowReply(ROWS.held, NOW, true)).toEqual({
      status: 202,
      headers: { 'retry-after': '30' },
      body: {
        ...FACTS,
        state: 'HELD',
        reason: 'paid_less',
        next_attempt_at: '2026-11-24T02:30:30.000Z',
        meaning: 'held: the amount in the notice is less than the total of this order',
        meaning_zh: '通知金额少于订单总金额,已暂停',
        turn: 'shop',
        next_step:
          'Compare the order number and the amount with the receipt. Wrong number: close this notice, and send one with the right number. All of it was paid, and the amount was typed wrongly: release it. Only a part was paid: lower the order to the rest at WeChat Pay, then close this notice; an order with a paid deposit cannot be lowered, so take the rest at the till, then release it.',
        next_step_zh:
          '请核对商户服务订单号、金额与小票。单号有误:请人工结案,并按正确单号重新通知。已全额收款,只是金额输错:请放行。只收了一部分:请在微信支付将订单金额下调为差额,再人工结案;押金订单不能下调,请补收差额后放行。',
        replayed: true,
      },
    })
  })

  it.each([
    [ROWS.observed, 'service', 'held: this merchant is only observed, no sync is sent'],
    [
      ROWS.over_cap,
      'engineer',
      'held: more payments of one hour than this merchant allows, or they could not be counted',
    ],
    [
      ROWS.amount_unknown,
      'shop',
      'held: WeChat Pay does not tell the total of this order, so the amount could not be compared',
    ],
    [
      { ...ROWS.held, reason: 'paid_more' },
      'shop',
      'held: the amount in the notice is more than the total of this order',
    ],
    // As 1.0.0 wrote it.
    [
      { ...ROWS.held, reason: 'amount_differs' },
      'shop',
      'held: the amount in the notice is not the total of this order',
    ],
  ] as const)('says whose turn it is: $0.reason', (row, turn, meaning) => {
    expect(rowReply(row, NOW, true)).toMatchObject({ status: 202, body: { turn, meaning, reason: row.reason } })
  })
})

describe('the reply for a rejected order', () => {
  it('is 422 with the code of WeChat Pay and what to do next', () => {
    expect(rowReply(ROWS.invalid, NOW, false)).toEqual({
      status: 422,
      body: {
        type: 'about:blank',
        title: 'Not synced',
        status: 422,
        detail: 'WeChat Pay refused a parameter',
        ...FACTS,
        state: 'REJECTED',
        meaning_zh: '参数错误',
        turn: 'shop',
        next_step: 'Compare the order number and paid_time, then send a corrected notice.',
        next_step_zh: '请核对商户服务订单号和收款成功时间,更正后重新通知。',
        code: 'PARAM_ERROR',
        request_id: 'R-1',
        reason: 'invalid',
        replayed: false,
      },
    })
  })

  it('takes a refusal that nobody has published for one of a parameter', () => {
    const { refusal: _, ...last_error } = LAST_ERRORS.invalid

    expect(rowReply({ ...ROWS.invalid, last_error }, NOW, false)).toMatchObject({
      body: { turn: 'shop', detail: 'WeChat Pay refused a parameter' },
    })
  })

  it.each([
    [ROWS.not_found, 'shop', 'for 24 hours WeChat Pay knew no such order'],
    [ROWS.revoked, 'service', 'the order was cancelled or has expired: nothing can be charged any more'],
    [ROWS.too_old, 'engineer', 'for 30 days the order could not be synced'],
    [
      { ...ROWS.too_old, last_error: LAST_ERRORS.open },
      'shop',
      'for 30 days the order was not completed at WeChat Pay, so it could not be synced',
    ],
    [ROWS.closed, 'service', 'a person closed it'],
  ] as const)('says whose turn it is, and why it ended: $0.reason', (row, turn, detail) => {
    const { body } = rowReply(row, NOW, true)

    expect(body).toMatchObject({ status: 422, detail, turn, reason: row.reason, replayed: true })
  })
})

describe('the reply for an order that was charged twice', () => {
  it('is 409 with the sum and the number to refund by', () => {
    expect(rowReply(ROWS.charged, NOW, true)).toEqual({
      status: 409,
      body: {
        type: 'about:blank',
        title: 'Charged twice',
        status: 409,
        detail: 'the customer paid offline, and WeChat Pay charged the order as well',
        ...FACTS,
        order_id: '15646546545165651651',
        state: 'DOUBLE_CHARGED',
        meaning_zh: '疑似重复支付,待核对',
        turn: 'accountant',
        next_step:
          'Compare the order number with the receipt. The same order: refund one side, WeChat Pay’s by transaction_id, and settle it with the refund. Another order was meant: settle it as not double, and send a notice with the right number.',
        next_step_zh:
          '请核对商户服务订单号与小票。若为同一订单,请按微信支付订单号退款,或退还线下款项,并登记退款单号;若单号有误,请登记为并非重复支付,并按正确单号重新通知。',
        amount: 3900,
        transaction_id: '42000004',
        replayed: true,
      },
    })
  })

  it('asks for nothing more once it is settled', () => {
    expect(rowReply(ROWS.settled, NOW, true)).toMatchObject({
      status: 409,
      body: { detail: 'a person settled what WeChat Pay charged as well', turn: 'service', next_step: 'Nothing.' },
    })
  })
})

describe('the reply to another call for the same order', () => {
  it('is 409 with the paid_time that stands and what to do', () => {
    expect(conflictReply(CLAIMED)).toEqual({
      status: 409,
      body: {
        type: 'about:blank',
        title: 'Conflict',
        status: 409,
        detail: 'another notice with another service_id, paid_time or amount stands for this order',
        ...FACTS,
        state: 'PENDING',
        paid_time: '20261124102900',
        next_step: 'If the first notice was wrong, withdraw it, then send this one again.',
        next_step_zh: '若首次通知有误,请先撤回,再重新发送本通知。',
      },
    })
  })

  it.each([ROWS.held, ROWS.not_found])('lets a newer notice take over where it can: $state', (row) => {
    expect(conflictReply(row).body).toMatchObject({
      next_step: 'If this notice is the right one, send it again in a minute: a newer notice replaces this one.',
      next_step_zh: '若本通知正确,请一分钟后重新发送:较新的通知会取代现有通知。',
    })
  })

  it('names who can take the order up again where a person has closed it', () => {
    expect(conflictReply({ ...CLAIMED, state: 'REJECTED', reason: 'closed by hand: wrong order' }).body).toMatchObject({
      state: 'REJECTED',
      next_step:
        'A person closed this order, so no notice takes it up again. If the customer did pay for it, ask an operator to reopen it; while WeChat Pay has not taken the first notice, withdraw that, then send this one again.',
      next_step_zh:
        '该订单已由人工结案,收款通知不能将其恢复。若顾客确已为该订单付款,请由运维人员重新处理(reopen);在微信支付接受首次通知之前,可撤回首次通知后重新发送本通知。',
    })
  })

  it.each([ROWS.accepted, ROWS.proved, ROWS.charged])('promises nothing where the sync was taken: %#', (row) => {
    expect(conflictReply(row).body).toMatchObject({
      next_step:
        'Nothing more can be sent for this order. Compare its number with the receipt: was another order meant?',
      next_step_zh: '该订单已无法再次同步。请核对商户服务订单号与小票,确认是否应为其他订单。',
    })
  })
})

it.each(Object.entries(ROWS))('no reply tells anything personal, or a signature: %s', (_, row) => {
  const word = { ...WORD, body: serviceOrder('serviceorder', '"state":"DONE"') }
  const full: Row = { ...row, receipt: word, proof: word }

  const told = JSON.stringify([
    ...[rowReply(full, NOW, true), conflictReply(full), statusReply(full)],
    ...[decidedReply(full), refusedReply(full, 'close', NOW)],
  ])

  for (const secret of [...PERSONAL, WORD.signature, WORD.nonce]) expect(told).not.toContain(secret)
})
