import { describe, expect, it } from 'vitest'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { applyDecision } from '../../lib/operations/apply-decision.ts'
import { processDue } from '../../lib/operations/process-due.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { orderSays, SAYS } from '../support/fake-wechatpay.ts'
import { DAY, HELD, KEY, NOW, PAYAFTER_ORDER, PK, SECOND, unleased } from '../support/orders.ts'

/** Held since yesterday, and not to be asked about before tomorrow. */
const WAITING: Row = { ...unleased(HELD), call: PAYAFTER_ORDER.call, due_at: NOW + 1 * DAY }

/** The notice that was held, and a newer one with another amount. */
const SAME: PaymentNotice = { ...PAYAFTER_ORDER, mode: 'check', expected_amount: 3900 }
const CORRECTED: PaymentNotice = { ...SAME, expected_amount: 5000, call_hash: 'the corrected call' }

describe('a corrected notice of a held order', () => {
  it.each([
    ['its lease has ended', { due_at: NOW, leased_until: NOW }],
    ['it is due in a moment', { due_at: NOW + 1 }],
    ['it waits for tomorrow', { due_at: NOW + 1 * DAY }],
  ])('takes its place when %s: the order is looked at anew', async (_, times) => {
    const fakes = fakeDeps({ rows: [{ ...WAITING, ...times }] })

    const { reply, throwsByEvent } = await syncOrder(CORRECTED, 'event', fakes.deps)

    expect(fakes.applied).toStrictEqual(['3 reopen'])
    expect(fakes.rows.get(PK)).toMatchObject({
      state: 'PENDING',
      next: 'query',
      due_at: NOW,
      attempt: 4,
      expected_amount: 5000,
    })
    expect(fakes.rows.get(PK)).not.toHaveProperty('reason')
    expect(fakes.published).toStrictEqual([{ ...KEY, next: 'query' }])
    expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING', replayed: false } })
    expect(throwsByEvent).toBeUndefined()
  })

  it.each([
    ['just began', NOW + 30 * SECOND],
    ['is about to end', NOW + 1],
  ])('is a conflict while a query is out whose lease %s; by event it comes again', async (_, leased_until) => {
    const row = { ...WAITING, due_at: NOW - 1, leased_until }
    const fakes = fakeDeps({ rows: [row] })

    const { reply, throwsByEvent } = await syncOrder(CORRECTED, 'event', fakes.deps)

    expect(fakes.rows.get(PK)).toStrictEqual({ ...row, conflicts: 1 })
    expect(fakes.sent).toHaveLength(0)
    expect(reply.status).toBe(409)
    expect(throwsByEvent).toBe(true)
  })

  it('is a conflict when it is no newer', async () => {
    const fakes = fakeDeps({ rows: [{ ...WAITING, noticed_at: CORRECTED.noticed_at }] })

    const { reply } = await syncOrder(CORRECTED, 'event', fakes.deps)

    expect(fakes.applied).toStrictEqual(['conflict'])
    expect(reply).toMatchObject({ status: 409, body: { state: 'HELD' } })
  })

  it('ends as it should when it was right', async () => {
    const fakes = fakeDeps({ rows: [WAITING] })

    await syncOrder(CORRECTED, 'event', fakes.deps)
    fakes.wechatpay.says = orderSays('"state":"FINISHED","total_amount":5000')
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    fakes.wechatpay.says = SAYS.taken
    await processDue({ ...KEY, next: 'sync' }, fakes.deps)

    expect(fakes.applied).toStrictEqual(['3 reopen', '2 claim', '10 unpaid', '2 claim', '4 accepted'])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'SYNCED' })
  })

  it('makes its own call at once where nothing must be looked at first', async () => {
    const fakes = fakeDeps({ rows: [WAITING] })

    await syncOrder({ ...PAYAFTER_ORDER, call_hash: 'without an amount' }, 'event', fakes.deps)

    expect(fakes.applied).toStrictEqual(['3 reopen', '4 accepted'])
    expect(fakes.sent.map(({ method }) => method)).toStrictEqual(['POST'])
    expect(fakes.rows.get(PK)).not.toHaveProperty('mode')
  })
})

describe('the notice of a held order again', () => {
  it.each([NOW, NOW + 1 * DAY])('sends, moves and counts nothing, and is told why it is held: %#', async (due_at) => {
    const row = { ...WAITING, due_at }
    const fakes = fakeDeps({ rows: [row] })

    const { reply, log } = await syncOrder(
      { ...SAME, cap: { counter: '1900000109#hour#2026112410#0', most: 0 } },
      'event',
      fakes.deps,
    )

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.published).toStrictEqual([])
    expect(fakes.rows.get(PK)).toStrictEqual(row)
    expect(reply).toMatchObject({ status: 202, body: { state: 'HELD', reason: 'paid_less', replayed: true } })
    expect(log).toMatchObject({ transition: 'none', replayed: true })
  })
})

describe('a held order that a person releases', () => {
  const release = { ...KEY, what: 'release', why: 'compared', by: 'arn:aws:iam::123456789012:user/li' } as const

  it.each(['check', 'observe'] as const)('is synced, and no later total holds it, in %s mode', async (mode) => {
    const fakes = fakeDeps({ rows: [{ ...WAITING, mode }] })

    await applyDecision(release, fakes.deps)
    fakes.wechatpay.says = SAYS.alreadyDone
    await processDue({ ...KEY, next: 'sync' }, fakes.deps)
    fakes.clock.now = NOW + 60 * SECOND
    fakes.wechatpay.says = orderSays('"state":"FINISHED","total_amount":5000', fakes.clock.now)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)

    expect(fakes.applied).toStrictEqual(['18 release', '2 claim', '6 ask', '2 claim', '10 unpaid'])
    expect(fakes.sent.map(({ method }) => method)).toStrictEqual(['POST', 'GET'])
  })

  it('keeps every decision in the order they were made', async () => {
    const fakes = fakeDeps({ rows: [WAITING] })

    await applyDecision({ ...release, what: 'close', why: 'refunded in cash' }, fakes.deps)
    fakes.clock.now = NOW + 60 * SECOND
    await applyDecision({ ...release, what: 'reopen', why: 'closed by mistake' }, fakes.deps)

    expect(fakes.rows.get(PK)?.decisions).toStrictEqual([
      { what: 'close', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'refunded in cash' },
      {
        what: 'reopen',
        by: 'arn:aws:iam::123456789012:user/li',
        at: NOW + 60 * SECOND,
        why: 'closed by mistake',
      },
    ])
  })

  it('is looked at and compared again when it was closed and reopened', async () => {
    const fakes = fakeDeps({
      rows: [WAITING],
      says: orderSays('"state":"FINISHED","total_amount":5000'),
    })

    await applyDecision({ ...release, what: 'close' }, fakes.deps)
    await applyDecision({ ...release, what: 'reopen' }, fakes.deps)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)

    expect(fakes.applied).toStrictEqual(['15 close', '14 reopen', '2 claim', '17 hold'])
  })
})
