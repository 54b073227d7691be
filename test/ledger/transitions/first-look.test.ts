import { describe, expect, it } from 'vitest'
import { create, reopen } from '../../../lib/ledger/transitions/notice.ts'
import { CHECKED, HELD, NOW, ORDER, PK, SECOND } from '../../support/orders.ts'
import { changed } from '../../support/plain-ledger.ts'
import { inWords } from '../../support/transitions-in-words.ts'

const BORN = {
  state: 'PENDING',
  due: '1900000109#0',
  call: ORDER.call,
  call_hash: 'the first call',
  day: '1900000109#20261124#0',
  created_at: NOW,
  noticed_at: NOW - 1 * SECOND,
  v: 1,
}

/** Nobody holds the row, and nothing was tried. */
const QUERY_NOW = { next: 'query', due_at: NOW }

describe('a first notice whose order must be looked at first', () => {
  it('1: creates the row in check mode with a query due now and no attempt made', () => {
    const transition = inWords(create(CHECKED, NOW))

    expect(transition).toStrictEqual({
      name: '1 create',
      pk: PK,
      when: 'pk is missing',
      set: {
        ...BORN,
        ...QUERY_NOW,
        attempt: 0,
        mode: 'check',
        expected_amount: 3900,
        shop_id: '南山店',
        pos_ref: 'R-1',
      },
    })
  })

  it('1: creates the row in observe mode alike, with an amount or without', () => {
    const transition = inWords(create({ ...ORDER, mode: 'observe' }, NOW))

    expect(transition).toStrictEqual({
      name: '1 create',
      pk: PK,
      when: 'pk is missing',
      set: { ...BORN, ...QUERY_NOW, attempt: 0, mode: 'observe' },
    })
  })

  it('1: keeps what is only for lists of an order that is synced at once', () => {
    const { set } = create({ ...ORDER, labels: { cashier_id: '0042' } }, NOW)

    expect(set).toMatchObject({ attempt: 1, due_at: NOW + 30 * SECOND, cashier_id: '0042' })
  })
})

describe('a corrected notice whose order must be looked at first', () => {
  const { leased_until: _, ...free } = HELD
  const former = {
    ...free,
    cashier_id: '0042',
    paid_time_clamped: true,
    cleared: true,
    amount: 5000,
    transaction_id: '42000004',
    settled_at: NOW - 5,
    absent_since: NOW - 5,
    late_at: NOW - 5,
  }

  it('3: reopens with a query due now, counted, and remembers nothing of the former life but the charge', () => {
    const transition = inWords(reopen({ ...CHECKED, call_hash: 'another call' }, former, NOW))

    expect(transition).toMatchObject({
      name: '3 reopen',
      set: {
        ...BORN,
        ...QUERY_NOW,
        call_hash: 'another call',
        mode: 'check',
        expected_amount: 3900,
        shop_id: '南山店',
        pos_ref: 'R-1',
      },
      count: ['attempt'],
    })
    expect(transition).toHaveProperty('remove', [
      ...['absent_since', 'bill_at', 'cashier_id', 'cleared', 'expires_at', 'last_error', 'late_at'],
      ...['paid_time_clamped', 'reason', 'refused', 'settled_at', 'shards'],
    ])
  })

  it('3: leaves on the row what the newer notice says, what WeChat Pay charged, and nothing of what the first said', () => {
    const newer = { ...ORDER, call_hash: 'another call', labels: { cashier_id: '0007' } }

    const row = changed(reopen(newer, former, NOW), former)

    expect(row).toStrictEqual({
      ...BORN,
      pk: PK,
      call_hash: 'another call',
      next: 'query',
      due_at: NOW + 30 * SECOND,
      leased_until: NOW + 30 * SECOND,
      attempt: 4,
      cashier_id: '0007',
      amount: 5000,
      transaction_id: '42000004',
      waits: '1900000109#0',
    })
  })

  it('3: takes the mode and the amount of the newer notice', () => {
    const newer = { ...ORDER, call_hash: 'another call', mode: 'observe' as const, expected_amount: 4000 }

    const row = changed(reopen(newer, former, NOW), former)

    expect(row).toStrictEqual({
      ...BORN,
      ...QUERY_NOW,
      pk: PK,
      call_hash: 'another call',
      attempt: 4,
      mode: 'observe',
      expected_amount: 4000,
      amount: 5000,
      transaction_id: '42000004',
      waits: '1900000109#0',
    })
  })
})
