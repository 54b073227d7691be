import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../lib/errors.ts'
import { unpackAnswer } from '../../lib/ledger/packed-answer.ts'
import type { Refund, Row } from '../../lib/ledger/row.ts'
import { askRefund } from '../../lib/operations/ask-refund.ts'
import { orderEvents } from '../../lib/views/order-events.ts'
import { historyOf } from '../../lib/views/order-history.ts'
import { orderView } from '../../lib/views/order-view.ts'
import type { Sent } from '../../lib/wechatpay/send.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { answered, forged, NO_ANSWER, SAYS } from '../support/fake-wechatpay.ts'
import { DAY, HOUR, MINUTE, NOW, PAYAFTER_ROW, PK, SECOND } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'

const TRANSACTION = '42000004'
const ACCOUNT = '招商银行信用卡0403'
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

const noted = (change: Partial<Refund> = {}): Refund => ({ out_refund_no: 'RF-1', noted_at: NOW, ...change })

/** A double charge of 39 yuan whose refund is claimed to be asked about. */
const claimed = (...refunds: readonly Refund[]): Row => ({
  ...PAYAFTER_ROW,
  state: 'DOUBLE_CHARGED',
  next: 'refund',
  amount: 3900,
  transaction_id: TRANSACTION,
  case: '1900000109',
  case_at: NOW - 1 * DAY,
  refunds,
})

const says = (change: object = {}): Sent =>
  answered(
    200,
    JSON.stringify({
      refund_id: '50303108562026112416012874',
      out_refund_no: 'RF-1',
      transaction_id: TRANSACTION,
      user_received_account: ACCOUNT,
      openid: OPENID,
      success_time: '2026-11-24T10:29:00+08:00',
      status: 'SUCCESS',
      amount: { total: 3900, refund: 3900 },
      ...change,
    }),
  )
const part = (out_refund_no: string, refund: number) => says({ out_refund_no, amount: { total: 3900, refund } })
const unknownNumber = answered(404, '{"code":"RESOURCE_NOT_EXISTS","message":"退款单不存在"}')

const ask = async (row: Row, sent: Sent) => {
  const fakes = fakeDeps({ rows: [row], says: sent })
  const result = await askRefund(row, fakes.deps)
  return { ...result, fakes }
}

const isSettled = { state: 'DOUBLE_CHARGED', settled_at: NOW, settled_by: 'refund' }
/** Nobody is asked any more, and the case is a person's. */
const isEnded = (row: Row): void => {
  expect(row).toMatchObject({ state: 'DOUBLE_CHARGED', case: '1900000109' })
  for (const name of ['settled_at', 'due', 'due_at', 'next']) expect(row).not.toHaveProperty(name)
}
/** It is asked again; nothing is settled or kept. */
const isDueAt = (row: Row, due_at: number): void => {
  expect(row).toMatchObject({ state: 'DOUBLE_CHARGED', case: '1900000109', next: 'refund', due_at })
  for (const name of ['settled_at', 'answer']) expect(row).not.toHaveProperty(name)
}

