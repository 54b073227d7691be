import { describe, expect, it } from 'vitest'
import type { EventBus } from '../../lib/aws/event-bus.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { readPublishTask } from '../../lib/intake/publish-task.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { type Change, publishAgain, publishOrderEvents } from '../../lib/operations/publish-order-events.ts'
import { fakeBus } from '../support/fake-bus.ts'
import { CLAIMED, NOW, unleased } from '../support/orders.ts'
import { LAST_ERRORS, WORD } from '../support/verdicts.ts'

const { due: _due, due_at: _dueAt, next: _next, ...ENDED } = unleased(CLAIMED)

const PENDING: Row = CLAIMED
const SYNCED: Row = { ...CLAIMED, state: 'SYNCED', order_id: '15646546545165651651', taken_at: WORD.sent_at }
const PROVED: Row = { ...ENDED, state: 'SYNCED', taken_at: WORD.sent_at, proved_at: WORD.sent_at }
const REJECTED: Row = { ...ENDED, state: 'REJECTED', reason: 'invalid', last_error: LAST_ERRORS.invalid }
const HELD: Row = { ...CLAIMED, state: 'HELD', reason: 'paid_less' }
const CHARGED: Row = {
  ...ENDED,
  state: 'DOUBLE_CHARGED',
  amount: 3900,
  transaction_id: '42000004',
  proved_at: WORD.sent_at,
}

const announced = async (before: Row | undefined, after: Row): Promise<readonly string[]> => {
  const { bus, events } = fakeBus()
  await publishOrderEvents([{ before, after }], bus)
  return events().map(({ detailType }) => detailType)
}

describe('where only ends are announced', () => {
  const announcedEnds = async (before: Row, after: Row) => {
    const { bus, events } = fakeBus()
    const { metrics } = await publishOrderEvents([{ before, after }], bus, new Set(), 'ends')
    return [events().map(({ detailType }) => detailType), metrics]
  }

  it('a sync that WeChat Pay took is counted, and not announced before it is proved', async () => {
    const counted = { synced: { value: 1, unit: 'Count' } }

    expect(await announcedEnds(PENDING, SYNCED)).toEqual([[], counted])
    expect(await announcedEnds(SYNCED, PROVED)).toEqual([['Payscore Order Synced'], counted])
  })

  it('a double charge is announced as ever', async () => {
    expect(await announcedEnds(SYNCED, CHARGED)).toEqual([
      ['Payscore Order Double Charged'],
      { double_charged: { value: 1, unit: 'Count' } },
    ])
  })
})

