import { describe, expect, it } from 'vitest'
import type { PaymentNotice } from '../../../lib/ledger/notice.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { isClosedByHand } from '../../../lib/ledger/transitions/lease.ts'
import {
  claim,
  conflict,
  create,
  createFromStatement,
  mayReopen,
  reopen,
} from '../../../lib/ledger/transitions/notice.ts'
import {
  close,
  correctSettlement,
  expedite,
  release,
  reopenByOperator,
  settle,
  withDecision,
  withdraw,
} from '../../../lib/ledger/transitions/operator.ts'
import { CLAIMED, IN_400_DAYS, NOW, ORDER, PK, SECOND, unleased } from '../../support/orders.ts'
import { holds } from '../../support/plain-ledger.ts'
import { inWords } from '../../support/transitions-in-words.ts'

const BORN = {
  state: 'PENDING',
  due: '1900000109#0',
  call: ORDER.call,
  call_hash: 'the first call',
  day: '1900000109#20261124#0',
  created_at: NOW,
  v: 1,
}

describe('a payment over the cap', () => {
  const WAITS = { waits: '1900000109#0', due: '1900000109#waiting#0' }
  const HELD = { ...BORN, state: 'HELD', reason: 'over_cap', next: 'query', due_at: NOW + 60 * SECOND, ...WAITS }

  it.each(['check', undefined] as const)('1: is held from the start, and asked about in a minute: mode %s', (mode) => {
    const { set } = create({ ...ORDER, ...(mode && { mode }) }, NOW, true)

    expect(set).toStrictEqual({ ...HELD, ...(mode && { mode }), noticed_at: NOW - 1 * SECOND, attempt: 0 })
  })

  it('0: is held from the start where a statement brings it', () => {
    expect(createFromStatement(ORDER, NOW, '1900000109/today', true).set).toStrictEqual({
      ...HELD,
      attempt: 0,
      statement: '1900000109/today',
    })
  })

  it('3: is held where it takes the place of another, and keeps why', () => {
    const { set, remove } = reopen({ ...ORDER, call_hash: 'another call' }, { ...CLAIMED, state: 'HELD' }, NOW, true)

    expect(set).toStrictEqual({ ...HELD, call_hash: 'another call', noticed_at: NOW - 1 * SECOND })
    expect(remove).not.toContain('reason')
    expect(remove).toContain('last_error')
  })

  it('18: goes its way when it is released: looked at first where it must be, else synced', () => {
    const held = { ...CLAIMED, state: 'HELD', reason: 'over_cap' } as const

    expect(release({ ...held, mode: 'check' }, NOW).set).toStrictEqual({
      state: 'PENDING',
      due_at: NOW,
      created_at: NOW,
      next: 'query',
    })
    expect(release(held, NOW).set).toMatchObject({ next: 'sync', cleared: true })
    expect(release({ ...held, mode: 'check', reason: 'amount_differs' }, NOW).set).toMatchObject({
      next: 'sync',
      cleared: true,
    })
  })
})

describe('whether a notice may take the place of another', () => {
  it.each([
    ['HELD', 'amount_differs', true],
    ['REJECTED', 'invalid', true],
    ['REJECTED', 'not_found', true],
    ['REJECTED', 'too_old', true],
    ['REJECTED', 'revoked', true],
    ['REJECTED', 'withdrawn: closed by hand: x', true],
    ['REJECTED', 'closed by hand: wrong order', false],
    ['PENDING', undefined, false],
    ['SYNCED', 'closed by hand: wrong order', false],
    ['DOUBLE_CHARGED', 'not double: x', false],
  ] as const)('%s, %s: %s', (state, reason, may) => {
    expect(mayReopen({ state, ...(reason !== undefined && { reason }) })).toBe(may)
  })
})

