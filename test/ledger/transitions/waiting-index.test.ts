import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DECISIONS, decisionTransition } from '../../../lib/intake/operator-decision.ts'
import { adviceOf } from '../../../lib/ledger/advice.ts'
import { exists, missing } from '../../../lib/ledger/condition.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import { claim, create, createFromStatement, reopen } from '../../../lib/ledger/transitions/notice.ts'
import { close } from '../../../lib/ledger/transitions/operator.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { reindex, withWaitingIndex } from '../../../lib/ledger/transitions/waiting-index.ts'
import { CLAIMED, DAY, NOW, ORDER, PK, unleased } from '../../support/orders.ts'
import { changed, holds } from '../../support/plain-ledger.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { VERDICTS } from '../../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }
const DUE = '1900000109#0'
const HELD: Row = { ...unleased(CLAIMED), state: 'HELD', reason: 'amount_differs', due_at: NOW + DAY, waits: DUE }
const { due: _, due_at: __, next: ___, ...ENDED } = unleased(CLAIMED)
const REJECTED: Row = { ...ENDED, state: 'REJECTED', reason: 'invalid', expires_at: 1, waits: DUE }
const CASE = { case: '1900000109', case_at: ENDED.created_at } as const
const CHARGED: Row = { ...ENDED, ...CASE, state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '42', waits: DUE }

const WAS_CHARGED: Row = { ...REJECTED, reason: 'not_found', amount: 3900, transaction_id: '42' }

/** The row after a transition that was made for it. */
const rowAfter = (row: Row, transition: Transition | undefined): Row => {
  if (!transition || !holds(transition.when, row)) throw new Error('the transition does not fit')
  return changed(transition, row) as Row // of a whole row
}
const decide = (row: Row, what: (typeof DECISIONS)[number]) =>
  decisionTransition(row, { mchid: '1900000109', out_order_no: 'X', what, why: 'x', by: 'li' }, NOW)

describe('an order comes into the index of those that wait for a person', () => {
  it.each([
    ['charged twice', rowAfter(CLAIMED, afterQuery(CLAIMED, VERDICTS.collected, MOMENT))],
    ['charged twice, by the sync’s own answer', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.collected, MOMENT))],
    ['refused', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.invalid, MOMENT))],
    ['not completed yet', rowAfter(CLAIMED, afterQuery(CLAIMED, VERDICTS.open, MOMENT))],
    ['unknown to WeChat Pay', rowAfter(CLAIMED, afterQuery(CLAIMED, VERDICTS.absent, MOMENT))],
    ['of a merchant that is configured wrongly', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.config, MOMENT))],
    ['over the cap', changed(create(ORDER, NOW, true), undefined) as Row],
    ['a line over the cap', changed(createFromStatement(ORDER, NOW, 'day', true), undefined) as Row],
    [
      'corrected, and was charged before',
      rowAfter(WAS_CHARGED, reopen({ ...ORDER, call_hash: 'another call', noticed_at: NOW + 1 }, WAS_CHARGED, NOW)),
    ],
    [
      'never proved',
      rowAfter(
        { ...CLAIMED, state: 'SYNCED', created_at: NOW - 31 * DAY },
        afterQuery({ ...CLAIMED, state: 'SYNCED', created_at: NOW - 31 * DAY }, VERDICTS.unknown, MOMENT),
      ),
    ],
    [
      'of another sum',
      rowAfter(
        { ...CLAIMED, mode: 'check', expected_amount: 1 },
        afterQuery(
          { ...CLAIMED, mode: 'check', expected_amount: 1 },
          { ...VERDICTS.unpaid, total_amount: 3900 },
          MOMENT,
        ),
      ),
    ],
  ])('when it is %s', (_name, row) => {
    expect(row.waits).toBe(DUE)
  })

  it.each([
    ['handed over', changed(create(ORDER, NOW)) as Row],
    ['taken', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.accepted, MOMENT))],
    ['proved', rowAfter(CLAIMED, afterQuery(CLAIMED, VERDICTS.confirmed, MOMENT))],
    ['cancelled', rowAfter(CLAIMED, afterQuery(CLAIMED, VERDICTS.closed, MOMENT))],
    ['not reached', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.unsent, MOMENT))],
    ['answered by nobody', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.unknown, MOMENT))],
    ['charged this very moment', rowAfter(CLAIMED, afterSync(CLAIMED, VERDICTS.busy, MOMENT))],
    [
      'only observed',
      rowAfter({ ...CLAIMED, mode: 'observe' }, afterQuery({ ...CLAIMED, mode: 'observe' }, VERDICTS.unpaid, MOMENT)),
    ],
  ])('and not when it is %s', (_name, row) => {
    expect(row).not.toHaveProperty('waits')
  })
})