describe('a refund that is asked about', () => {
  it('is asked about with one signed GET, and settles the case when all of the charge is back', async () => {
    const { row, log, metrics, fakes } = await ask(claimed(noted()), says())

    expect(fakes.sent).toMatchObject([{ method: 'GET', target: '/v3/refund/domestic/refunds/RF-1', body: '' }])
    expect(row).toMatchObject({
      ...isSettled,
      reason: 'refund RF-1',
      refunds: [{ out_refund_no: 'RF-1', status: 'refunded', refund_amount: 3900, answered_at: NOW }],
    })
    expect(unpackAnswer(row.answer ?? new Uint8Array(), PK)).toMatchObject({
      answers: 'refund',
      out_refund_no: 'RF-1',
      status: 200,
      sent_at: NOW,
    })
    for (const name of ['case', 'case_at', 'due', 'due_at', 'next']) expect(row).not.toHaveProperty(name)
    expect(fakes.rows.get(PK)).toStrictEqual(row)
    expect(log).toMatchObject({
      step: 'refund',
      verdict: 'refunded',
      out_refund_no: 'RF-1',
      verified: true,
      status: 200,
      transition: '23 refunded',
    })
    expect(metrics).toEqual({
      refund_refunded: { value: 1, unit: 'Count' },
      wechatpay_latency: { value: 0, unit: 'Milliseconds' },
    })
  })

  it('in two parts settles the case with the second, and both answers are kept', async () => {
    const refunds = [noted(), noted({ out_refund_no: 'RF-2' })]
    const first = await ask(claimed(...refunds), part('RF-1', 3000))
    const second = await ask({ ...first.row, leased_until: NOW + 30 * SECOND }, part('RF-2', 900))

    expect(first.row).toMatchObject({
      case: '1900000109',
      next: 'refund',
      due_at: NOW,
      refunds: [{ status: 'refunded' }, {}],
    })
    expect(first.row).not.toHaveProperty('settled_at')
    expect(first.log).toMatchObject({ transition: '24 refund waits' })
    expect(first.fakes.published).toMatchObject([{ next: 'refund' }])
    expect(second.row).toMatchObject({ ...isSettled, reason: 'refund RF-1, RF-2' })
    const kept = [first, second].map(({ row }) => unpackAnswer(row.answer ?? new Uint8Array(), PK).out_refund_no)
    expect(kept).toEqual(['RF-1', 'RF-2'])
  })

  it('of a part alone leaves the case open', async () => {
    const { row, log, metrics } = await ask(claimed(noted()), part('RF-1', 3899))

    expect(row).toMatchObject({ case: '1900000109', refunds: [{ status: 'refunded', refund_amount: 3899 }] })
    expect(row).not.toHaveProperty('settled_at')
    expect(row).not.toHaveProperty('due')
    expect(log).toMatchObject({ transition: '25 refund ended' })
    expect(metrics).not.toHaveProperty('refund_failed')
  })

  it('that is still processing is asked about again, ever more slowly', async () => {
    const delays = [0, 7 * MINUTE, 15 * MINUTE, 30 * MINUTE, 1 * HOUR, 3 * DAY].map(async (age) => {
      const { row, log } = await ask(claimed(noted({ noted_at: NOW - age })), says({ status: 'PROCESSING' }))
      expect(log).toMatchObject({ transition: '24 refund waits' })
      expect(row).toMatchObject({ case: '1900000109', refunds: [{ status: 'processing' }] })
      expect(row).not.toHaveProperty('answer')
      return (row.due_at ?? 0) - NOW
    })

    expect(await Promise.all(delays)).toEqual([MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 6 * HOUR])
  })

  it.each(['ABNORMAL', 'CLOSED'])('that ends %s is the accountant’s, with an alarm', async (status) => {
    const { row, log, metrics } = await ask(claimed(noted()), says({ status }))

    isEnded(row)
    expect(row).toMatchObject({ refunds: [{ status: status.toLowerCase() }] })
    expect(row).toHaveProperty('waits')
    expect(log).toMatchObject({ transition: '25 refund ended' })
    expect(metrics).toMatchObject({ refund_failed: { value: 1 } })
  })

  it('of another order’s transaction settles nothing, with an alarm', async () => {
    const { row, metrics } = await ask(claimed(noted()), says({ transaction_id: '42000005' }))

    isEnded(row)
    expect(row).toMatchObject({ refunds: [{ status: 'other_order', transaction_id: '42000005' }] })
    expect(metrics).toMatchObject({ refund_failed: { value: 1 } })
  })

  it('that WeChat Pay does not know may be too new for an hour, and then there is none', async () => {
    const young = await ask(claimed(noted()), unknownNumber)
    const old = await ask(claimed(noted({ noted_at: NOW - 1 * HOUR })), unknownNumber)

    isDueAt(young.row, NOW + 1 * MINUTE)
    expect(young.row).toMatchObject({ refunds: [{ status: 'unknown', code: 'RESOURCE_NOT_EXISTS' }] })
    isEnded(old.row)
    expect(old.row).toMatchObject({ refunds: [{ status: 'absent' }] })
  })

  it('that never ends is asked about for thirty days', async () => {
    const last = await ask(claimed(noted({ noted_at: NOW - 30 * DAY })), says({ status: 'PROCESSING' }))
    const over = await ask(claimed(noted({ noted_at: NOW - 30 * DAY - 1 })), says({ status: 'PROCESSING' }))

    isDueAt(last.row, NOW + 6 * HOUR)
    isEnded(over.row)
  })

  it.each([
    ['too large to be kept', says({ promotion_detail: 'x'.repeat(6 * 1024) }), 'unknown', 'ANSWER_TOO_LARGE'],
    ['about another number', says({ out_refund_no: 'RF-2' }), 'unknown', 'OTHER_REFUND'],
    ['with no sum', says({ amount: {} }), 'unknown', 'AMOUNT'],
    ['that is not WeChat Pay’s', forged(says()), 'unknown', 'UNTRUSTED_SIGNATURE'],
    ['that never comes', NO_ANSWER, 'unknown', 'ETIMEDOUT'],
    ['to slow down', answered(429, '{"code":"FREQUENCY_LIMITED"}'), 'throttled', 'FREQUENCY_LIMITED'],
    ['of an error', answered(500, '{"code":"SYSTEM_ERROR"}'), 'unknown', 'SYSTEM_ERROR'],
    ['to a call that was not sent', { kind: 'unsent', reason: 'ECONNREFUSED' }, 'unsent', 'ECONNREFUSED'],
  ] as const)('has an answer %s: nothing is settled or kept, and it is asked again', async (_, sent, status, code) => {
    const { row, log, fakes } = await ask(claimed(noted()), sent)

    isDueAt(row, NOW + 1 * MINUTE)
    expect(row).toMatchObject({ refunds: [{ status, code }] })
    expect(log).toMatchObject({ transition: '24 refund waits', verdict: status })
    expect(fakes.forgotten).toEqual([])
  })

  it('that a refused signature hides makes the key forgotten, and an engineer is told', async () => {
    const { row, metrics, fakes } = await ask(claimed(noted()), SAYS.signatureWrong)

    isDueAt(row, NOW + 1 * MINUTE)
    expect(fakes.forgotten).toEqual(['1900000109'])
    expect(metrics).toMatchObject({ refund_config: { value: 1 }, config: { value: 1 } })
  })

  it('is not asked about without a key', async () => {
    const row = claimed(noted())
    const fakes = fakeDeps({ rows: [row], signer: () => Promise.reject(new ConfigError('no secret')) })

    const { row: after, metrics } = await askRefund(row, fakes.deps)

    expect(fakes.sent).toEqual([])
    isDueAt(after, NOW + 1 * MINUTE)
    expect(metrics).toMatchObject({ config: { value: 1 } })
  })

  it('is not asked about when the lease would end before the answer', async () => {
    const row = { ...claimed(noted()), leased_until: NOW + 7 * SECOND }
    const { row: after, log, fakes } = await ask(row, says())

    expect(fakes.sent).toEqual([])
    expect(fakes.applied).toEqual([])
    expect(after).toBe(row)
    expect(log).toMatchObject({ step: 'refund', verdict: 'lease over' })
  })

  it('that nobody noted sends nothing', async () => {
    const { log, fakes } = await ask(claimed(noted({ status: 'closed' })), says())

    expect(fakes.sent).toEqual([])
    expect(log).toMatchObject({ verdict: 'none noted' })
  })

  it('is asked about with the sub-merchant whose it is', async () => {
    const row = claimed(noted())
    const { fakes } = await ask({ ...row, call: { ...row.call, sub_mchid: '1900000125' } } as Row, says())

    expect(fakes.sent).toMatchObject([{ target: '/v3/refund/domestic/refunds/RF-1?sub_mchid=1900000125' }])
  })

  it('of which another invocation knows more already changes nothing', async () => {
    const row = claimed(noted())
    const fakes = fakeDeps({ rows: [{ ...row, attempt: 4 }], says: says() })

    const { log } = await askRefund(row, fakes.deps)

    expect(log).toMatchObject({ transition: 'fenced' })
    expect(fakes.rows.get(PK)).toStrictEqual({ ...row, attempt: 4 })
  })

  it('whose answer the ledger does not take stays due', async () => {
    const row = claimed(noted())
    const fakes = fakeDeps({ rows: [row], says: says(), ledger: failingFrom(1) })

    const { log, metrics } = await askRefund(row, fakes.deps)

    expect(log).toMatchObject({ transition: 'not recorded' })
    expect(metrics).toMatchObject({ not_recorded: { value: 1 } })
    expect(fakes.rows.get(PK)).toStrictEqual(row)
  })
})

