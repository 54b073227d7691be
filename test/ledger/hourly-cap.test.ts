import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capOf } from '../../lib/ledger/hourly-cap.ts'
import { NOW } from '../support/orders.ts'

/** NOW is 2026-11-24 10:30:00 in China. */
const counted = (paid_time: string, isDayOnly = false, out_order_no = '1234323JKHDFE1243252') => ({
  mchid: '1900000109',
  out_order_no,
  paid_time,
  isDayOnly,
})

describe('a payment', () => {
  it.each([
    ['by its hour in China', '20261124102959', false, '1900000109#hour#2026112410#0', 10],
    ['by its hour, after an outage of almost three days', '20261121103000', false, '1900000109#hour#2026112110#0', 10],
    ['by its day where it tells no more, against 24 caps', '20261124000000', true, '1900000109#day#20261124#0', 240],
    ['by its hour at midnight', '20261124000000', false, '1900000109#hour#2026112400#0', 10],
    [
      'with all others of more than three days ago by the day they are told, against 24 caps',
      '20261121102959',
      false,
      '1900000109#old#20261124#0',
      240,
    ],
    ['so as well where it tells a day of long ago', '20200101000000', true, '1900000109#old#20261124#0', 240],
  ])('counts %s', (_, paid_time, isDayOnly, counter, most) => {
    expect(capOf(counted(paid_time, isDayOnly), 10, NOW)).toStrictEqual({ counter, most })
  })
})

const orders = (count: number) => Array.from({ length: count }, (_, i) => `20261124${i}`)

/** How many of so many payments of one hour are not held. */
const taken = (payments: number, cap: number): number => {
  const counts = new Map<string, number>()
  return orders(payments).filter((out_order_no) => {
    const { counter, most } = capOf(counted('20261124100000', false, out_order_no), cap, NOW)
    const count = (counts.get(counter) ?? 0) + 1
    counts.set(counter, count)
    return count <= most
  }).length
}

describe('the counters of one hour', () => {
  it.each([1, 2, 3, 10, 999, 1000, 1999])('are one, and exact, for a cap of %i', (cap) => {
    expect(taken(cap, cap)).toBe(cap)
    expect(taken(cap + 500, cap)).toBe(cap)
  })

  it.each([2000, 5000, 10_001, 123_457])(
    'let no more pass than a cap of %i, and hold none of nine tenths of it',
    (cap) => {
      expect(taken(Math.floor(cap * 0.9), cap)).toBe(Math.floor(cap * 0.9))
      expect(taken(cap * 2, cap)).toBe(cap)
    },
  )

  it('have their shares of any cap, which together are the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (cap) => {
        const shares = new Map(
          orders(400).map((out_order_no) => {
            const { counter, most } = capOf(counted('20261124100000', false, out_order_no), cap, NOW)
            return [counter, most] as const
          }),
        )

        const sum = [...shares.values()].reduce((total, most) => total + most, 0)
        expect(sum).toBe(cap)
        expect(shares.size).toBeLessThanOrEqual(16)
        expect(Math.min(...shares.values())).toBeGreaterThanOrEqual(Math.min(cap, 1000))
      }),
      { numRuns: 200 },
    )
  })
})