describe('an order leaves that index', () => {
  const OPEN: Row = { ...rowAfter(CLAIMED, afterQuery(CLAIMED, VERDICTS.open, MOMENT)), due_at: NOW }

  it.each([
    ['released', rowAfter(HELD, decide(HELD, 'release'))],
    ['closed', rowAfter(HELD, decide(HELD, 'close'))],
    ['withdrawn', rowAfter(HELD, decide(HELD, 'withdraw'))],
    ['taken up again', rowAfter(REJECTED, decide(REJECTED, 'reopen'))],
    ['settled', rowAfter(CHARGED, decide(CHARGED, 'settle'))],
    ['corrected', rowAfter(REJECTED, reopen({ ...ORDER, call_hash: 'another call' }, REJECTED, NOW))],
    ['completed at last', rowAfter(OPEN, afterQuery(OPEN, VERDICTS.unpaid, MOMENT))],
    ['proved', rowAfter(OPEN, afterQuery(OPEN, VERDICTS.confirmed, MOMENT))],
    ['taken after it was rejected', rowAfter(REJECTED, afterSync(CLAIMED, VERDICTS.accepted, MOMENT))],
  ])('when it is %s', (_name, row) => {
    expect(row).not.toHaveProperty('waits')
  })

  it('and stays in it while somebody only looks: a claim, or the same answer again', () => {
    const claimed = rowAfter(OPEN, claim(PK, 'query', NOW))
    const again = rowAfter(claimed, afterQuery(claimed, VERDICTS.open, MOMENT))

    expect([claimed.waits, again.waits]).toEqual([DUE, DUE])
  })

  it('and does not come back when WeChat Pay says once more what was settled', () => {
    const settled = rowAfter(CHARGED, decide(CHARGED, 'settle'))
    const transition = afterSync(CLAIMED, VERDICTS.collected, MOMENT)

    expect(holds(transition.when, settled)).toBe(false)
    expect(transition.otherwise && changed(transition.otherwise, settled)).toMatchObject({
      reason: 'x',
      settled_at: NOW,
    })
  })
})

describe('what a transition does to the index', () => {
  const state = 'PENDING'

  it('is nothing where it creates the row', () => {
    for (const transition of [create(ORDER, NOW), createFromStatement(ORDER, NOW)])
      expect(transition).not.toHaveProperty('remove')
  })

  it.each([exists('pk'), missing('due'), missing('waits')])(
    'is to take a row out of it that may be in it, whatever is asked of the row: %j',
    (when) => {
      expect(withWaitingIndex({ name: 'x', pk: PK, when, set: { state } }, {}).remove).toStrictEqual(['waits'])
    },
  )

  it('is the same for the one that follows where the first does not apply', () => {
    const { remove, otherwise } = withWaitingIndex(close(HELD, 'x', NOW), HELD)

    expect([remove, otherwise?.remove]).toStrictEqual([
      ['due', 'due_at', 'next', 'leased_until', 'waits'],
      ['due', 'due_at', 'next', 'leased_until', 'waits'],
    ])
  })
})

