import { describe, expect, it } from 'vitest'
import type { Entry } from '../../lib/statements/classify-line.ts'
import { createTotals, type Totals } from '../../lib/statements/totals.ts'

const NOTHING = { lines: 0, amount: 0, person: 0 }
/** 2026-11-24 09:30:00 in China. */
const PAID_AT = 1_795_483_800_000

const SYNCED: Entry = {
  class: 'synced_before',
  line: 2,
  out_order_no: 'A-1',
  paid_time: '20261124093000',
  amount: 1280,
  shop_id: '福田店',
  state: 'SYNCED',
  needs_person: false,
  is_open: false,
}
const PENDING: Entry = { ...SYNCED, class: 'pending', state: 'PENDING', is_open: true }
const HELD: Entry = { ...SYNCED, class: 'held', state: 'HELD', needs_person: true, is_open: true }
const TWICE: Entry = {
  ...SYNCED,
  class: 'charged_twice',
  state: 'DOUBLE_CHARGED',
  charged: 3900,
  settled: false,
  needs_person: true,
  is_open: true,
}
const REPEATED: Entry = { ...SYNCED, class: 'repeated' }

const tallyOf = (...entries: readonly Entry[]): Totals => {
  const tally = createTotals()
  for (const entry of entries) tally.addLine(entry, false)
  return tally.result()
}

