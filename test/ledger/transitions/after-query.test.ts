import { describe, expect, it } from 'vitest'
import type { Row, State } from '../../../lib/ledger/row.ts'
import { afterQuery } from '../../../lib/ledger/transitions/answer.ts'
import { CLAIMED, IN_400_DAYS, MINUTE, NOW, PK } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { LAST_ERRORS, VERDICTS, WORD } from '../../support/verdicts.ts'

const STATES: readonly State[] = ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED']
const MOMENT = { now: NOW, random: 0.5 }

/** What each answer to a query does to a pending row. */
const AFTER_QUERY = {
  accepted: askAgain({ verdict: 'accepted', at: NOW, attempt: 3, status: 200 }),
  confirmed: {
    name: '8 confirmed',
    pk: PK,
    when: 'pk exists and state <> DOUBLE_CHARGED and (transaction_id is missing or settled_at exists)',
    set: { state: 'SYNCED', proof: WORD, order_id: '15646546545165651651', expires_at: IN_400_DAYS },
    remove: ['absent_since', 'due', 'due_at', 'late_at', 'next', 'reason', 'refused'],
  },
  collected: {
    name: '9 collected',
    pk: PK,
    when: 'pk exists and (settled_at is missing or state <> DOUBLE_CHARGED)',
    set: {
      state: 'DOUBLE_CHARGED',
      amount: 3900,
      transaction_id: '4200000446202611247000000001',
      proof: WORD,
      order_id: '15646546545165651651',
    },
    remove: ['absent_since', 'due', 'due_at', 'expires_at', 'next', 'reason', 'refused', 'settled_at'],
  },
  unpaid: {
    name: '10 unpaid',
    pk: PK,
    when: 'attempt = 3 and due exists',
    set: { state: 'PENDING', next: 'sync', due_at: NOW, last_error: LAST_ERRORS.unpaid },
    remove: ['absent_since'],
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
    remove: ['absent_since'],
  },
  open: {
    name: '11 wait',
    pk: PK,
    when: 'attempt = 3 and due exists',
    set: { state: 'PENDING', next: 'query', due_at: NOW + 1 * MINUTE, last_error: LAST_ERRORS.open },
    keep: {},
    remove: ['absent_since'],
  },
  closed: {
    name: '11 end',
    pk: PK,
    when: 'attempt = 3 and due exists',
    set: { state: 'REJECTED', reason: 'revoked', last_error: LAST_ERRORS.closed, expires_at: IN_400_DAYS },
    remove: ['absent_since', 'due', 'due_at', 'next'],
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
  }
}

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
    expect(transition).toStrictEqual({ ...AFTER_QUERY[verdict.kind], ...undone[verdict.kind] })
  })

  it('a refusal of the query ends nothing, signed or not', () => {
    const signed = afterQuery({ ...CLAIMED, state }, VERDICTS.invalid, MOMENT)
    const unsigned = afterQuery({ ...CLAIMED, state }, { ...VERDICTS.invalid, verified: false }, MOMENT)

    expect(inWords(signed)).toStrictEqual(AFTER_QUERY.invalid)
    expect(inWords(unsigned)).toStrictEqual(AFTER_QUERY.invalid)
  })
})

it('takes the end of an order whose charge was known before the query for its end', () => {
  const charged: Row = { ...CLAIMED, amount: 900, transaction_id: '42' }

  expect(inWords(afterQuery(charged, VERDICTS.confirmed, MOMENT))).toMatchObject({
    name: '8 confirmed',
    when: 'pk exists and state <> DOUBLE_CHARGED',
  })
})

it('proves nothing by a word that was not kept', () => {
  const { signedResponse: _, ...verdict } = VERDICTS.confirmed

  const { set } = afterQuery(CLAIMED, verdict, MOMENT)

  expect(set).not.toHaveProperty('proof')
})

it('holds nothing for a reason of the past: only what is held stays held', () => {
  const transition = afterQuery({ ...CLAIMED, reason: 'paid_less' }, VERDICTS.unknown, MOMENT)

  expect(transition.name).toBe('12 ask again')
})