it.each([
  ['REJECTED', 'closed by hand: wrong order', true],
  ['SYNCED', 'closed by hand: wrong order', false],
  ['REJECTED', 'withdrawn: wrong order', false],
  ['REJECTED', undefined, false],
] as const)('a row that is %s, %s, was closed by hand: %s', (state, reason, isClosed) => {
  expect(isClosedByHand({ state, ...(reason !== undefined && { reason }) })).toBe(isClosed)
})

describe('what a notice does to the ledger', () => {
  it('0: books a line of a statement for a sync that is due now, with no attempt made', () => {
    const transition = inWords(createFromStatement(ORDER, NOW))

    expect(transition).toStrictEqual({
      name: '0 book',
      pk: PK,
      when: 'pk is missing',
      set: { ...BORN, attempt: 0, next: 'sync', due_at: NOW },
    })
  })

  it('0: keeps which statement brought the line', () => {
    const { set } = createFromStatement(ORDER, NOW, '1900000109/today')

    expect(set).toStrictEqual({ ...BORN, attempt: 0, next: 'sync', due_at: NOW, statement: '1900000109/today' })
  })

  it('0: books a line for a query first where the order must be looked at before a sync', () => {
    const { set } = createFromStatement({ ...ORDER, mode: 'observe' }, NOW)

    expect(set).toStrictEqual({ ...BORN, mode: 'observe', attempt: 0, next: 'query', due_at: NOW })
  })

  it('1: creates the row on the first notice, leased, with a query owed if nobody comes back', () => {
    const transition = inWords(create(ORDER, NOW))

    expect(transition).toStrictEqual({
      name: '1 create',
      pk: PK,
      when: 'pk is missing',
      set: {
        ...BORN,
        noticed_at: NOW - 1 * SECOND,
        attempt: 1,
        next: 'query',
        due_at: NOW + 30 * SECOND,
        leased_until: NOW + 30 * SECOND,
      },
    })
  })

  it('1: flags a paid_time that was set to now', () => {
    const { set } = create({ ...ORDER, paid_time_clamped: true }, NOW)

    expect(set).toMatchObject({ paid_time_clamped: true })
  })

  it('1: leaves the row to a query that is due now where the order must be looked at first', () => {
    const { set } = create({ ...ORDER, mode: 'check', expected_amount: 3900, labels: { shop_id: 'S-7' } }, NOW)

    expect(set).toStrictEqual({
      ...BORN,
      mode: 'check',
      expected_amount: 3900,
      shop_id: 'S-7',
      noticed_at: NOW - 1 * SECOND,
      attempt: 0,
      next: 'query',
      due_at: NOW,
    })
  })

  it('2: claims a due sync with a fresh lease, counted, with a query owed if nobody comes back', () => {
    const transition = inWords(claim(PK, 'sync', NOW))

    expect(transition).toStrictEqual({
      name: '2 claim',
      pk: PK,
      when: `due exists and due_at <= ${NOW} and (leased_until is missing or leased_until <= ${NOW}) and next = sync`,
      set: { next: 'query', leased_until: NOW + 30 * SECOND },
      count: ['attempt'],
    })
  })

  it('2: claims a due query alike', () => {
    const transition = inWords(claim(PK, 'query', NOW))

    expect(transition).toStrictEqual({
      name: '2 claim',
      pk: PK,
      when: `due exists and due_at <= ${NOW} and (leased_until is missing or leased_until <= ${NOW}) and next = query`,
      set: { next: 'query', leased_until: NOW + 30 * SECOND },
      count: ['attempt'],
    })
  })

  it('2: claims a due question about a refund, which is owed again if nobody comes back', () => {
    const transition = inWords(claim(PK, 'refund', NOW))

    expect(transition).toMatchObject({
      when: `due exists and due_at <= ${NOW} and (leased_until is missing or leased_until <= ${NOW}) and next = refund`,
      set: { next: 'refund', leased_until: NOW + 30 * SECOND },
    })
  })

  it('2: lets a repeated notice claim only what is pending and the same call', () => {
    const transition = inWords(claim(PK, 'sync', NOW, 'the first call'))

    expect(transition).toMatchObject({
      when: `due exists and due_at <= ${NOW} and (leased_until is missing or leased_until <= ${NOW}) and next = sync and state = PENDING and call_hash = the first call`,
    })
  })

  it('3: reopens a rejected or held row for a newer notice with another call, as new', () => {
    const other = { ...ORDER, call_hash: 'another call' }
    const rejected = inWords(reopen(other, { ...CLAIMED, state: 'REJECTED' }, NOW))
    const transition = inWords(reopen(other, { ...CLAIMED, state: 'HELD' }, NOW))

    expect(rejected).toStrictEqual({
      ...transition,
      when:
        'call_hash <> another call and attempt = 3 and state = REJECTED and transaction_id is missing' +
        ` and (leased_until is missing or leased_until <= ${NOW})` +
        ` and (noticed_at is missing or noticed_at < ${NOW - 1 * SECOND})`,
    })
    expect(transition).toStrictEqual({
      name: '3 reopen',
      pk: PK,
      when:
        'call_hash <> another call and attempt = 3 and state = HELD and transaction_id is missing' +
        ` and (leased_until is missing or leased_until <= ${NOW})` +
        ` and (noticed_at is missing or noticed_at < ${NOW - 1 * SECOND})`,
      set: {
        ...BORN,
        call_hash: 'another call',
        noticed_at: NOW - 1 * SECOND,
        next: 'query',
        due_at: NOW + 30 * SECOND,
        leased_until: NOW + 30 * SECOND,
      },
      count: ['attempt'],
      remove: [
        ...['absent_since', 'bill_at', 'cashier_id', 'cleared', 'expected_amount', 'expires_at'],
        ...[
          'last_error',
          'late_at',
          'mode',
          'paid_time_clamped',
          'pos_ref',
          'reason',
          'refused',
          'settled_at',
          'shards',
          'shop_id',
        ],
      ],
    })
  })

  it('3: takes over what the newer notice says, and leaves a query due where one must come first', () => {
    const order: PaymentNotice = {
      ...ORDER,
      call_hash: 'another call',
      paid_time_clamped: true,
      mode: 'check',
      expected_amount: 3900,
      labels: { shop_id: 'S-7', cashier_id: 'C-1', pos_ref: 'P-2' },
    }

    const { set, remove } = reopen(order, { ...CLAIMED, state: 'REJECTED' }, NOW)

    expect(set).toStrictEqual({
      ...BORN,
      call_hash: 'another call',
      paid_time_clamped: true,
      mode: 'check',
      expected_amount: 3900,
      shop_id: 'S-7',
      cashier_id: 'C-1',
      pos_ref: 'P-2',
      noticed_at: NOW - 1 * SECOND,
      next: 'query',
      due_at: NOW,
    })
    expect(remove).toStrictEqual([
      'expires_at',
      'reason',
      'last_error',
      'late_at',
      'absent_since',
      'cleared',
      'refused',
      'settled_at',
      'bill_at',
      'shards',
      'waits',
    ])
  })

  it('conflict: counts another call, and changes nothing else', () => {
    const transition = inWords(conflict({ ...ORDER, call_hash: 'another call' }))

    expect(transition).toStrictEqual({
      name: 'conflict',
      pk: PK,
      when: 'pk exists and call_hash <> another call',
      count: ['conflicts'],
    })
  })
})

