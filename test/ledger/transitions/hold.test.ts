import { describe, expect, it } from 'vitest'
import type { Row } from '../../../lib/ledger/row.ts'
import { afterQuery } from '../../../lib/ledger/transitions/answer.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { CLAIMED, DAY, HOUR, IN_400_DAYS, MINUTE, NOW, PK, SECOND } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { LAST_ERRORS, QUERY_WORD, VERDICTS } from '../../support/verdicts.ts'
import { AMOUNTS, type Asked, type Line, type Sums, TABLES } from './hold-table.ts'

const MOMENT = { now: NOW, random: 0.5 }

const rowOf = (given: Partial<Row>, expected: number | undefined): Row => ({
  ...CLAIMED,
  ...given,
  ...(expected !== undefined && { expected_amount: expected }),
})

const answer = (kind: Asked, total: number | undefined): Verdict => ({
  ...VERDICTS[kind],
  ...(total !== undefined && { total_amount: total }),
})

describe.each(TABLES)('a query of an order that is %s', (_, given, table) => {
  const becomes = (kind: Asked, { expected, total }: Sums) => {
    const { name, set } = afterQuery(rowOf(given, expected), answer(kind, total), MOMENT)
    return name === '17 hold' ? set?.reason : name
  }

  it.each(Object.entries(table) as [Asked, Line][])('%s does what the table says', (kind, line) => {
    const found = Object.entries(AMOUNTS).map(([amounts, sums]) => [amounts, becomes(kind, sums)])

    expect(Object.fromEntries(found)).toStrictEqual(line)
  })
})

describe('17: an order that is held', () => {
  const row = rowOf({ mode: 'check' }, 3900)

  it('leaves the turn to a person, and is asked about again in a day', () => {
    const transition = inWords(afterQuery(row, answer('unpaid', 3901), MOMENT))

    expect(transition).toStrictEqual({
      name: '17 hold',
      pk: PK,
      when: '(attempt = 3 and due exists) and (state = PENDING or state = HELD or state = SYNCED)',
      set: {
        state: 'HELD',
        reason: 'paid_less',
        next: 'query',
        due_at: NOW + 1 * DAY,
        last_error: LAST_ERRORS.unpaid,
      },
      remove: ['absent_since', 'leased_until'],
      answer: QUERY_WORD,
    })
  })

  it.each(['unknown', 'unsent', 'throttled', 'config', 'busy', 'state', 'invalid'] as const)(
    'is asked about again as soon as any other order when the answer says nothing of it: %s',
    (kind) => {
      const held: Row = { ...row, state: 'HELD', reason: 'paid_less', created_at: NOW - 2 * DAY }

      const { name, set } = afterQuery(held, answer(kind, undefined), MOMENT)

      expect([name, set?.state, set?.reason, set?.due_at]).toEqual(['17 hold', 'HELD', 'paid_less', NOW + 30 * 60_000])
    },
  )

  it('keeps what WeChat Pay charged', () => {
    const transition = inWords(afterQuery(row, answer('collected', 3901), MOMENT))

    expect(transition).toMatchObject({
      name: '17 hold',
      set: { state: 'HELD', reason: 'paid_less', amount: 3900, transaction_id: '4200000446202611247000000001' },
    })
  })

  it('is held again when a part was paid after a person released it', () => {
    const released = rowOf({ cleared: true }, 3900)

    expect(inWords(afterQuery(released, answer('part_paid', 3900), MOMENT))).toMatchObject({
      name: '17 hold',
      set: { state: 'HELD', reason: 'part_paid', amount: 900, transaction_id: '4200000446202611247000000002' },
    })
  })

  it('tells no sum or number of an earlier answer with a charge that has none', () => {
    const held = rowOf({ state: 'HELD', amount: 900, transaction_id: '4200000446202611247000000002' }, 3900)
    const unread: Verdict = { ...VERDICTS.collected, total_amount: 3901, charge: { amount: 3900 } }

    expect(afterQuery(held, unread, MOMENT).remove).toContain('transaction_id')
    expect(afterQuery(held, { ...unread, total_amount: 3900 }, MOMENT).remove).toContain('transaction_id')
    expect(afterQuery(held, { ...unread, charge: {} }, MOMENT).remove).toEqual(
      expect.arrayContaining(['amount', 'transaction_id']),
    )
  })

  it.each([
    ['a minute', 60 * SECOND, 60 * SECOND],
    ['an hour', 1 * HOUR, 30 * MINUTE],
    ['two days', 2 * DAY, 30 * MINUTE],
    ['four days', 4 * DAY, 6 * HOUR],
  ])('over the cap for %s is asked about as soon as any other order', (_, age, wait) => {
    const held: Row = { ...CLAIMED, state: 'HELD', reason: 'over_cap', created_at: NOW - age }

    const { name, set } = afterQuery(held, answer('open', undefined), MOMENT)

    expect([name, set?.state, set?.reason, set?.due_at]).toEqual(['17 hold', 'HELD', 'over_cap', NOW + wait])
  })

  it.each([
    ['the amount differs', rowOf({ mode: 'observe' }, 3900), answer('unpaid', 3901), 'paid_less'],
    ['the amount is not told', rowOf({ mode: 'observe' }, 3900), answer('unpaid', undefined), 'amount_unknown'],
    ['it is only observed', rowOf({ mode: 'observe' }, 3900), answer('unpaid', 3900), 'observe_only'],
  ])('says first of all that %s', (_, observed, verdict, reason) => {
    expect(afterQuery(observed, verdict, MOMENT).set).toMatchObject({ reason })
  })
})

