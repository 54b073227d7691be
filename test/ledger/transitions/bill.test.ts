import { describe, expect, it } from 'vitest'
import type { Row } from '../../../lib/ledger/row.ts'
import { afterQuery } from '../../../lib/ledger/transitions/answer.ts'
import {
  afterBillQuery,
  askForBill,
  isAskedForBill,
  noteRefundOfBill,
  noteTransaction,
} from '../../../lib/ledger/transitions/bill.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { CLAIMED, DAY, MINUTE, NOW, PK, SECOND, unleased } from '../../support/orders.ts'
import { changed } from '../../support/plain-ledger.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { VERDICTS, WORD } from '../../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }
const ONE = '4200000446202611247000000001'
const TWO = '4200000446202611247000000002'
const BILL = '20261123'

const { due: _, due_at: __, next: ___, ...ENDED } = unleased(CLAIMED)
const REJECTED: Row = { ...ENDED, state: 'REJECTED', reason: 'not_found' }
const DOUBLE: Row = { ...ENDED, state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: ONE }
const REFUNDING: Row = {
  ...DOUBLE,
  next: 'refund',
  due: '1900000109#0',
  due_at: NOW - 1,
  refunds: [{ out_refund_no: 'R-1', noted_at: NOW - 60_000 }],
}

const words = (transition: Transition | undefined): object => {
  if (!transition) throw new TypeError('this row has no such transition')
  return inWords(transition)
}

describe('21: an order for which a trade bill has a charge', () => {
  it('is asked about at once though it had ended', () => {
    expect(words(askForBill(REJECTED, BILL, NOW))).toStrictEqual({
      name: '21 ask for the bill',
      pk: PK,
      when: 'attempt = 3 and state = REJECTED',
      set: { next: 'query', due: '1900000109#0', due_at: NOW, bill: BILL, bill_at: NOW },
      count: ['attempt'],
    })
  })

  it('stays in its part of the index of due rows', () => {
    const due = '1900000109#waiting#0'
    const held: Row = { ...CLAIMED, state: 'HELD', due, due_at: NOW + 1 * DAY }

    expect(askForBill(held, BILL, NOW)?.set).toMatchObject({ due, due_at: NOW })
  })

  it.each<[string, Row]>([
    ['it was asked about for this bill', { ...REJECTED, bill: BILL }],
    ['its query is due', { ...unleased(CLAIMED), due_at: NOW }],
    ['its query is overdue', { ...unleased(CLAIMED), due_at: NOW - 1 }],
    ['a query will prove its sync', { ...CLAIMED, state: 'SYNCED', due_at: NOW + 600 * SECOND }],
  ])('is left alone where %s', (_, row) => {
    expect(askForBill(row, BILL, NOW)).toBeUndefined()
  })

  it.each<[string, Row]>([
    ['it was asked about for another bill', { ...REJECTED, bill: '20261122' }],
    ['its query is due later', { ...unleased(CLAIMED), due_at: NOW + 1 }],
    ['its query is out, and may be from before the bill', { ...CLAIMED, due_at: NOW }],
    ['its sync is due', { ...CLAIMED, next: 'sync', due_at: NOW }],
    ['its refund is asked about', REFUNDING],
    ['it was synced and proved', { ...ENDED, state: 'SYNCED', proved_at: WORD.sent_at }],
  ])('is asked about where %s', (_, row) => {
    expect(askForBill(row, BILL, NOW)?.set).toMatchObject({ next: 'query', due_at: NOW })
  })
})

describe('whose turn an order is that a trade bill has a charge for', () => {
  const GIVEN_UP: Row = { ...ENDED, state: 'SYNCED', reason: 'unproved', expires_at: 1, waits: '1900000109#0' }

  it('is written where its query goes on, so that it waits for nobody meanwhile', () => {
    const { set, remove } = askForBill(GIVEN_UP, BILL, NOW) ?? {}

    expect([set?.waits, remove]).toStrictEqual([undefined, ['waits']])
  })

  it('is left as it is in any other state', () => {
    const transition = askForBill({ ...REJECTED, waits: '1900000109#0' }, BILL, NOW)

    expect(transition?.set).not.toHaveProperty('waits')
    expect(transition).not.toHaveProperty('remove')
  })
})

it.each<[string, Pick<Row, 'state' | 'proved_at' | 'reason'>, boolean]>([
  ['was rejected', { state: 'REJECTED' }, true],
  ['was charged twice', { state: 'DOUBLE_CHARGED' }, true],
  ['was synced and proved', { state: 'SYNCED', proved_at: WORD.sent_at }, true],
  ['was synced and given up', { state: 'SYNCED', reason: 'unproved' }, true],
  ['is synced, and its proof is awaited', { state: 'SYNCED' }, false],
  ['is pending', { state: 'PENDING', proved_at: WORD.sent_at }, false],
  ['is held', { state: 'HELD', reason: 'over_cap' }, false],
])('a row that %s is asked about for a bill alone: %#', (_, row, isAsked) => {
  expect(isAskedForBill(row)).toBe(isAsked)
})