describe('what a person does to the ledger', () => {
  it('13: brings a waiting row forward to thirty seconds from now, whoever has it', () => {
    const transition = inWords(expedite(CLAIMED, NOW))

    expect(transition).toStrictEqual({
      name: '13 expedite',
      pk: PK,
      when: `state = PENDING and due exists and due_at > ${NOW + 30 * SECOND}`,
      set: { due_at: NOW + 30 * SECOND },
    })
  })

  it('14: reopens a rejected row with the same call, and asks before anything is sent', () => {
    const transition = inWords(reopenByOperator(CLAIMED, NOW))

    expect(transition).toStrictEqual({
      name: '14 reopen',
      pk: PK,
      when: 'attempt = 3 and state = REJECTED',
      set: { state: 'PENDING', next: 'query', due: '1900000109#0', due_at: NOW, created_at: NOW },
      count: ['attempt'],
      remove: [
        ...['absent_since', 'bill_at', 'cleared', 'expires_at', 'last_error', 'late_at'],
        ...['reason', 'refused', 'settled_at'],
      ],
    })
  })

  it('15: closes a pending or held row while no call can be out, and only stops asking about a synced one', () => {
    const transition = inWords(close(CLAIMED, 'refunded in cash', NOW))

    expect(transition).toStrictEqual({
      name: '15 close',
      pk: PK,
      when: `attempt = 3 and (state = PENDING or state = HELD) and (leased_until is missing or leased_until <= ${NOW}) and bill_at is missing and transaction_id is missing`,
      set: { state: 'REJECTED', reason: 'closed by hand: refunded in cash', expires_at: IN_400_DAYS },
      remove: ['due', 'due_at', 'leased_until', 'next'],
      otherwise: {
        name: '15 stop asking',
        pk: PK,
        when: `attempt = 3 and state = SYNCED and due exists and bill_at is missing and (leased_until is missing or leased_until <= ${NOW}) and transaction_id is missing`,
        set: { state: 'SYNCED', reason: 'closed by hand: refunded in cash', expires_at: IN_400_DAYS },
        remove: ['due', 'due_at', 'leased_until', 'next'],
      },
    })
  })

  it('16: settles a double charge, which may then expire', () => {
    const transition = inWords(settle(CLAIMED, { outcome: 'cash S-1: given back', by: 'cash' }, NOW))

    expect(transition).toStrictEqual({
      name: '16 settle',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and settled_at is missing and (leased_until is missing or leased_until <= ${NOW})`,
      set: {
        state: 'DOUBLE_CHARGED',
        settled_at: NOW,
        settled_by: 'cash',
        reason: 'cash S-1: given back',
        expires_at: IN_400_DAYS,
      },
      count: ['attempt'],
      remove: ['case', 'case_at', 'due', 'due_at', 'leased_until', 'next'],
      otherwise: {
        name: '16 settle the charge',
        pk: PK,
        when: `attempt = 3 and transaction_id exists and state <> DOUBLE_CHARGED and state <> PENDING and reason <> part_paid and settled_at is missing and (leased_until is missing or leased_until <= ${NOW})`,
        set: {
          state: 'DOUBLE_CHARGED',
          settled_at: NOW,
          settled_by: 'cash',
          reason: 'cash S-1: given back',
          expires_at: IN_400_DAYS,
        },
        count: ['attempt'],
        remove: ['case', 'case_at', 'due', 'due_at', 'leased_until', 'next'],
      },
    })
  })

  it('16: corrects what somebody settled before, and nothing else', () => {
    const transition = inWords(correctSettlement(CLAIMED, { outcome: 'not double: two orders', by: 'not_double' }, NOW))

    expect(transition).toStrictEqual({
      name: '16 correct',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and settled_at exists and (leased_until is missing or leased_until <= ${NOW})`,
      set: {
        state: 'DOUBLE_CHARGED',
        settled_at: NOW,
        settled_by: 'not_double',
        reason: 'not double: two orders',
        expires_at: IN_400_DAYS,
      },
      count: ['attempt'],
      remove: ['case', 'case_at', 'due', 'due_at', 'leased_until', 'next'],
    })
  })

  it('18: releases a held row to a sync that is due now, and waits for a query that is out', () => {
    const transition = inWords(release({ ...CLAIMED, state: 'HELD', reason: 'paid_less' }, NOW))

    expect(transition).toStrictEqual({
      name: '18 release',
      pk: PK,
      when: 'attempt = 3 and state = HELD and reason = paid_less and transaction_id is missing',
      set: { state: 'PENDING', next: 'sync', due_at: NOW, created_at: NOW, cleared: true },
      count: ['attempt'],
      remove: ['absent_since', 'bill_at', 'last_error', 'late_at', 'reason', 'refused'],
    })
  })

  it('18: releases what was held for no reason only while it still has none', () => {
    const { when } = release({ ...CLAIMED, state: 'HELD' }, NOW)

    expect(inWords({ name: '', pk: PK, when })).toMatchObject({ when: expect.stringContaining(' and reason =  and ') })
  })

  it('18: releases an order of which a part was paid, and its charge with it', () => {
    const row = { ...CLAIMED, state: 'HELD', reason: 'part_paid', amount: 900, transaction_id: '42' } as const

    expect(inWords(release(row, NOW))).toMatchObject({
      when: 'attempt = 3 and state = HELD and reason = part_paid',
    })
  })

  describe('a charge that a person ends the order with', () => {
    const charged = { ...unleased(CLAIMED), attempt: 0, amount: 3900, transaction_id: '42' }
    const ends = { '15 close': close, '19 withdraw': withdraw }

    it.each(Object.entries(ends))('%s: is settled with it when the person says that it is not double', (_, end) => {
      const transition = end(charged, 'x', NOW, true)

      expect(transition?.set).toMatchObject({ state: 'REJECTED', settled_at: NOW })
      expect(transition && holds(transition.when, { ...charged, due_at: NOW })).toBe(true)
      expect(transition && holds(transition.when, { ...charged, due_at: NOW, transaction_id: '43' })).toBe(false)
    })

    it.each(Object.entries(ends))('%s: is in the way unless the person says so', (_, end) => {
      const transition = end(charged, 'x', NOW)

      expect(transition?.set).not.toHaveProperty('settled_at')
      expect(transition && holds(transition.when, { ...charged, due_at: NOW })).toBe(false)
    })

    it.each(Object.entries(ends))('%s: leaves nothing settled where there is none', (_, end) => {
      expect(end({ ...CLAIMED, attempt: 0 }, 'x', NOW, true)?.set).not.toHaveProperty('settled_at')
      expect(end({ ...charged, settled_at: NOW - 5 }, 'x', NOW, true)?.set).not.toHaveProperty('settled_at')
    })
  })

  it('adds a decision only while as many were made as were read', () => {
    const decision = { what: 'expedite', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'x' }
    const whenOf = (row: Row) => inWords(withDecision(expedite(row, NOW), row, decision))

    expect(whenOf(CLAIMED)).toMatchObject({ when: expect.stringMatching(/ and decided is missing$/) })
    expect(whenOf({ ...CLAIMED, decided: 7 })).toMatchObject({ when: expect.stringMatching(/ and decided = 7$/) })
  })

  it('keeps the newest twenty decisions, and counts the others', () => {
    const decisions = Array.from({ length: 20 }, (_, at) => ({ what: 'expedite', by: 'li', at, why: 'x' }))
    const row = { ...CLAIMED, decisions }
    const newest = { what: 'close', by: 'li', at: NOW, why: 'x' }

    const { set } = withDecision(expedite(row, NOW), row, newest)

    expect(set?.decisions).toStrictEqual([...decisions.slice(1), newest])
    expect(set?.decided).toBe(21)
  })

  it('keeps who decided what, when and why, whichever of the two is applied', () => {
    const decision = { what: 'close', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'refunded in cash' }

    const transition = withDecision(close(CLAIMED, 'refunded in cash', NOW), CLAIMED, decision)

    expect(transition).toMatchObject({ name: '15 close', set: { decisions: [decision], decided: 1 } })
    expect(transition.otherwise).toMatchObject({ name: '15 stop asking', set: { decisions: [decision], decided: 1 } })
  })
})
