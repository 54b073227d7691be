import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../lib/aws/ledger.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { PaidOrder } from '../../lib/order/paid-order.ts'
import type { Row } from '../../lib/order/row.ts'
import { syncOrder } from '../../lib/steps/sync-order.ts'
import { DAY, NOW, PK } from '../support/orders.ts'
import { PAYAFTER_ORDER, PAYAFTER_ROW, stepWorld } from './step-world.ts'

const CHECKED: PaidOrder = { ...PAYAFTER_ORDER, mode: 'check', expected_amount: 3900 }
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
  const notice = (out_order_no: string): PaidOrder => ({
    ...PAYAFTER_ORDER,
    out_order_no,
    call: { ...PAYAFTER_ORDER.call, out_order_no },
    hourly_cap: 2,
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
      due_at: NOW + 1 * DAY,
    })
    expect(world.announced).toStrictEqual([])
    expect(third.reply).toMatchObject({ status: 202, body: { state: 'HELD', reason: 'over_cap', replayed: false } })
    expect(third.log).toMatchObject({ transition: '17 hold', state: 'HELD' })
  })

  it('sends nothing when the hold was written but its answer was lost', async () => {
    const retried = (sound: Ledger): Ledger => ({
      ...sound,
      apply: async (transition) => {
        const applied = await sound.apply(transition)
        return transition.name === '17 hold' ? sound.apply(transition) : applied
      },
    })
    const world = stepWorld({ ledger: retried })
    await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)

    const third = await syncOrder(notice('C'), 'event', world.deps)

    expect(world.sent).toHaveLength(2)
    expect(third.reply).toMatchObject({ status: 202, body: { state: 'HELD', reason: 'over_cap' } })
    expect(third.log).toMatchObject({ transition: 'not held', state: 'HELD' })
  })

  it('may give two more in the next hour', async () => {
    const world = stepWorld()

    await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)
    world.clock.now = NOW + 30 * 60_000 // NOW is half past
    await syncOrder(notice('C'), 'event', world.deps)

    expect(world.rows.get('1900000109#C')?.state).not.toBe('HELD')
    expect(world.sent).toHaveLength(3)
  })

  it('may give none in the last millisecond of the same hour', async () => {
    const world = stepWorld()

    await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)
    world.clock.now = NOW + 30 * 60_000 - 1
    await syncOrder(notice('C'), 'event', world.deps)

    expect(world.rows.get('1900000109#C')).toMatchObject({ state: 'HELD', reason: 'over_cap' })
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

    expect(world.applied.slice(-2)).toStrictEqual(['3 reopen', '17 hold'])
    expect(world.sent).toHaveLength(2)
  })

  it('has no conflict counted', async () => {
    const world = stepWorld()

    await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder({ ...notice('A'), call_hash: 'another call' }, 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)

    expect(world.rows.get('1900000109#B')?.state).not.toBe('HELD')
  })

  it('has its own count, whatever others send', async () => {
    const world = stepWorld()

    for (const out_order_no of ['A', 'B', 'C'])
      await syncOrder({ ...notice(out_order_no), mchid: '1900000117' }, 'event', world.deps)
    await syncOrder(notice('D'), 'event', world.deps)

    expect(world.rows.get('1900000109#D')?.state).not.toBe('HELD')
  })

  it('has repeated notices counted once', async () => {
    const world = stepWorld()

    for (const _ of [1, 2, 3]) await syncOrder(notice('A'), 'event', world.deps)
    await syncOrder(notice('B'), 'event', world.deps)

    expect(world.rows.get('1900000109#B')?.state).not.toBe('HELD')
  })

  it('is not held up when they cannot be counted', async () => {
    const count = () => Promise.reject(new UnavailableError('the ledger says TimeoutError'))
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count }) })

    for (const out_order_no of ['A', 'B', 'C']) await syncOrder(notice(out_order_no), 'event', world.deps)

    expect(world.sent).toHaveLength(3)
  })

  it('counts by merchant and hour, and lets the counter expire after the next hour', async () => {
    const counted: (string | number)[] = []
    const count = async (pk: string, expires_at: number) => counted.push(pk, expires_at)
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count }) })

    await syncOrder(notice('A'), 'event', world.deps)

    // 2026-11-24T02Z is hour 498746 since 1970; T04:00Z in seconds.
    expect(counted).toStrictEqual(['1900000109#hour#498746', 1_795_492_800])
  })

  it('is the only one whose notices are counted: no other pays for a write', async () => {
    const counted: string[] = []
    const count = async (pk: string) => counted.push(pk)
    const world = stepWorld({ ledger: (sound) => ({ ...sound, count }) })

    await syncOrder(PAYAFTER_ORDER, 'event', world.deps)

    expect(counted).toStrictEqual([])
    expect(world.sent).toHaveLength(1)
  })

  it('sends nothing when somebody else took the row before it was held', async () => {
    const world = stepWorld({
      ledger: (sound) => ({
        ...sound,
        count: async () => 3,
        apply: async (transition) => (transition.name === '17 hold' ? undefined : sound.apply(transition)),
      }),
    })

    const { reply } = await syncOrder(notice('A'), 'event', world.deps)

    expect(world.sent).toHaveLength(0)
    expect(reply).toMatchObject({ status: 202, body: { state: 'PENDING' } })
  })
})
