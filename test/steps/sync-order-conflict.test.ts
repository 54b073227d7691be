import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import type { PaidOrder } from '../../lib/order/paid-order.ts'
import { syncOrder } from '../../lib/steps/sync-order.ts'
import { NOW, PK, SECOND } from '../support/orders.ts'
import { failingFrom, PAYAFTER_ORDER, PAYAFTER_ROW, stepWorld } from './step-world.ts'

const ENDED = { due: undefined, due_at: undefined, next: undefined }

/** A correction of the first notice, made when the row was 61 seconds old. */
const CORRECTED: PaidOrder = {
  ...PAYAFTER_ORDER,
  call: { ...PAYAFTER_ORDER.call, paid_time: '20261124095900' },
  call_hash: 'another call',
}

const rowThat = (row: object) => ({ ...PAYAFTER_ROW, ...row })

describe('another notice for the same order', () => {
  it.each([
    ['pending', {}, true],
    ['pending, its sync due', { next: 'sync', due_at: NOW }, true],
    ['synced and not proved yet', { state: 'SYNCED' }, true],
    ['synced, with nothing left to do', { state: 'SYNCED', ...ENDED }, false],
    ['charged twice', { state: 'DOUBLE_CHARGED', ...ENDED }, false],
    ['rejected by a notice of the same time', { state: 'REJECTED', ...ENDED, noticed_at: NOW - 1 * SECOND }, true],
    ['rejected by a newer notice', { state: 'REJECTED', ...ENDED, noticed_at: NOW }, true],
  ])('is a conflict while the order is %s; by event it is thrown: %4$s', async (_, row, throwsByEvent) => {
    const world = stepWorld({ rows: [rowThat(row)] })

    const handled = await syncOrder(CORRECTED, 'event', world.deps)

    expect(world.sent).toHaveLength(0)
    expect(world.rows.get(PK)).toStrictEqual({ ...rowThat(row), conflicts: 1 })
    expect(handled.throwsByEvent).toBe(throwsByEvent)
    expect(handled.reply).toMatchObject({ status: 409, body: { title: 'Conflict', paid_time: '20261124102900' } })
    expect(handled.log).toMatchObject({ via: 'event', transition: 'conflict', conflicts: 1, attempt: 3 })
    expect(handled.metrics).toEqual({ conflicts: { value: 1, unit: 'Count' } })
  })

  it('reopens an order that an older notice left rejected, and is synced', async () => {
    const world = stepWorld({ rows: [rowThat({ state: 'REJECTED', ...ENDED, reason: 'invalid' })] })

    const { reply, throwsByEvent } = await syncOrder(CORRECTED, 'event', world.deps)

    expect(world.applied).toStrictEqual(['3 reopen', '4 accepted'])
    expect(world.sent.map(({ body }) => body)).toStrictEqual([
      '{"appid":"wxd678efh567hg6787","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124095900"}}',
    ])
    expect(world.rows.get(PK)).toMatchObject({ state: 'SYNCED', call_hash: 'another call', call: CORRECTED.call })
    expect(world.rows.get(PK)).not.toHaveProperty('reason')
    expect(reply).toMatchObject({ status: 200, body: { replayed: false } })
    expect(throwsByEvent).toBeUndefined()
  })

  it('is answered from what was read when somebody else took its place meanwhile', async () => {
    const world = stepWorld({
      rows: [rowThat({ state: 'REJECTED', ...ENDED })],
      ledger: (sound) => ({ ...sound, apply: async () => undefined }),
    })

    const { reply, log, throwsByEvent } = await syncOrder(CORRECTED, 'event', world.deps)

    expect(reply).toMatchObject({ status: 409, body: { state: 'REJECTED', paid_time: '20261124102900' } })
    expect(log).toMatchObject({ transition: 'conflict', state: 'REJECTED' })
    expect(throwsByEvent).toBe(true)
  })

  it.each([2, 3])('is thrown back when the ledger fails at write %i', async (nth) => {
    const world = stepWorld({ rows: [rowThat({})], ledger: failingFrom(nth) })

    const synced = syncOrder(CORRECTED, 'event', world.deps)

    await expect(synced).rejects.toThrow(UnavailableError)
    expect(world.sent).toHaveLength(0)
  })
})
