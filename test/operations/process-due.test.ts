import { describe, expect, it } from 'vitest'
import type { DueEvent } from '../../lib/ledger/due-event.ts'
import { processDue } from '../../lib/operations/process-due.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { SAYS } from '../support/fake-wechatpay.ts'
import { HOUR, KEY, NOW, PAYAFTER_ROW, PK, SECOND, unleased } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'

const SYNC_DUE: DueEvent = { ...KEY, next: 'sync' }
const QUERY_DUE: DueEvent = { ...KEY, next: 'query' }

describe('a due event', () => {
  it('takes the due sync of its row', async () => {
    const fakes = fakeDeps({ rows: [{ ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW }] })

    const handled = await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toMatchObject([{ method: 'POST' }])
    expect(fakes.applied).toStrictEqual(['2 claim', '4 accepted'])
    expect(handled.reply).toBeUndefined()
    expect(handled.log).toMatchObject({ via: 'due', ...KEY, step: 'sync', state: 'SYNCED', attempt: 5 })
    expect(handled.metrics).toMatchObject({ sync_accepted: { value: 1, unit: 'Count' } })
    expect(handled.throwsByEvent).toBeUndefined()
  })

  it('takes the due query of its row', async () => {
    const fakes = fakeDeps({
      rows: [{ ...unleased(PAYAFTER_ROW), state: 'SYNCED', due_at: NOW }],
      says: SAYS.paidToMerchant,
    })

    const { log } = await processDue(QUERY_DUE, fakes.deps)

    expect(fakes.sent).toMatchObject([{ method: 'GET' }])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'SYNCED', attempt: 4, proved_at: expect.any(Number) })
    expect(log).toMatchObject({ via: 'due', step: 'query', transition: '8 confirmed' })
  })

  it('asks first, at once, when the sync was due for more than three hours: another stage may have sent it', async () => {
    const waiting = { ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW - 3 * HOUR - 1 } as const
    const fakes = fakeDeps({ rows: [waiting] })

    const { log } = await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.rows.get(PK)).toMatchObject({
      state: 'PENDING',
      next: 'query',
      due_at: NOW,
      last_error: { verdict: 'unknown', code: 'LONG_DUE' },
    })
    expect(fakes.rows.get(PK)).not.toHaveProperty('leased_until')
    expect(fakes.published).toStrictEqual([QUERY_DUE])
    expect(log).toMatchObject({ via: 'due', step: 'sync', verdict: 'long due', transition: '6 ask' })
  })

  it('sends a sync that was due for three hours: a list of 200,000 lines takes almost as long', async () => {
    const fakes = fakeDeps({ rows: [{ ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW - 3 * HOUR }] })

    await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toMatchObject([{ method: 'POST' }])
  })

  it.each([
    ['there is no row', []],
    ['it is not due yet', [{ ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW + 1 }]],
    ['somebody took it', [{ ...PAYAFTER_ROW, next: 'query', leased_until: NOW + 29 * SECOND }]],
    ['somebody has it', [{ ...PAYAFTER_ROW, next: 'sync', leased_until: NOW + 1 }]],
    ['a query is due', [{ ...unleased(PAYAFTER_ROW), next: 'query', due_at: NOW }]],
  ] as const)('does nothing when %s', async (_, rows) => {
    const fakes = fakeDeps({ rows })

    const handled = await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.applied).toStrictEqual([])
    expect(handled).toStrictEqual({
      log: { via: 'due', ...KEY, step: 'sync', transition: 'not claimed' },
    })
  })

  it('does not throw when the ledger is out of reach: the row is its own retry', async () => {
    const fakes = fakeDeps({ rows: [{ ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW }], ledger: failingFrom(1) })

    const handled = await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(handled).toStrictEqual({
      log: {
        via: 'due',
        ...KEY,
        step: 'sync',
        error: 'ERR_UNAVAILABLE',
        message: 'the ledger says TimeoutError',
      },
      metrics: { errors: { value: 1, unit: 'Count' } },
    })
  })

  it('does not throw when the outcome cannot be written', async () => {
    const fakes = fakeDeps({ rows: [{ ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW }], ledger: failingFrom(2) })

    const handled = await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toHaveLength(1)
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'query', attempt: 4 })
    expect(handled.log).toMatchObject({ transition: 'not recorded', attempt: 4 })
  })

  it('does not throw for a mistake of ours', async () => {
    const broken = { ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW, call: { mchid: '1900000109' } }
    const fakes = fakeDeps({ rows: [broken as typeof PAYAFTER_ROW] }) // a row as nobody writes it

    const handled = await processDue(SYNC_DUE, fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(handled.reply).toBeUndefined()
    expect(handled.log).toMatchObject({ error: 'TypeError' })
    expect(handled.metrics).toStrictEqual({ errors: { value: 1, unit: 'Count' } })
  })
})
