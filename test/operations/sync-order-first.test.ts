import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { syncOrder } from '../../lib/operations/sync-order.ts'
import { NOW, PK, SECOND } from '../support/orders.ts'
import { PAYAFTER_ORDER, PAYAFTER_ROW, stepWorld } from './step-world.ts'

const CHECKED: PaymentNotice = { ...PAYAFTER_ORDER, mode: 'check', expected_amount: 3900 }
const { due: _due, due_at: _dueAt, next: _next, ...ENDED } = PAYAFTER_ROW

describe('an order that must be looked at before it is synced', () => {
  it('is written and announced for a query at once, and nothing is sent', async () => {
    const world = stepWorld()

    const { reply, log } = await syncOrder(CHECKED, 'http', world.deps)

    expect(world.sent).toHaveLength(0)
    expect(world.applied).toStrictEqual(['1 create'])
    expect(world.rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'query', due_at: NOW, attempt: 0 })
    expect(world.announced).toStrictEqual([
      { mchid: '1900000109', out_order_no: '1234323JKHDFE1243252', next: 'query' },
    ])
    expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING', attempt: 0, replayed: false } })
    expect(log).toMatchObject({ via: 'http', transition: 'asked about first', next: 'query' })
  })

  it('does not need the bus', async () => {
    const world = stepWorld({ announceDue: () => Promise.reject(new UnavailableError('the event bus says no')) })

    const { reply } = await syncOrder(CHECKED, 'http', world.deps)

    expect(reply.status).toBe(202)
  })

  it('is looked at again when a corrected notice reopens it', async () => {
    const world = stepWorld({ rows: [{ ...ENDED, state: 'REJECTED', call_hash: 'a typing error' }] })

    const { log } = await syncOrder(CHECKED, 'event', world.deps)

    expect(world.sent).toHaveLength(0)
    expect(world.applied).toStrictEqual(['3 reopen'])
    expect(world.announced).toHaveLength(1)
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
    const world = stepWorld()

    await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)
    const third = await syncOrder(notice('C'), 'event', world.deps)

    expect(world.sent).toHaveLength(2)
    expect(world.rows.get('1900000109#C')).toMatchObject({
      state: 'HELD',
      reason: 'over_cap',
      next: 'query',
      due_at: NOW + 60 * SECOND,
      attempt: 0,
    })
    expect(world.announced).toStrictEqual([])
    expect(third.reply).toMatchObject({ status: 202, body: { state: 'HELD', reason: 'over_cap', replayed: false } })
    expect(third.log).toMatchObject({ transition: 'held over the cap', state: 'HELD' })
    expect(world.applied.at(-1)).toBe('1 create')
  })

  it('has counted at each counter alone', async () => {
    const world = stepWorld()

    for (const out_order_no of ['A', 'B', 'C']) await syncOrder(notice(out_order_no), 'event', world.deps)
    const cap = { counter: '1900000109#hour#2026112411#0', most: 2 }
    await syncOrder({ ...notice('D'), cap }, 'event', world.deps)

    expect(world.rows.get('1900000109#C')?.state).toBe('HELD')
    expect(world.rows.get('1900000109#D')?.state).not.toBe('HELD')
  })

  it('has the third held where it would be looked at first, and nothing announced of it', async () => {
    const world = stepWorld()

    for (const out_order_no of ['A', 'B', 'C'])
      await syncOrder({ ...notice(out_order_no), mode: 'check' }, 'event', world.deps)

    expect(world.announced.map((due) => due.out_order_no)).toStrictEqual(['A', 'B'])
    expect(world.rows.get('1900000109#C')).toMatchObject({ state: 'HELD', reason: 'over_cap', attempt: 0 })
  })

  it('has a corrected notice counted like any other', async () => {
    const rejected: Row = { ...ENDED, pk: '1900000109#C', state: 'REJECTED', call_hash: 'a typing error' }
    const world = stepWorld({ rows: [rejected] })

    for (const out_order_no of ['A', 'B', 'C']) await syncOrder(notice(out_order_no), 'event', world.deps)

    expect(world.applied.at(-1)).toBe('3 reopen')
    expect(world.rows.get('1900000109#C')).toMatchObject({ state: 'HELD', reason: 'over_cap', attempt: 4 })
    expect(world.sent).toHaveLength(2)
  })

  it('has no conflict counted', async () => {
    const world = stepWorld()

    await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder({ ...notice('A'), call_hash: 'another call' }, 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)

    expect(world.rows.get('1900000109#B')?.state).not.toBe('HELD')
  })

  it('has repeated notices counted once', async () => {
    const world = stepWorld()

    for (const _ of [1, 2, 3]) await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)

    expect(world.rows.get('1900000109#B')?.state).not.toBe('HELD')
  })

  it.each([
    ['is throttled', () => Promise.reject(new UnavailableError('the ledger says ProvisionedThroughputExceeded'))],
    ['is too slow', () => Promise.reject(new UnavailableError('the ledger says TimeoutError'))],
    ['gives no count', async () => Number.NaN],
  ])('has every one held while the counter %s: a flood throttles it first of all', async (_, count) => {
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count }) })

    for (const out_order_no of ['A', 'B']) await syncOrder(notice(out_order_no), 'event', world.deps)

    expect(world.sent).toHaveLength(0)
    expect([...world.rows.values()].map(({ state, reason }) => [state, reason])).toStrictEqual([
      ['HELD', 'over_cap'],
      ['HELD', 'over_cap'],
    ])
  })

  it('has no row that anybody could sync before it was counted, whenever the function dies', async () => {
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count: () => new Promise(() => {}) }) })

    void syncOrder(notice('A'), 'event', world.deps)
    await new Promise(setImmediate)

    expect(world.rows.size).toBe(0)
  })

  it('counts by merchant and hour, keeps the counter for eight days, and says which order would be new', async () => {
    const counted: unknown[] = []
    const count = async (...parameters: unknown[]) => {
      counted.push(...parameters)
      return 1
    }
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count }) })

    await syncOrder(notice('A'), 'event', world.deps)

    // 2026-12-02T02:30:00Z in seconds.
    expect(counted).toStrictEqual(['1900000109#hour#2026112410#0', 1_796_178_600, '1900000109#A'])
  })

  it('is the only one whose notices are counted: no other pays for a write', async () => {
    const counted: string[] = []
    const count = async (pk: string) => counted.push(pk)
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count }) })

    await syncOrder(PAYAFTER_ORDER, 'event', world.deps)

    expect(counted).toStrictEqual([])
    expect(world.sent).toHaveLength(1)
  })
})