describe('the answer to a query for a bill', () => {
  const answerTo = (row: Row, verdict: Verdict) => afterBillQuery({ ...row, bill: BILL, bill_at: NOW }, verdict, MOMENT)

  it('leaves a rejected order as it stood when it is no charge', () => {
    expect(words(answerTo(REJECTED, VERDICTS.unpaid))).toStrictEqual({
      name: '21 as it stood',
      pk: PK,
      when: 'attempt = 3 and state = REJECTED',
      count: ['attempt'],
      remove: ['bill_at', 'due', 'due_at', 'leased_until', 'next'],
    })
  })

  it('leaves the question about a refund due, which the bill had delayed', () => {
    expect(words(answerTo(REFUNDING, VERDICTS.collected))).toStrictEqual({
      name: '21 as it stood',
      pk: PK,
      when: 'attempt = 3 and state = DOUBLE_CHARGED',
      set: { next: 'refund', due_at: NOW },
      count: ['attempt'],
      remove: ['bill_at'],
    })
  })

  it.each(['confirmed', 'unpaid', 'closed', 'collected'] as const)(
    'is what follows any query of an order that was synced: %s',
    (kind) => {
      expect(answerTo({ ...ENDED, state: 'SYNCED', proved_at: WORD.sent_at }, VERDICTS[kind])).toBeUndefined()
    },
  )

  it.each([
    [10 * MINUTE, 5 * MINUTE],
    [3 * DAY, 30 * MINUTE],
  ])('says nothing %i ms after the bill, and the order is asked about again in %i ms', (since, wait) => {
    const row: Row = { ...REJECTED, created_at: NOW - 100 * DAY, bill: BILL, bill_at: NOW - since }

    const transition = afterBillQuery(row, VERDICTS.unknown, MOMENT)

    expect(words(transition)).toStrictEqual({
      name: '21 ask later',
      pk: PK,
      when: 'attempt = 3 and next = query',
      set: { due_at: NOW + wait },
    })
  })

  it('says nothing for three days, and the order is left as it stood', () => {
    const row: Row = { ...REJECTED, bill: BILL, bill_at: NOW - 3 * DAY - 1 }

    expect(afterBillQuery(row, VERDICTS.unknown, MOMENT)?.name).toBe('21 as it stood')
  })

  it('says nothing of an order that no bill has named: its own age counts', () => {
    const row: Row = { ...REJECTED, created_at: NOW - 10 * MINUTE }

    expect(afterBillQuery(row, VERDICTS.unknown, MOMENT)?.set).toStrictEqual({ due_at: NOW + 5 * MINUTE })
  })
})

describe('9: a further charge of an order that was charged twice', () => {
  const charging = (transaction_id?: string): Verdict => ({
    ...VERDICTS.collected,
    charge: { amount: 7800, ...(transaction_id !== undefined && { transaction_id }) },
  })
  const settled: Row = { ...DOUBLE, settled_at: NOW - 5, settled_by: 'cash', reason: 'cash S-1' }

  it('opens the case again, though it was settled', () => {
    expect(words(afterBillQuery(settled, charging(`${ONE},${TWO}`), MOMENT))).toStrictEqual({
      name: '9 another charge',
      pk: PK,
      when: `attempt = 3 and state = DOUBLE_CHARGED and transaction_id = ${ONE}`,
      count: ['attempt'],
      set: {
        state: 'DOUBLE_CHARGED',
        amount: 7800,
        transaction_id: `${ONE},${TWO}`,
        proved_at: NOW - 2 * SECOND,
        case: '1900000109',
        case_at: NOW,
      },
      remove: ['bill_at', 'due', 'due_at', 'expires_at', 'leased_until', 'next', 'reason', 'settled_at', 'settled_by'],
    })
  })

  it('keeps since when there is a case, and leaves the question about a refund due', () => {
    const { set, remove } = afterBillQuery({ ...REFUNDING, case_at: NOW - 9 }, charging(TWO), MOMENT) ?? {}

    expect(set).toMatchObject({ case_at: NOW - 9, next: 'refund', due_at: NOW })
    expect(remove).toStrictEqual(['bill_at', 'settled_at', 'settled_by', 'reason', 'expires_at'])
  })

  it('is proved by no word that was not kept', () => {
    const { signedResponse: _, ...unkept } = charging(TWO)

    expect(afterBillQuery(settled, unkept, MOMENT)?.set).not.toHaveProperty('proved_at')
  })

  it('is the first one that has a number', () => {
    const { transaction_id: _, ...unnumbered } = DOUBLE

    expect(afterBillQuery(unnumbered, charging(ONE), MOMENT)?.name).toBe('9 another charge')
  })

  it.each([
    ['the same', ONE],
    ['one of two that are known', ONE, `${TWO},${ONE}`],
    ['without a number', undefined],
  ])('is none when it is %s', (_, transaction_id, known = ONE) => {
    const row = { ...DOUBLE, transaction_id: known }

    expect(afterBillQuery(row, charging(transaction_id), MOMENT)?.name).toBe('21 as it stood')
  })
})