describe('what came of an order', () => {
  it.each([
    ['a new row', undefined, PENDING, []],
    ['a claim', PENDING, { ...PENDING, attempt: 4 }, []],
    ['an accepted sync', PENDING, SYNCED, ['Payscore Order Synced']],
    ['the query that is to prove it', SYNCED, { ...SYNCED, attempt: 4 }, []],
    ['its proof', SYNCED, PROVED, ['Payscore Order Synced']],
    ['a sync with its own proof', PENDING, PROVED, ['Payscore Order Synced']],
    ['a receipt kept', PROVED, { ...PROVED, receipt: { ...WORD, nonce: 'kept' } }, []],
    ['a refusal', PENDING, REJECTED, ['Payscore Order Rejected']],
    ['a double charge', SYNCED, CHARGED, ['Payscore Order Double Charged']],
    ['a doubt', PENDING, HELD, ['Payscore Order Held']],
    ['a doubt that lasts', HELD, { ...HELD, attempt: 4 }, []],
    ['a charge of a held order', HELD, { ...HELD, transaction_id: '42000004' }, ['Payscore Order Double Charged']],
    [
      'a doubt and a charge at once',
      PENDING,
      { ...HELD, transaction_id: '42000004' },
      ['Payscore Order Double Charged'],
    ],
    [
      'a charged order that ends all the same',
      PENDING,
      { ...REJECTED, reason: 'revoked', transaction_id: '42000004' },
      ['Payscore Order Double Charged'],
    ],
    [
      'a charged order that a person closed',
      { ...HELD, transaction_id: '4' },
      { ...REJECTED, reason: 'closed by hand: not double: wrong number', transaction_id: '4', settled_at: NOW },
      ['Payscore Order Rejected'],
    ],
    [
      'a held order whose charge was settled',
      { ...HELD, transaction_id: '4' },
      { ...CHARGED, transaction_id: '4', settled_at: NOW },
      ['Payscore Double Charge Settled'],
    ],
    ['that charge seen again', { ...HELD, transaction_id: '4' }, { ...HELD, transaction_id: '4', attempt: 4 }, []],
    ['a release', HELD, PENDING, []],
    ['its settlement', CHARGED, { ...CHARGED, settled_at: NOW }, ['Payscore Double Charge Settled']],
    ['a wait too long', PENDING, { ...PENDING, late_at: NOW }, ['Payscore Order Pending Too Long']],
    ['a wait still longer', { ...PENDING, late_at: NOW - 1 }, { ...PENDING, late_at: NOW - 1, attempt: 4 }, []],
    ['a reopening', REJECTED, PENDING, []],
    ['a synced order undone', SYNCED, PENDING, []],
    ['a late row that was restored', undefined, { ...PENDING, late_at: NOW }, ['Payscore Order Pending Too Long']],
    ['a row that was restored as it is', undefined, PROVED, ['Payscore Order Synced']],
  ])('is told for %s', async (_, before, after, told) => {
    expect(await announced(before, after)).toStrictEqual(told)
  })

  it('is told of orders alone: the counters of notices lie in the same table', async () => {
    const counter = (count: number) => ({ pk: '1900000109#hour#498746', count, expires_at: 1_795_492_800 })
    const rowOf = (item: object) => item as Row // as the stream gives it, whatever it is

    expect(await announced(undefined, rowOf(counter(1)))).toStrictEqual([])
    expect(await announced(rowOf(counter(1)), rowOf(counter(2)))).toStrictEqual([])
  })

  it('is told whole, and without anything personal', async () => {
    const { bus, puts } = fakeBus()

    await publishOrderEvents([{ before: PENDING, after: SYNCED }], bus)

    // As JSON: what is not there is left out.
    expect(JSON.parse(JSON.stringify(puts.map(({ events }) => events)))).toStrictEqual([
      [
        {
          source: 'payscore.ledger',
          detailType: 'Payscore Order Synced',
          metric: 'synced',
          detail: {
            mchid: '1900000109',
            out_order_no: '1234323JKHDFE1243252',
            order_id: '15646546545165651651',
            state: 'SYNCED',
            attempt: 3,
            confirmed: false,
            meaning: 'WeChat Pay took the sync',
            meaning_zh: '已同步,待核实',
            turn: 'service',
            next_step: 'Nothing. A query proves it within minutes.',
            next_step_zh: '无需处理,将自动查单核实。',
            order_api: 'serviceorder',
            service_id: '500001',
            paid_time: '20261124102900',
            next: 'query',
            next_attempt_at: '2026-11-24T02:30:30.000Z',
            created_at: '2026-11-24T02:29:00.000Z',
            synced_at: '2026-11-24T02:29:58.000Z',
          },
        },
      ],
    ])
  })

  it('says by `confirmed` which of the two words it is', async () => {
    const { bus, puts } = fakeBus()

    await publishOrderEvents(
      [
        { before: PENDING, after: SYNCED },
        { before: SYNCED, after: PROVED },
      ],
      bus,
    )

    expect(puts.map(({ events }) => events)).toMatchObject([
      [{ detail: { confirmed: false } }, { detail: { confirmed: true } }],
    ])
  })
})