describe('20: a row that was written before there were indexes', () => {
  const { waits: _waits, ...charged } = CHARGED
  const { waits: __waits, ...held } = HELD
  const { case: _case, case_at: _caseAt, ...uncased } = charged
  const SETTLED: Row = { ...uncased, settled_at: NOW - 5 }

  it.each([
    [
      'comes into that of rows that wait: charged twice',
      charged,
      { state: 'DOUBLE_CHARGED', waits: DUE },
      'state = DOUBLE_CHARGED and attempt = 3 and due_at is missing and settled_at is missing',
    ],
    [
      'comes into that of cases, as old as the notice: charged twice',
      uncased,
      { state: 'DOUBLE_CHARGED', waits: DUE, ...CASE },
      'state = DOUBLE_CHARGED and attempt = 3 and due_at is missing and settled_at is missing',
    ],
    [
      'comes into that of rows that wait: held',
      held,
      { state: 'HELD', waits: DUE },
      `state = HELD and attempt = 3 and due_at = ${NOW + DAY} and settled_at is missing`,
    ],
  ])('%s', (_, row, set, when) => {
    const transition = reindex(row)

    expect(transition).toMatchObject({ name: '20 reindex', pk: PK })
    expect(transition?.set).toStrictEqual(set)
    expect(transition && inWords(transition)).toMatchObject({ when })
  })

  it('leaves that of rows that wait when nobody waits for it', () => {
    const transition = reindex({ ...SETTLED, waits: DUE })

    expect(transition && inWords(transition)).toMatchObject({
      when: `state = DOUBLE_CHARGED and attempt = 3 and due_at is missing and settled_at = ${NOW - 5}`,
    })
    expect(transition?.set).toStrictEqual({ state: 'DOUBLE_CHARGED' })
    expect(transition?.remove).toStrictEqual(['waits'])
  })

  // Rows as version 1.0.0 wrote them.
  it('moves a row of a sub-merchant from the keys of who is paid to those of who signs', () => {
    const call = { ...CLAIMED.call, order_api: 'partner', mchid: '1900000200', sub_mchid: '1900000201' } as const
    const row = { ...CLAIMED, pk: '1900000201#E', call }

    expect(reindex({ ...row, due: '1900000201#1' })?.set).toStrictEqual({ state: 'PENDING', due: '1900000200#1' })
    expect(
      reindex({ ...row, ...HELD, pk: row.pk, call, due: '1900000201#waiting#1', waits: '1900000201#1' })?.set,
    ).toStrictEqual({ state: 'HELD', due: '1900000200#waiting#1', waits: '1900000200#1' })
  })

  it.each(['1900000109#0', '1900000109#3', '1900000109#waiting#2'])(
    'leaves a row of a direct merchant, who signs itself, where it is: %s',
    (due) => {
      expect(reindex({ ...CLAIMED, due })).toBeUndefined()
    },
  )

  it.each([
    ['held', HELD],
    ['pending', CLAIMED],
    ['charged', CHARGED],
    ['settled', SETTLED],
  ])('is left alone where the indexes are right: %s', (_, row) => {
    expect(reindex(row)).toBeUndefined()
  })
})

it('whatever answers and decisions follow each other, the index holds exactly who the advice names somebody for', () => {
  const Step = fc.oneof(
    fc.constantFrom(...Object.values(VERDICTS)).map((verdict) => (row: Row) => afterSync(row, verdict, MOMENT)),
    fc.constantFrom(...Object.values(VERDICTS)).map((verdict) => (row: Row) => afterQuery(row, verdict, MOMENT)),
    fc.constantFrom(...DECISIONS).map((what) => (row: Row) => decide({ ...row, due_at: NOW }, what)),
    fc.constant((row: Row) => reopen({ ...ORDER, call_hash: `${row.call_hash}+`, noticed_at: NOW + 1 }, row, NOW)),
  )
  const Start = fc.constantFrom<Row>(
    CLAIMED,
    { ...CLAIMED, mode: 'observe' },
    { ...CLAIMED, created_at: NOW - 31 * DAY },
  )

  fc.assert(
    fc.property(Start, fc.array(Step, { maxLength: 12 }), (start, steps) => {
      let row = start
      for (const step of steps) {
        let transition = step(row)
        while (transition && !holds(transition.when, row)) transition = transition.otherwise
        if (transition) row = changed(transition, row) as Row
        expect(row.waits !== undefined, JSON.stringify(row)).toBe(adviceOf(row).turn !== 'service')
      }
    }),
    { numRuns: 2000 },
  )
})
