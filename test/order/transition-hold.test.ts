import { describe, expect, it } from 'vitest'
import type { Row } from '../../lib/order/row.ts'
import { afterQuery, holdOverCap } from '../../lib/order/transition.ts'
import type { Verdict, VerdictKind } from '../../lib/order/verdict.ts'
import { CLAIMED, DAY, NOW, PK } from '../support/orders.ts'
import { inWords } from '../support/transitions-in-words.ts'
import { LAST_ERRORS, VERDICTS } from '../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }

const KINDS = Object.keys(VERDICTS) as readonly VerdictKind[] // keys of an object written out

const verdict = (kind: VerdictKind, total_amount?: number): Verdict => ({
  ...VERDICTS[kind],
  ...(total_amount !== undefined && { total_amount }),
})

/** What each verdict does to a row, by name and, where it is held, with the reason. */
const outcomes = (row: Row, total_amount?: number, kinds = KINDS): Readonly<Record<string, string>> =>
  Object.fromEntries(
    kinds.map((kind) => {
      const { name, set } = afterQuery(row, verdict(kind, total_amount), MOMENT)
      return [kind, name === '17 hold' ? `${name}: ${set?.reason}` : name]
    }),
  )

const UNTOLD = {
  accepted: '12 ask again',
  absent: '12 ask again',
  state: '12 ask again',
  busy: '12 ask again',
  unknown: '12 ask again',
  unsent: '12 ask again',
  throttled: '12 ask again',
  config: '12 ask again',
  invalid: '12 ask again',
}

const TOLD = {
  confirmed: '8 confirmed',
  collected: '9 collected',
  undecided: '12 ask again',
  unpaid: '10 unpaid',
  open: '11 wait',
  closed: '11 end',
}

const checked: Row = { ...CLAIMED, mode: 'check', expected_amount: 3900 }
const observed: Row = { ...CLAIMED, mode: 'observe' }

describe('an order that is checked against an amount', () => {
  it('goes its way when the total is the same, and is cleared for its sync', () => {
    expect(outcomes(checked, 3900)).toStrictEqual({ ...UNTOLD, ...TOLD })
    expect(afterQuery(checked, verdict('unpaid', 3900), MOMENT)).toMatchObject({
      name: '10 unpaid',
      set: { state: 'PENDING', next: 'sync', due_at: NOW, cleared: true },
    })
  })

  it('is held when the total differs, whatever else WeChat Pay says of it', () => {
    expect(outcomes(checked, 3901)).toStrictEqual({
      ...UNTOLD,
      open: '11 wait',
      confirmed: '17 hold: amount_differs',
      collected: '17 hold: amount_differs',
      undecided: '17 hold: amount_differs',
      unpaid: '17 hold: amount_differs',
      closed: '17 hold: amount_differs',
    })
  })

  it('is held when the total is not told', () => {
    expect(outcomes(checked)).toStrictEqual({
      ...UNTOLD,
      open: '11 wait',
      confirmed: '17 hold: amount_unknown',
      collected: '17 hold: amount_unknown',
      undecided: '17 hold: amount_unknown',
      unpaid: '17 hold: amount_unknown',
      closed: '17 hold: amount_unknown',
    })
  })

  it('17: waits out of the way for a person, and is asked about once a day', () => {
    const transition = inWords(afterQuery(checked, verdict('unpaid', 3901), MOMENT))

    expect(transition).toStrictEqual({
      name: '17 hold',
      pk: PK,
      when: '(attempt = 3 and due exists) and (state = PENDING or state = HELD)',
      set: {
        state: 'HELD',
        reason: 'amount_differs',
        next: 'query',
        due_at: NOW + 1 * DAY,
        last_error: LAST_ERRORS.unpaid,
      },
      remove: ['absent_since'],
    })
  })

  it('17: is held with the charge that WeChat Pay made', () => {
    expect(afterQuery(checked, verdict('collected', 3901), MOMENT).set).toMatchObject({
      state: 'HELD',
      amount: 3900,
      transaction_id: '4200000446202611247000000001',
    })
  })

  it('is not compared any more once it was cleared', () => {
    expect(outcomes({ ...checked, cleared: true }, 3901)).toStrictEqual({ ...UNTOLD, ...TOLD })
  })

  it.each(['SYNCED', 'REJECTED', 'DOUBLE_CHARGED'] as const)('is not compared any more once it is %s', (state) => {
    expect(outcomes({ ...checked, state }, 3901)).toStrictEqual({ ...UNTOLD, ...TOLD })
  })
})

it('an order that is checked without an amount goes its way', () => {
  expect(outcomes({ ...CLAIMED, mode: 'check' }, 3900)).toStrictEqual({ ...UNTOLD, ...TOLD })
})

it('an order that is only observed is held where it else would be synced', () => {
  expect(outcomes(observed)).toStrictEqual({ ...UNTOLD, ...TOLD, unpaid: '17 hold: observe_only' })
})

it('an order that is neither goes its way without being cleared', () => {
  const { set } = afterQuery(CLAIMED, verdict('unpaid', 3900), MOMENT)

  expect(set).not.toHaveProperty('cleared')
})

describe('an order that is held', () => {
  it('stays held, for the same reason, until WeChat Pay says that it has ended', () => {
    expect(outcomes({ ...observed, state: 'HELD', reason: 'over_cap' })).toStrictEqual({
      accepted: '17 hold: over_cap',
      confirmed: '8 confirmed',
      collected: '9 collected',
      undecided: '17 hold: over_cap',
      unpaid: '17 hold: observe_only',
      open: '17 hold: over_cap',
      closed: '11 end',
      absent: '17 hold: over_cap',
      state: '17 hold: over_cap',
      busy: '17 hold: over_cap',
      unknown: '17 hold: over_cap',
      unsent: '17 hold: over_cap',
      throttled: '17 hold: over_cap',
      config: '17 hold: over_cap',
      invalid: '17 hold: over_cap',
    })
  })

  it('does not end while the amount differs', () => {
    const row: Row = { ...checked, state: 'HELD', reason: 'amount_differs' }

    expect(outcomes(row, 3901, ['confirmed', 'collected', 'closed'])).toStrictEqual({
      confirmed: '17 hold: amount_differs',
      collected: '17 hold: amount_differs',
      closed: '17 hold: amount_differs',
    })
  })

  it('17: is held before its first call where there are too many notices', () => {
    const transition = inWords(holdOverCap(CLAIMED, NOW))

    expect(transition).toStrictEqual({
      name: '17 hold',
      pk: PK,
      when: 'attempt = 3 and state = PENDING',
      set: { state: 'HELD', reason: 'over_cap', next: 'query', due_at: NOW + 1 * DAY },
    })
  })
})
