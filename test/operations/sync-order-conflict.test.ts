import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import { close } from '../../lib/ledger/transitions/operator.ts'
import { applyDecision } from '../../lib/operations/apply-decision.ts'
import { processDue } from '../../lib/operations/process-due.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { orderSays, SAYS } from '../support/fake-wechatpay.ts'
import { KEY, NOW, PAYAFTER_ORDER, PAYAFTER_ROW, PK, SECOND, unleased } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'

const ENDED = { due: undefined, due_at: undefined, next: undefined }

/** A correction of the first notice, made when the row was 61 seconds old. */
const CORRECTED: PaymentNotice = {
  ...PAYAFTER_ORDER,
  call: { ...PAYAFTER_ORDER.call, paid_time: '20261124095900' },
  call_hash: 'another call',
}

const rowThat = (row: object) => ({ ...unleased(PAYAFTER_ROW), ...row })

describe('another notice for the same order', () => {
  it.each([
    ['pending', {}, true],
    ['pending, its sync due', { next: 'sync', due_at: NOW }, true],
    ['synced and not proved yet', { state: 'SYNCED' }, true],
    ['synced, with nothing left to do', { state: 'SYNCED', ...ENDED }, false],
    ['charged twice', { state: 'DOUBLE_CHARGED', ...ENDED }, false],
    ['rejected by a notice of the same time', { state: 'REJECTED', ...ENDED, noticed_at: NOW - 1 * SECOND }, true],
    ['closed by a person', { state: 'REJECTED', ...ENDED, reason: 'closed by hand: wrong order' }, true],
    ['rejected by a newer notice', { state: 'REJECTED', ...ENDED, noticed_at: NOW }, true],
  ])('is a conflict while the order is %s; by event it is thrown: %4$s', async (_, row, throwsByEvent) => {
    const fakes = fakeDeps({ rows: [rowThat(row)] })

    const handled = await syncOrder(CORRECTED, 'event', fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.rows.get(PK)).toStrictEqual({ ...rowThat(row), conflicts: 1 })
    expect(handled.throwsByEvent).toBe(throwsByEvent)
    expect(handled.reply).toMatchObject({ status: 409, body: { title: 'Conflict', paid_time: '20261124102900' } })
    expect(handled.log).toMatchObject({ via: 'event', transition: 'conflict', conflicts: 1, attempt: 3 })
    expect(handled.metrics).toEqual({ conflicts: { value: 1, unit: 'Count' } })
  })

  it.each([['not_found'], ['too_old'], ['revoked'], ['withdrawn: wrong till'], ['invalid']])(
    'reopens an order that an older notice left rejected, and is synced: %s',
    async (reason) => {
      const fakes = fakeDeps({ rows: [rowThat({ state: 'REJECTED', ...ENDED, reason })] })

      const { reply, throwsByEvent } = await syncOrder(CORRECTED, 'event', fakes.deps)

      expect(fakes.applied).toStrictEqual(['3 reopen', '4 accepted'])
      expect(fakes.sent.map(({ body }) => body)).toStrictEqual([
        '{"appid":"wxd678efh567hg6787","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124095900"}}',
      ])
      expect(fakes.rows.get(PK)).toMatchObject({ state: 'SYNCED', call_hash: 'another call', call: CORRECTED.call })
      expect(fakes.rows.get(PK)).not.toHaveProperty('reason')
      expect(reply).toMatchObject({ status: 200, body: { replayed: false } })
      expect(throwsByEvent).toBeUndefined()
    },
  )

  it('is answered from what was read when somebody else took its place meanwhile', async () => {
    const fakes = fakeDeps({
      rows: [rowThat({ state: 'REJECTED', ...ENDED })],
      ledger: { apply: async () => undefined },
    })

    const { reply, log, throwsByEvent } = await syncOrder(CORRECTED, 'event', fakes.deps)

    expect(reply).toMatchObject({ status: 409, body: { state: 'REJECTED', paid_time: '20261124102900' } })
    expect(log).toMatchObject({ transition: 'conflict', state: 'REJECTED' })
    expect(throwsByEvent).toBe(true)
  })

  it.each([2, 3])('is thrown back when the ledger fails at write %i', async (nth) => {
    const rows = [rowThat({ state: 'REJECTED', ...ENDED, noticed_at: NOW })]
    const fakes = fakeDeps({ rows, ledger: failingFrom(nth) })

    const synced = syncOrder(CORRECTED, 'event', fakes.deps)

    await expect(synced).rejects.toThrow(UnavailableError)
    expect(fakes.sent).toHaveLength(0)
  })
})

describe('what a person has closed', () => {
  const by = 'arn:aws:iam::123456789012:user/li'
  /** The first notice, a second later. */
  const again = (seconds: number): PaymentNotice => ({
    ...PAYAFTER_ORDER,
    call: { ...PAYAFTER_ORDER.call, paid_time: `202611241029${String(seconds).padStart(2, '0')}` },
    call_hash: `paid ${seconds} s later`,
    noticed_at: NOW + seconds * SECOND,
  })

  it('stays closed, whatever a till sends', async () => {
    const fakes = fakeDeps({ rows: [rowThat({ due_at: NOW })] })
    await applyDecision({ ...KEY, what: 'close', why: 'the wrong order', by }, fakes.deps)
    const closed = fakes.rows.get(PK)

    const answers = [await syncOrder(again(1), 'http', fakes.deps), await syncOrder(again(2), 'event', fakes.deps)]

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.rows.get(PK)).toStrictEqual({ ...closed, conflicts: 2 })
    for (const { reply, throwsByEvent } of answers)
      expect([reply.status, reply.body.next_step, throwsByEvent]).toStrictEqual([
        409,
        expect.stringMatching(/^A person closed this order, so no notice takes it up again\./),
        true,
      ])
  })

  it('stays closed where the till found it held a moment before', async () => {
    const held = rowThat({ state: 'HELD', reason: 'amount_differs', due_at: NOW + 3600 * SECOND })
    const fakes = fakeDeps({
      rows: [held],
      ledger: (sound) => ({
        ...sound,
        apply: async (transition) => {
          if (transition.name === '3 reopen') await sound.apply(close(held, 'the wrong order', NOW))
          return sound.apply(transition)
        },
      }),
    })

    const { reply, throwsByEvent } = await syncOrder(again(1), 'event', fakes.deps)

    expect(fakes.applied).toStrictEqual(['15 close', 'conflict'])
    expect([reply.status, throwsByEvent]).toStrictEqual([409, true])
  })

  it('may be corrected once a person has reopened it, and the first notice is withdrawn', async () => {
    const fakes = fakeDeps({ rows: [rowThat({ due_at: NOW })], says: orderSays('"state":"USER_ACCEPTED"') })
    await applyDecision({ ...KEY, what: 'close', why: 'the wrong order', by }, fakes.deps)

    await applyDecision({ ...KEY, what: 'reopen', why: 'it was right', by }, fakes.deps)
    await processDue({ ...KEY, next: 'query' }, fakes.deps)
    await applyDecision({ ...KEY, what: 'withdraw', why: 'wrong time', by }, fakes.deps)
    fakes.wechatpay.says = SAYS.taken
    const { reply } = await syncOrder(again(1), 'event', fakes.deps)

    expect(fakes.applied).toStrictEqual([
      ...['15 close', '14 reopen', '2 claim', '11 wait', '19 withdraw', '3 reopen', '4 accepted'],
    ])
    expect(reply).toMatchObject({ status: 200, body: { state: 'SYNCED' } })
  })
})
