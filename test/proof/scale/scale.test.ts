import { describe, expect, it } from 'vitest'
import { MILLION_COST, MILLION_COSTS, MILLION_KEPT } from './cost.ts'
import { busiestSecond, ordersByMinute } from './day.ts'
import { enoughFor, mostAt, NEEDS, signersFor } from './needs.ts'
import { fullestShard } from './shards.ts'
import { simulate } from './simulate.ts'

const MILLION = 1_000_000
const NOON = [12 * 60, 13 * 60] as const

describe('the orders of a day', () => {
  const day = ordersByMinute(MILLION)

  it('are all there', () => {
    expect(day).toHaveLength(1440)
    expect(day.reduce((sum, orders) => sum + orders, 0)).toBeCloseTo(MILLION, 3)
  })

  it('are most at lunch and in the evening, and hardly any at night', () => {
    const at = (hour: number) => Math.round(day[hour * 60 + 30] ?? 0)

    expect([at(3), at(12), at(15), at(18)]).toEqual([17, 1629, 701, 1633])
  })

  it('come in the busiest second a quarter faster than in its minute', () => {
    expect(busiestSecond(MILLION)).toBeCloseTo(34.016, 2)
  })
})

describe('a simulated day', () => {
  it('lets nothing wait as long as the pace is enough', () => {
    const { longestWait, waiting, arrived, ended } = simulate({ orders: 600_000, pace: 20 })

    expect([longestWait, Math.max(...waiting)]).toEqual([0, 0])
    expect(ended).toBeCloseTo(arrived, 3)
  })

  it('lets queries wait where the pace is too small, and ends every order', () => {
    const { longestWait, arrived, ended } = simulate({ orders: 1_000_000, pace: 20 })

    expect(longestWait).toBe(116)
    expect(ended).toBeCloseTo(arrived, 3)
  })

  it('syncs all orders of an hour without WeChat Pay, the sooner the greater the pace', () => {
    const drained = (pace: number) => simulate({ orders: 500_000, pace, outage: NOON }).drainedAfter

    expect([drained(20), drained(40), drained(200)]).toEqual([88, 53, 33])
  })

  it('asks about an order that WeChat Pay does not know after all others', () => {
    const { calls } = simulate({ orders: 1_000_000, pace: 20 })

    const perMinute = Math.round(Math.max(...calls))

    // 1,000 that are dispatched, and the first sync of each new order.
    expect(perMinute).toBe(2633)
  })
})

describe('what a day needs', () => {
  it('is enough for as many orders as the pace of one signer proves in the busiest minute', () => {
    expect(Math.round(mostAt(20))).toBe(612_453)
    expect(Math.round(mostAt(200))).toBe(6_124_532)
  })

  it('is divided among as many signers as it takes', () => {
    expect([signersFor(MILLION), signersFor(10 * MILLION), signersFor(100 * MILLION)]).toEqual([1, 2, 17])
  })

  it('grows with the orders until there is not enough of it', () => {
    const table = NEEDS.find(({ en }) => en === 'write units a second of the table, 10 an order')

    expect(Math.round(table?.needed(100 * MILLION) ?? 0)).toBe(34_016)
    expect(Math.round((table && enoughFor(table)) ?? 0)).toBe(117_591_017)
  })

  it('is unknown of WeChat Pay', () => {
    const calls = NEEDS.find(({ have }) => have === undefined)

    expect(calls && enoughFor(calls)).toBeUndefined()
  })
})

describe('the cost', () => {
  it('of a million orders is as in the documents, by its parts', () => {
    expect(MILLION_COSTS).toEqual({
      ...{ api: 1, requests: 0.58, time: 2.16, writes: 6.25, reads: 0, events: 3, logs: 1.61, puts: 0.34 },
    })
    expect(MILLION_COST).toBe(14.94)
  })

  it('of storage is that of all rows that are kept for 400 days, and of all evidence that is for three years', () => {
    expect(MILLION_KEPT).toBe(4)
  })
})

it('order numbers fill the shards evenly', () => {
  expect(fullestShard(4, 10_000)).toBeLessThan(1.05)
})
