import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { KEY, NOW, PAYAFTER_ORDER, PAYAFTER_ROW, PK, SECOND, unleased } from '../support/orders.ts'

const CHECKED: PaymentNotice = { ...PAYAFTER_ORDER, mode: 'check', expected_amount: 3900 }
const { due: _due, due_at: _dueAt, next: _next, ...ENDED } = unleased(PAYAFTER_ROW)

describe('an order that must be looked at before it is synced', () => {
  it('is written and announced for a query at once, and nothing is sent', async () => {
    const fakes = fakeDeps()

    const { reply, log } = await syncOrder(CHECKED, 'http', fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.applied).toStrictEqual(['1 create'])
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'query', due_at: NOW, attempt: 0 })
    expect(fakes.published).toStrictEqual([{ ...KEY, next: 'query' }])
    expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING', attempt: 0, replayed: false } })
    expect(log).toMatchObject({ via: 'http', transition: 'asked about first', next: 'query' })
  })

  it('does not need the bus', async () => {
    const fakes = fakeDeps({ publishDue: () => Promise.reject(new UnavailableError('the event bus says no')) })

    const { reply } = await syncOrder(CHECKED, 'http', fakes.deps)

    expect(reply.status).toBe(202)
  })

  it('is looked at again when a corrected notice reopens it', async () => {
    const fakes = fakeDeps({ rows: [{ ...ENDED, state: 'REJECTED', call_hash: 'a typing error' }] })

    const { log } = await syncOrder(CHECKED, 'event', fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.applied).toStrictEqual(['3 reopen'])
    expect(fakes.published).toHaveLength(1)
    expect(log).toMatchObject({ transition: 'asked about first', attempt: 4 })
  })
})

describe('a merchant that allows two notices in one hour', () => {
  const notice = (out_order_no: string): PaymentNotice => ({
    ...PAYAFTER_ORDER,
    out_order_no,
    call: { ...PAYAFTER_ORDER.call, out_order_no },
    cap: { counter: '1900000109#hour#2026112410#0', most: 2 },
  })

  it('has the third held for a person, and nothing of it sent', async () => {
    const fakes = fakeDeps()

    await syncOrder(notice('A'), 'event', fakes.deps)
    await syncOrder(notice('B'), 'event', fakes.deps)
    const third = await syncOrder(notice('C'), 'event', fakes.deps)

    expect(fakes.sent).toHaveLength(2)
    expect(fakes.rows.get('1900000109#C')).toMatchObject({
      state: 'HELD',
      reason: 'over_cap',
      next: 'query',
      due_at: NOW + 60 * SECOND,
      attempt: 0,
    })
    expect(fakes.published).toStrictEqual([])
    expect(third.reply).toMatchObject({ status: 202, body: { state: 'HELD', reason: 'over_cap', replayed: false } })
    expect(third.log).toMatchObject({ transition: 'held over the cap', state: 'HELD' })
    expect(fakes.applied.at(-1)).toBe('1 create')
  })

  it('has counted at each counter alone', async () => {
    const fakes = fakeDeps()

    for (const out_order_no of ['A', 'B', 'C']) await syncOrder(notice(out_order_no), 'event', fakes.deps)
    const cap = { counter: '1900000109#hour#2026112411#0', most: 2 }
    await syncOrder({ ...notice('D'), cap }, 'event', fakes.deps)

    expect(fakes.rows.get('1900000109#C')?.state).toBe('HELD')
    expect(fakes.rows.get('1900000109#D')?.state).not.toBe('HELD')
  })

  it('has the third held where it would be looked at first, and nothing announced of it', async () => {
    const fakes = fakeDeps()

    for (const out_order_no of ['A', 'B', 'C'])
      await syncOrder({ ...notice(out_order_no), mode: 'check' }, 'event', fakes.deps)

    expect(fakes.published.map((due) => due.out_order_no)).toStrictEqual(['A', 'B'])
    expect(fakes.rows.get('1900000109#C')).toMatchObject({ state: 'HELD', reason: 'over_cap', attempt: 0 })
  })

  it('has a corrected notice counted like any other', async () => {
    const rejected: Row = { ...ENDED, pk: '1900000109#C', state: 'REJECTED', call_hash: 'a typing error' }
    const fakes = fakeDeps({ rows: [rejected] })

    for (const out_order_no of ['A', 'B', 'C']) await syncOrder(notice(out_order_no), 'event', fakes.deps)

    expect(fakes.applied.at(-1)).toBe('3 reopen')
    expect(fakes.rows.get('1900000109#C')).toMatchObject({ state: 'HELD', reason: 'over_cap', attempt: 4 })
    expect(fakes.sent).toHaveLength(2)
  })

  it('has no conflict counted', async () => {
    const fakes = fakeDeps()

    await syncOrder(notice('A'), 'event', fakes.deps)
    await syncOrder({ ...notice('A'), call_hash: 'another call' }, 'event', fakes.deps)
    await syncOrder(notice('B'), 'event', fakes.deps)

    expect(fakes.rows.get('1900000109#B')?.state).not.toBe('HELD')
  })

  it('has repeated notices counted once', async () => {
    const fakes = fakeDeps()

    for (const _ of [1, 2, 3]) await syncOrder(notice('A'), 'event', fakes.deps)
    await syncOrder(notice('B'), 'event', fakes.deps)

    expect(fakes.rows.get('1900000109#B')?.state).not.toBe('HELD')
  })

  it.each([
    ['is throttled', () => Promise.reject(new UnavailableError('the ledger says ProvisionedThroughputExceeded'))],
    ['is too slow', () => Promise.reject(new UnavailableError('the ledger says TimeoutError'))],
    ['gives no count', async () => Number.NaN],
  ])('has every one held while the counter %s: a flood throttles it first of all', async (_, count) => {
    const fakes = fakeDeps({ ledger: { count } })

    for (const out_order_no of ['A', 'B']) await syncOrder(notice(out_order_no), 'event', fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect([...fakes.rows.values()].map(({ state, reason }) => [state, reason])).toStrictEqual([
      ['HELD', 'over_cap'],
      ['HELD', 'over_cap'],
    ])
  })

  it('has no row that anybody could sync before it was counted, whenever the function dies', async () => {
    const fakes = fakeDeps({ ledger: { count: () => new Promise(() => {}) } })

    void syncOrder(notice('A'), 'event', fakes.deps)
    await new Promise(setImmediate)

    expect(fakes.rows.size).toBe(0)
  })

  it('counts by merchant and hour, keeps the counter for eight days, and says which order would be new', async () => {
    const counted: unknown[] = []
    const count = async (...parameters: unknown[]) => {
      counted.push(...parameters)
      return 1
    }
    const fakes = fakeDeps({ ledger: { count } })

    await syncOrder(notice('A'), 'event', fakes.deps)

    // 2026-12-02T02:30:00Z in seconds.
    expect(counted).toStrictEqual(['1900000109#hour#2026112410#0', 1_796_178_600, '1900000109#A'])
  })

  it('is the only one whose notices are counted: no other pays for a write', async () => {
    const counted: string[] = []
    const count = async (pk: string) => counted.push(pk)
    const fakes = fakeDeps({ ledger: { count } })

    await syncOrder(PAYAFTER_ORDER, 'event', fakes.deps)

    expect(counted).toStrictEqual([])
    expect(fakes.sent).toHaveLength(1)
  })
})