describe('a tally', () => {
  it('of no line is zero throughout', () => {
    expect(tallyOf()).toEqual({
      lines: 0,
      amount: 0,
      stages: { synced: 0, pending: 0, other: 0, none: 0 },
      classes: {
        charged_twice: NOTHING,
        rejected: NOTHING,
        held: NOTHING,
        amount_differs: NOTHING,
        repeated_differs: NOTHING,
        malformed: NOTHING,
        pending: NOTHING,
        not_paid: NOTHING,
        paid_time_differs: NOTHING,
        repeated: NOTHING,
        till_sum: NOTHING,
        synced_by_statement: NOTHING,
        synced_before: NOTHING,
      },
      shops: new Map(),
      needs_person: 0,
      open: 0,
      booked: 0,
      to_refund: 0,
      delays: [0, 0, 0, 0, 0, 0, 0],
      hours: Array(24).fill([0, 0, 0]),
      untimed: 0,
      ledger_only: { lines: 0, amount: 0 },
      shown: new Map(),
    })
  })

  it('counts lines and sums by class, and those that need a person', () => {
    const { amount: _, ...unsaid } = HELD

    const tally = tallyOf(SYNCED, SYNCED, PENDING, HELD, unsaid, { ...HELD, needs_person: false })

    expect(tally).toMatchObject({ lines: 6, needs_person: 2, open: 4, booked: 0, to_refund: 0 })
    expect(tally.classes).toMatchObject({
      synced_before: { lines: 2, amount: 2560, person: 0 },
      pending: { lines: 1, amount: 1280, person: 0 },
      held: { lines: 3, amount: 2560, person: 2 },
      rejected: NOTHING,
    })
  })

  it('counts what the statement itself brought', () => {
    const tally = createTotals()
    tally.addLine(PENDING, true)
    tally.addLine(SYNCED, false)

    expect(tally.result().booked).toBe(1)
  })

  it('sums what must be refunded, of double charges that nobody has settled', () => {
    const { charged: _, ...unsaid } = TWICE

    const tally = tallyOf(TWICE, { ...TWICE, charged: 100 }, { ...TWICE, settled: true }, unsaid, {
      ...SYNCED,
      charged: 5,
    })

    expect(tally.to_refund).toBe(4000)
    expect(tally.shops.get('福田店')).toMatchObject({ to_refund: 4000 })
  })

  it('takes a line that repeats another for no second payment', () => {
    const tally = tallyOf(TWICE, { ...REPEATED, charged: 3900 }, REPEATED)

    expect(tally).toMatchObject({ lines: 3, to_refund: 3900, classes: { repeated: { lines: 2, amount: 0 } } })
    expect(tally.shops.get('福田店')).toEqual({
      lines: 3,
      amount: 1280,
      synced: 0,
      pending: 0,
      person: 1,
      to_refund: 3900,
    })
    expect(tally.hours[9]).toEqual([0, 0, 1])
  })

  it('tells the shops apart, and lines without one from them', () => {
    const { shop_id: _, ...nowhere } = PENDING

    const { shops, others } = tallyOf(SYNCED, HELD, { ...HELD, needs_person: false }, nowhere)

    expect([...shops]).toEqual([
      ['福田店', { lines: 3, amount: 3840, synced: 1, pending: 0, person: 1, to_refund: 0 }],
      ['', { lines: 1, amount: 1280, synced: 0, pending: 1, person: 0, to_refund: 0 }],
    ])
    expect(others).toBeUndefined()
  })

  it('tells two hundred shops apart, those with something to do and the largest, and puts all others together', () => {
    const of = (shop: number): Entry => ({ ...SYNCED, shop_id: `shop ${shop}` })
    const entries = Array.from({ length: 1000 }, (_, shop) => of(shop))
    const tally = createTotals()
    for (const entry of [...entries, of(7), { ...HELD, shop_id: 'shop 999' }, of(998)]) tally.addLine(entry, false)

    const { shops, others } = tally.result()

    expect([...shops.keys()].slice(0, 4)).toEqual(['shop 999', 'shop 7', 'shop 998', 'shop 0'])
    expect(shops.get('shop 7')).toMatchObject({ lines: 2, amount: 2560 })
    expect(shops.size).toBe(200)
    expect(others).toEqual({ lines: 800, amount: 800 * 1280, synced: 800, pending: 0, person: 0, to_refund: 0 })
    const every = [...tally.everyShop()]
    expect(every.map(([name]) => name).slice(0, 200)).toEqual([...shops.keys()])
    expect(new Set(every.map(([name]) => name)).size).toBe(1000)
    expect(every.reduce((sum, [, { lines }]) => sum + lines, 0)).toBe(1003)
  })

  it('tells the sub-merchants of a provider apart, whatever their shops are called', () => {
    const tally = createTotals('sub_mchid')
    tally.addLine({ ...SYNCED, sub_mchid: '1900000201' }, false)
    tally.addLine({ ...HELD, sub_mchid: '1900000202' }, false)

    expect([...tally.everyShop()].map(([name, { person }]) => [name, person])).toEqual([
      ['1900000202', 1],
      ['1900000201', 0],
    ])
  })

  it('shows the first hundred of each class, and none that went well', () => {
    const held = Array.from({ length: 101 }, (_, line) => ({ ...HELD, line }))
    const brought: Entry = { ...SYNCED, class: 'synced_by_statement' }

    const { shown } = tallyOf(SYNCED, brought, PENDING, ...held, { ...SYNCED, needs_person: true })

    expect([...shown].map(([name, entries]) => [name, entries.length])).toEqual([
      ['pending', 1],
      ['held', 100],
      ['synced_before', 1],
    ])
    expect(shown.get('held')?.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, line) => line))
  })

  it('puts lines under the hour in which they were paid, where they say it', () => {
    const { hours } = tallyOf(
      SYNCED,
      { ...PENDING, paid_time: '20261124235959' },
      { ...HELD, paid_time: '20261124000000' },
      { ...SYNCED, paid_time: '20261124' },
    )

    expect(hours[0]).toEqual([0, 0, 1])
    expect(hours[9]).toEqual([1, 0, 0])
    expect(hours[23]).toEqual([0, 1, 0])
    expect(hours.flat().reduce((sum, count) => sum + count, 0)).toBe(3)
  })

  it.each([
    ['before it was paid', -1, 0],
    ['a minute later', 60_000, 0],
    ['a moment more than a minute later', 60_001, 1],
    ['five minutes later', 300_000, 1],
    ['a quarter of an hour later', 900_000, 2],
    ['an hour later', 3_600_000, 3],
    ['six hours later', 21_600_000, 4],
    ['a day later', 86_400_000, 5],
    ['more than a day later', 86_400_001, 6],
  ])('counts how long it took to be synced: %s', (_when, delay, bar) => {
    const { delays } = tallyOf({ ...SYNCED, synced_at: PAID_AT + delay }, SYNCED)

    expect(delays).toEqual(Array.from({ length: 7 }, (_, at) => (at === bar ? 1 : 0)))
  })

  it('counts what the list lacks apart from its lines', () => {
    const tally = createTotals()
    tally.addLedgerOnly({ ...SYNCED, class: 'ledger_only', needs_person: true })
    tally.addLedgerOnly({ ...PENDING, class: 'ledger_only' })

    expect(tally.result()).toMatchObject({
      lines: 0,
      needs_person: 0,
      open: 1,
      ledger_only: { lines: 2, amount: 2560 },
      shops: new Map(),
    })
    expect(tally.result().shown.get('ledger_only')).toHaveLength(2)
  })

  it('has no line for an order that the list lacks', () => {
    expect(() => tallyOf({ ...SYNCED, class: 'ledger_only' })).toThrow('an order that the list lacks is no line')
  })
})