describe('what came of orders is counted', () => {
  it.each([
    ['synced', SYNCED],
    ['rejected', REJECTED],
    ['rejected', { ...REJECTED, reason: 'not_found' }],
    ['rejected', { ...REJECTED, reason: 'too_old' }],
    ['rejected', { ...ENDED, state: 'REJECTED' } as const],
    ['ended', { ...REJECTED, reason: 'revoked' }],
    ['ended', { ...REJECTED, reason: 'closed by hand: refunded in cash' }],
    ['ended', { ...REJECTED, reason: 'withdrawn: wrong order number' }],
    ['ended', { ...REJECTED, reason: 'withdrawn: not double: wrong number', transaction_id: '4', settled_at: NOW }],
    ['held', HELD],
    ['observed', { ...HELD, reason: 'observe_only' }],
    ['double_charged', CHARGED],
    ['double_charged', { ...HELD, amount: 5000, transaction_id: '42000004' }],
    ['double_charged', { ...HELD, reason: 'observe_only', amount: 5000, transaction_id: '42000004' }],
    ['double_charged', { ...REJECTED, reason: 'revoked', amount: 5000, transaction_id: '42000004' }],
    ['late', { ...PENDING, late_at: NOW }],
  ])('as %s, so that an alarm stands on what needs a person: %#', async (metric, after) => {
    const { metrics } = await publishOrderEvents([{ before: PENDING, after }], fakeBus().bus)

    expect(metrics).toStrictEqual({ [metric]: { value: 1, unit: 'Count' } })
  })

  it('each kind by itself', async () => {
    const changes = [SYNCED, REJECTED, SYNCED].map((after) => ({ before: PENDING, after }))

    const { metrics } = await publishOrderEvents(changes, fakeBus().bus)

    expect(metrics).toStrictEqual({ synced: { value: 2, unit: 'Count' }, rejected: { value: 1, unit: 'Count' } })
  })
})

describe('a batch of changes', () => {
  const changes = (count: number): readonly Change[] =>
    Array.from({ length: count }, () => ({ before: PENDING, after: SYNCED }))

  it('is put ten events at a time, and counted', async () => {
    const { bus, puts } = fakeBus()

    const handled = await publishOrderEvents([...changes(23), { before: undefined, after: PENDING }], bus)

    expect(puts.map(({ events }) => events.length)).toStrictEqual([10, 10, 3])
    expect(handled).toStrictEqual({
      log: { changes: 24, events: 23 },
      metrics: { synced: { value: 23, unit: 'Count' } },
      throwsByEvent: false,
    })
  })

  it('asks nothing of the bus when there is nothing to tell', async () => {
    const { bus, puts } = fakeBus()

    await publishOrderEvents([{ before: undefined, after: PENDING }], bus)

    expect(puts).toStrictEqual([])
  })

  it('is thrown back whole when the bus refuses an event, so that the stream gives it again', async () => {
    const { bus, puts } = fakeBus(async (events) => events.slice(9))

    const handled = await publishOrderEvents(changes(23), bus)

    expect(handled).toMatchObject({
      reply: { status: 503, body: { detail: 'the event bus refused entries' } },
      throwsByEvent: true,
    })
    // The batches after it are put all the same.
    expect(puts.map(({ events }) => events.length)).toStrictEqual([10, 10, 3])
  })

  it('is thrown back when the bus cannot be asked, and says what it said', async () => {
    const put = () => Promise.reject(new UnavailableError('the event bus says ThrottlingException'))

    expect(await publishOrderEvents(changes(1), { put })).toMatchObject({
      reply: { status: 503, body: { detail: 'the event bus says ThrottlingException' } },
      throwsByEvent: true,
    })
  })
})

