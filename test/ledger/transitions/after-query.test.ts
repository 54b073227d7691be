import { describe, expect, it } from 'vitest'
import type { Row, State } from '../../../lib/ledger/row.ts'
import { afterQuery } from '../../../lib/ledger/transitions/answer.ts'
import { CLAIMED, IN_400_DAYS, MINUTE, NOW, PK, SECOND } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { LAST_ERRORS, QUERY_WORD, VERDICTS } from '../../support/verdicts.ts'

const STATES: readonly State[] = ['PENDING', 'HELD', 'SYNCED']
const MOMENT = { now: NOW, random: 0.5 }

/** What each answer to a query does to a pending row. */
const AFTER_QUERY = {
  accepted: askAgain({ verdict: 'accepted', at: NOW, attempt: 3, status: 200 }),
  confirmed: {
    name: '8 confirmed',
    pk: PK,
    when: 'pk exists and state <> DOUBLE_CHARGED and (transaction_id is missing or settled_at exists) and bill_at is missing',
    set: { state: 'SYNCED', proved_at: NOW - 2 * SECOND, order_id: '15646546545165651651', expires_at: IN_400_DAYS },
    answer: QUERY_WORD,
    remove: ['absent_since', 'due', 'due_at', 'late_at', 'leased_until', 'next', 'reason', 'refused'],
  },
  collected: {
    name: '9 collected',
    pk: PK,
    when: 'pk exists and (state <> DOUBLE_CHARGED or (settled_at is missing and transaction_id is missing)) and refunds is missing',
    set: {
      state: 'DOUBLE_CHARGED',
      amount: 3900,
      transaction_id: '4200000446202611247000000001',
      proved_at: NOW - 2 * SECOND,
      order_id: '15646546545165651651',
    },
    remove: [
      ...['absent_since', 'bill_at', 'due', 'due_at', 'expires_at', 'leased_until', 'next', 'reason', 'refused'],
      ...['settled_at', 'settled_by'],
    ],
    keep: { case: '1900000109', case_at: NOW },
    answer: QUERY_WORD,
  },
  unpaid: {
    name: '10 unpaid',
    pk: PK,
    when: 'attempt = 3 and due exists',
    set: { state: 'PENDING', next: 'sync', due_at: NOW, last_error: LAST_ERRORS.unpaid },
    remove: ['absent_since', 'leased_until'],
  },
  part_paid: {
    name: '17 hold',
    pk: PK,
    when: '(attempt = 3 and due exists) and (state = PENDING or state = HELD or state = SYNCED)',
    set: {
      state: 'HELD',
      reason: 'part_paid',
      next: 'query',
      due_at: NOW + 24 * 60 * MINUTE,
      amount: 900,
      transaction_id: '4200000446202611247000000002',
      last_error: LAST_ERRORS.part_paid,
    },
    remove: ['absent_since', 'leased_until'],
  },
  open: {
    name: '11 wait',
    pk: PK,
    when: 'attempt = 3 and due exists',
    set: { state: 'PENDING', next: 'query', due_at: NOW + 1 * MINUTE, last_error: LAST_ERRORS.open },
    keep: {},
    remove: ['absent_since', 'leased_until'],
  },
  closed: {
    name: '11 end',
    pk: PK,
    when: 'attempt = 3 and due exists',
    set: { state: 'REJECTED', reason: 'revoked', last_error: LAST_ERRORS.closed, expires_at: IN_400_DAYS },
    remove: ['absent_since', 'due', 'due_at', 'leased_until', 'next'],
  },
  absent: { ...askAgain(LAST_ERRORS.absent), keep: { absent_since: NOW } },
  undecided: askAgain(LAST_ERRORS.undecided),
  state: askAgain(LAST_ERRORS.state),
  busy: askAgain(LAST_ERRORS.busy),
  unknown: askAgain(LAST_ERRORS.unknown),
  unsent: askAgain(LAST_ERRORS.unsent),
  throttled: askAgain(LAST_ERRORS.throttled),
  config: { ...askAgain(LAST_ERRORS.config), alarm: 'config' },
  invalid: { ...askAgain(LAST_ERRORS.invalid), alarm: 'config' },
} as const satisfies { readonly [kind in keyof typeof VERDICTS]: object }

function askAgain(last_error: object) {
  return {
    name: '12 ask again',
    pk: PK,
    when: 'attempt = 3 and next = query',
    set: { due_at: NOW + 1 * MINUTE, last_error },
    keep: {},
    remove: ['leased_until'],
  }
}