it('22: notes a refund that the bill has, once, and the case waits for no person meanwhile', () => {
  const transition = noteRefundOfBill(DOUBLE, 'R-1', NOW)

  expect(transition).toMatchObject({ name: '22 note refund', set: { refunds: [{ out_refund_no: 'R-1' }] } })
  expect(transition?.remove).toStrictEqual(['waits'])
  expect(noteRefundOfBill(REFUNDING, 'R-1', NOW)).toBeUndefined()
})

it('26: takes the number of a charge, and its sum if it has none, from the bill', () => {
  const { transaction_id: _, amount: __, ...unnumbered } = DOUBLE

  expect(words(noteTransaction(unnumbered, ONE, 3900))).toStrictEqual({
    name: '26 note transaction',
    pk: PK,
    when: 'attempt = 3 and state = DOUBLE_CHARGED and transaction_id is missing',
    set: { transaction_id: ONE },
    keep: { amount: 3900 },
  })
})

describe('the answer to a query of a row that is in the middle of its own, and was asked for a bill', () => {
  const asked: Row = { ...CLAIMED, bill: BILL, bill_at: NOW - 1 * MINUTE }
  const removed = (row: Row, verdict: Verdict) => words(afterQuery(row, verdict, MOMENT))

  it('is the answer for the bill as well, also where it says nothing', () => {
    expect(removed(asked, VERDICTS.unknown)).toMatchObject({
      name: '12 ask again',
      remove: ['bill_at', 'leased_until'],
    })
    expect(removed({ ...CLAIMED, state: 'SYNCED' }, VERDICTS.unknown)).toMatchObject({
      remove: ['leased_until'],
    })
  })

  it('says so once, since DynamoDB refuses an attribute that is written twice', () => {
    const { remove = [] } = afterQuery(asked, VERDICTS.collected, MOMENT)

    expect(remove.filter((name) => name === 'bill_at')).toHaveLength(1)
  })

  it('proves a sync though the bill came meanwhile, unlike an answer from before it', () => {
    expect(removed(asked, VERDICTS.confirmed)).toMatchObject({
      name: '8 confirmed',
      when: 'pk exists and state <> DOUBLE_CHARGED and (transaction_id is missing or settled_at exists)',
    })
  })

  const ended: Row = { ...ENDED, next: 'query', due: '1900000109#0', due_at: NOW, bill: BILL, bill_at: NOW - 9 }
  const proved: Row = { ...ended, state: 'SYNCED', proved_at: WORD.sent_at, expires_at: 1 }

  it('takes from a synced order what it had because it had ended, when WeChat Pay says otherwise', () => {
    expect(removed(proved, VERDICTS.unpaid)).toMatchObject({
      name: '10 unpaid',
      remove: ['absent_since', 'bill_at', 'expires_at', 'leased_until', 'proved_at', 'reason'],
    })
    expect(removed(proved, VERDICTS.open)).toMatchObject({
      name: '11 wait',
      remove: ['absent_since', 'bill_at', 'expires_at', 'leased_until', 'proved_at', 'reason'],
    })
  })

  it('leaves the reason and the expiry that it sets itself', () => {
    expect(removed(proved, VERDICTS.closed)).toMatchObject({
      name: '11 end',
      remove: ['absent_since', 'bill_at', 'due', 'due_at', 'leased_until', 'next', 'proved_at'],
    })
    expect(removed(proved, VERDICTS.part_paid)).toMatchObject({
      name: '17 hold',
      remove: ['absent_since', 'bill_at', 'expires_at', 'leased_until', 'proved_at'],
    })
  })

  it('takes nothing of it from an order in another state', () => {
    expect(removed(asked, VERDICTS.unpaid)).toMatchObject({
      name: '10 unpaid',
      remove: ['absent_since', 'bill_at', 'leased_until'],
    })
    expect(removed({ ...CLAIMED, state: 'SYNCED', proved_at: WORD.sent_at }, VERDICTS.unpaid)).toMatchObject({
      name: '10 unpaid',
      remove: ['absent_since', 'leased_until'],
    })
  })
})

describe('a charge of an order that was rejected', () => {
  const row: Row = { ...REJECTED, amount: 3900, transaction_id: ONE, bill: BILL, bill_at: NOW - 9 }
  const name = (given: Row, verdict: Verdict) => afterQuery({ ...given, next: 'query' }, verdict, MOMENT).name
  const charging = (transaction_id: string): Verdict => ({
    ...VERDICTS.collected,
    charge: { amount: 3900, transaction_id },
  })

  it('is a double charge', () => {
    expect(name(row, charging(ONE))).toBe('9 collected')
  })

  it('is none where an operator has said so of this very charge', () => {
    expect(name({ ...row, settled_at: NOW - 5 }, charging(ONE))).toBe('21 as it stood')
    expect(name({ ...row, settled_at: NOW - 5 }, charging(TWO))).toBe('9 collected')
  })

  it('is not said to be one by a refund that the bill has', () => {
    expect(noteRefundOfBill(row, 'R-1', NOW)).toBeUndefined()
    expect(changed(noteRefundOfBill(DOUBLE, 'R-1', NOW) as Transition, DOUBLE)).toMatchObject({ next: 'refund' })
  })
})