describe('while the bus takes nothing', () => {
  const throttled = { put: () => Promise.reject(new UnavailableError('the event bus says ThrottlingException')) }
  const held = (id: string): Change => ({ before: PENDING, after: HELD, id })

  it('an order that needs a person is counted all the same, so that its alarm rings', async () => {
    const { metrics } = await publishOrderEvents([held('1')], throttled)

    expect(metrics).toStrictEqual({ held: { value: 1, unit: 'Count' } })
  })

  it('it is counted once, however often the stream gives it again, whole or in halves', async () => {
    const counted = new Set<string>()
    const metricsOf = async (ids: readonly string[], bus: EventBus = throttled) =>
      (await publishOrderEvents(ids.map(held), bus, counted)).metrics

    const attempts = [
      await metricsOf(['1', '2']),
      await metricsOf(['1', '2']),
      await metricsOf(['1']),
      await metricsOf(['2', '3']),
      await metricsOf(['1'], fakeBus().bus),
      await metricsOf(['2', '3'], fakeBus().bus),
    ]

    expect(attempts).toStrictEqual([
      { held: { value: 2, unit: 'Count' } },
      {},
      {},
      { held: { value: 1, unit: 'Count' } },
      {},
      {},
    ])
    expect([...counted]).toStrictEqual([])
  })
})

describe('a row that nothing can be said of', () => {
  // As the console lets somebody edit it.
  const { call: _, ...damaged } = HELD
  const records = [
    ['that lacks a member', damaged as Row],
    ['that cannot be read', undefined],
  ] as const

  it.each(records)('%s is named and counted, and the others are told', async (_, after) => {
    const { bus, events } = fakeBus()

    const handled = await publishOrderEvents(
      [
        { before: PENDING, after, id: '1', pk: '1900000109#A' },
        { before: PENDING, after: HELD, id: '2', pk: '1900000109#B' },
      ],
      bus,
    )

    expect(events().map(({ detailType }) => detailType)).toStrictEqual(['Payscore Order Held'])
    expect(handled).toMatchObject({
      log: { unworded: [{ pk: '1900000109#A' }] },
      metrics: { held: { value: 1 }, unworded: { value: 1 } },
      throwsByEvent: false,
    })
  })
})

describe('what is announced again', () => {
  const again = async (row: Row | undefined, bus = fakeBus()) => {
    const handled = await publishAgain([{ mchid: '1900000109', out_order_no: 'A-1' }], {
      ledger: { read: async () => row },
      bus: bus.bus,
    })
    return { handled, puts: bus.events().map(({ detailType }) => detailType) }
  }

  it.each<[string, Row | undefined, readonly string[]]>([
    ['a held order', HELD, ['Payscore Order Held']],
    ['a double charge', CHARGED, ['Payscore Order Double Charged']],
    ['one that is settled', { ...CHARGED, settled_at: NOW }, ['Payscore Double Charge Settled']],
    ['a refusal', REJECTED, ['Payscore Order Rejected']],
    ['a proved order that was late', { ...PROVED, late_at: NOW }, ['Payscore Order Synced']],
    ['a pending order that is late', { ...PENDING, late_at: NOW }, ['Payscore Order Pending Too Long']],
    ['a pending order', PENDING, []],
    ['an order that the ledger lacks', undefined, []],
  ])('is how it stands: %s', async (_, row, told) => {
    const { handled, puts } = await again(row)

    expect(puts).toStrictEqual(told)
    expect(handled.reply).toStrictEqual({
      status: 200,
      body: { orders: [{ mchid: '1900000109', out_order_no: 'A-1', told }] },
    })
    // It was counted when it came to be.
    expect(handled.metrics).toBeUndefined()
  })

  it('is told as not taken when the bus refuses it', async () => {
    const { handled } = await again(
      HELD,
      fakeBus(async (events) => events),
    )

    expect(handled).toMatchObject({ reply: { status: 503 }, throwsByEvent: true })
  })

  it.each([
    {},
    { Records: [] },
    { announce: [{ mchid: '1900000109', out_order_no: 'A-1', state: 'SYNCED' }] },
    { announce: Array.from({ length: 51 }, () => ({ mchid: '1900000109', out_order_no: 'A-1' })) },
  ])('is asked for by names of orders alone: %#', (event) => {
    expect(() => readPublishTask(event)).toThrow(
      'announce: must list at most 50 orders, each with mchid and out_order_no',
    )
  })
})