/** An answer is kept when it tells what the row does not have yet. */
const isNews = (kind: string, state: State): boolean =>
  ['confirmed', 'collected', 'closed', 'part_paid'].includes(kind) ||
  (['unpaid', 'open'].includes(kind) && state !== 'PENDING')

/** What takes a true SYNCED back is told to somebody. */
const UNDONE = {
  unpaid: { alarm: 'undone' },
  part_paid: { alarm: 'undone' },
  open: { alarm: 'undone' },
  closed: { alarm: 'undone' },
}

describe.each(STATES)('the answer to a query of a row that was %s', (state) => {
  it.each(Object.values(VERDICTS))('$kind does what the table says', (verdict) => {
    const transition = inWords(afterQuery({ ...CLAIMED, state }, verdict, MOMENT))

    const undone: Record<string, object> = state === 'SYNCED' ? UNDONE : {}
    const answer = isNews(verdict.kind, state) && { answer: QUERY_WORD }
    expect(transition).toStrictEqual({ ...AFTER_QUERY[verdict.kind], ...undone[verdict.kind], ...answer })
  })

  it('a refusal of the query ends nothing, signed or not', () => {
    const signed = afterQuery({ ...CLAIMED, state }, VERDICTS.invalid, MOMENT)
    const unsigned = afterQuery({ ...CLAIMED, state }, { ...VERDICTS.invalid, verified: false }, MOMENT)

    expect(inWords(signed)).toStrictEqual(AFTER_QUERY.invalid)
    expect(inWords(unsigned)).toStrictEqual(AFTER_QUERY.invalid)
  })
})

/** What each answer does to a row that had ended, and was asked about only for a trade bill. */
const AFTER_BILL = {
  accepted: '21 as it stood',
  confirmed: '21 as it stood',
  collected: '9 collected',
  unpaid: '21 as it stood',
  part_paid: '21 as it stood',
  open: '21 as it stood',
  closed: '21 as it stood',
  absent: '21 ask later',
  undecided: '21 ask later',
  state: '21 ask later',
  busy: '21 ask later',
  unknown: '21 ask later',
  unsent: '21 ask later',
  throttled: '21 ask later',
  config: '21 ask later',
  invalid: '21 ask later',
} as const satisfies Readonly<Record<keyof typeof VERDICTS, string>>

describe.each(['REJECTED', 'DOUBLE_CHARGED'] as const)(
  'the answer to a query for a bill of a row that is %s',
  (state) => {
    const row: Row = { ...CLAIMED, state, bill: '20261123', bill_at: NOW - 10 * MINUTE }
    const charged = { ...row, amount: 3900, transaction_id: '4200000446202611247000000001' }

    it.each(Object.values(VERDICTS))('$kind changes its state only where it is a charge', (verdict) => {
      const { name, set } = afterQuery(state === 'REJECTED' ? row : charged, verdict, MOMENT)

      const isKnown = state === 'DOUBLE_CHARGED' && verdict.kind === 'collected'
      const isPart = state === 'DOUBLE_CHARGED' && verdict.kind === 'part_paid'
      expect(name).toBe(isKnown ? '21 as it stood' : isPart ? '9 another charge' : AFTER_BILL[verdict.kind])
      expect(set?.next).not.toBe('sync')
      if (name.startsWith('21')) expect(set?.state).toBeUndefined()
    })

    it('is as it stood when no answer came for three days', () => {
      const late = { ...row, bill_at: NOW - 3 * 24 * 60 * MINUTE - 1 }

      expect(inWords(afterQuery(late, VERDICTS.unknown, MOMENT))).toMatchObject({
        name: '21 as it stood',
        pk: PK,
        when: `attempt = 3 and state = ${state}`,
        remove: ['bill_at', 'due', 'due_at', 'leased_until', 'next'],
      })
    })
  },
)

it('takes the end of an order whose charge was known before the query for its end', () => {
  const charged: Row = { ...CLAIMED, amount: 900, transaction_id: '42' }

  expect(inWords(afterQuery(charged, VERDICTS.confirmed, MOMENT))).toMatchObject({
    name: '8 confirmed',
    when: 'pk exists and state <> DOUBLE_CHARGED and bill_at is missing',
  })
})

it('proves nothing by a word that was not kept', () => {
  const { signedResponse: _, ...verdict } = VERDICTS.confirmed

  const { set } = afterQuery(CLAIMED, verdict, MOMENT)

  expect(set).not.toHaveProperty('proved_at')
})

it('holds nothing for a reason of the past: only what is held stays held', () => {
  const transition = afterQuery({ ...CLAIMED, reason: 'paid_less' }, VERDICTS.unknown, MOMENT)

  expect(transition.name).toBe('12 ask again')
})