it.each([
  ['succeeded', says()],
  ['is processing', says({ status: 'PROCESSING' })],
  ['failed', says({ status: 'ABNORMAL' })],
  ['is another order’s', says({ transaction_id: '42000005' })],
  ['says it in members of other types', says({ refund_id: [ACCOUNT], success_time: OPENID, status: ACCOUNT })],
  ['is hidden by a refusal', answered(404, `{"code":"RESOURCE_NOT_EXISTS","message":"${ACCOUNT} ${OPENID}"}`)],
])('a refund that %s tells nobody but the ledger whose account it went to', async (_, sent) => {
  const before = claimed(noted())
  const { row, log, metrics, fakes } = await ask(before, sent)

  const told = JSON.stringify([
    ...[log, metrics, orderView(row), historyOf(row), orderEvents(before, row), orderEvents(undefined, row)],
    ...[fakes.published, fakes.puts],
    { ...row, answer: undefined },
  ])

  for (const personal of [ACCOUNT, OPENID, '0403', 'user_received_account', 'openid'])
    expect(told).not.toContain(personal)
})

it('what is kept of a refund in the ledger does hold the account, as WeChat Pay signed it', async () => {
  const { row } = await ask(claimed(noted()), says())

  expect(unpackAnswer(row.answer ?? new Uint8Array(), PK).body).toContain(ACCOUNT)
})