describe('an order that was open when its notice came', () => {
  const row = (kind: 'open' | 'unpaid') => rowOf({ mode: 'check', last_error: LAST_ERRORS[kind] }, 3900)

  it.each([
    ['cancelled, and no total is told', 'closed', undefined, '11 end'],
    ['cancelled', 'closed', 0, '11 end'],
    ['completed with 0', 'confirmed', 0, '8 confirmed'],
  ] as const)('ends well when the shop did as it was told: %s', (_, kind, total, name) => {
    expect(afterQuery(row('open'), answer(kind, total), MOMENT).name).toBe(name)
  })

  it.each([
    ['its total is another one', 'open', 'closed', 3901, 'paid_less'],
    ['it was completed with another sum', 'open', 'confirmed', 100, 'paid_more'],
    ['it was not open before', 'unpaid', 'closed', undefined, 'amount_unknown'],
    ['it waits for its payment, and no total is told', 'open', 'unpaid', undefined, 'amount_unknown'],
    ['it is not done for nothing before', 'unpaid', 'confirmed', 0, 'paid_more'],
  ] as const)('is held where %s', (_, before, kind, total, reason) => {
    expect(afterQuery(row(before), answer(kind, total), MOMENT).set).toMatchObject({ state: 'HELD', reason })
  })
})

describe('a held order of which WeChat Pay tells nothing', () => {
  const held = (more: Partial<Row>): Row => ({ ...CLAIMED, state: 'HELD', reason: 'over_cap', ...more })

  it('remembers since when there is no such order', () => {
    const { name, keep, remove } = afterQuery(held({}), answer('absent', undefined), MOMENT)

    expect({ name, keep, remove }).toStrictEqual({
      name: '17 hold',
      keep: { absent_since: NOW },
      remove: ['leased_until'],
    })
  })

  it('ends as not found when there has been none for 24 hours', () => {
    const row = held({ absent_since: NOW - 1 * DAY - 1 })

    expect(inWords(afterQuery(row, answer('absent', undefined), MOMENT))).toStrictEqual({
      name: '7 reject',
      pk: PK,
      when: 'attempt = 3 and state = HELD',
      set: { state: 'REJECTED', reason: 'not_found', last_error: LAST_ERRORS.absent, expires_at: IN_400_DAYS },
      remove: ['due', 'due_at', 'leased_until', 'next'],
    })
  })

  it('is held on when there has been none for no longer than that', () => {
    const row = held({ absent_since: NOW - 1 * DAY })

    expect(afterQuery(row, answer('absent', undefined), MOMENT).name).toBe('17 hold')
  })

  it.each(['unknown', 'unsent', 'throttled', 'config', 'invalid'] as const)(
    'ends as too old after 30 days: %s',
    (kind) => {
      const [before, after] = [30 * DAY, 30 * DAY + 1].map((age) =>
        afterQuery(held({ created_at: NOW - age }), answer(kind, undefined), MOMENT),
      )

      expect(before?.name).toBe('17 hold')
      expect([after?.name, after?.set?.state, after?.set?.reason]).toEqual(['7 reject', 'REJECTED', 'too_old'])
    },
  )

  it.each(['unpaid', 'open', 'busy', 'state', 'undecided'] as const)(
    'is asked about on while WeChat Pay knows the order, whatever its age: %s',
    (kind) => {
      const row = held({ created_at: NOW - 300 * DAY })

      expect(afterQuery(row, answer(kind, undefined), MOMENT).name).toBe('17 hold')
    },
  )

  it.each(['absent', 'unknown'] as const)('is never ended while it carries a charge: %s', (kind) => {
    const row = held({
      created_at: NOW - 31 * DAY,
      absent_since: NOW - 2 * DAY,
      amount: 3900,
      transaction_id: '4200000446202611247000000001',
    })

    expect(afterQuery(row, answer(kind, undefined), MOMENT).name).toBe('17 hold')
  })
})

describe('10: an order that was compared', () => {
  it.each(['check', 'observe'] as const)('is cleared in %s mode, so that no later total holds it', (mode) => {
    const cleared = rowOf({ mode, cleared: true }, 3900)

    expect(afterQuery(cleared, answer('unpaid', 3901), MOMENT).set).toMatchObject({ next: 'sync', cleared: true })
  })

  it('is cleared by the first equal total', () => {
    const { set } = afterQuery(rowOf({ mode: 'check' }, 3900), answer('unpaid', 3900), MOMENT)

    expect(set).toStrictEqual({
      state: 'PENDING',
      next: 'sync',
      due_at: NOW,
      cleared: true,
      last_error: LAST_ERRORS.unpaid,
    })
  })

  it('needs no clearing where the sync came first', () => {
    const { set } = afterQuery(rowOf({}, undefined), answer('unpaid', 3900), MOMENT)

    expect(set).not.toHaveProperty('cleared')
  })
})
