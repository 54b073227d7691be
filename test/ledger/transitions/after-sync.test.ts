import { describe, expect, it } from 'vitest'
import type { State } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { CLAIMED, IN_400_DAYS, MINUTE, NOW, PK, SECOND } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { LAST_ERRORS, SYNC_WORD, VERDICTS, WORD } from '../../support/verdicts.ts'

const STATES: readonly State[] = ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED']
const MOMENT = { now: NOW, random: 0.5 }

const KEEP_RECEIPT = {
  name: '4b keep',
  pk: PK,
  when: 'pk exists',
  keep: { taken_at: NOW - 2 * SECOND },
  answer: SYNC_WORD,
}

/** The one thing that each answer to a sync does, whatever the state that was claimed: the condition judges the rest. */
const AFTER_SYNC = {
  accepted: {
    name: '4 accepted',
    pk: PK,
    when: 'pk exists and state <> SYNCED and state <> DOUBLE_CHARGED and (transaction_id is missing or settled_at exists)',
    set: {
      state: 'SYNCED',
      taken_at: NOW - 2 * SECOND,
      order_id: '15646546545165651651',
      next: 'query',
      due: '1900000109#0',
      due_at: NOW + 10 * MINUTE,
    },
    answer: SYNC_WORD,
    count: ['attempt'],
    remove: ['absent_since', 'expires_at', 'reason', 'refused'],
    otherwise: KEEP_RECEIPT,
  },
  confirmed: {
    name: '8 confirmed',
    pk: PK,
    when: 'pk exists and state <> DOUBLE_CHARGED and (transaction_id is missing or settled_at exists) and bill_at is missing',
    set: { state: 'SYNCED', proved_at: NOW - 2 * SECOND, order_id: '15646546545165651651', expires_at: IN_400_DAYS },
    keep: { taken_at: NOW - 2 * SECOND },
    answer: SYNC_WORD,
    remove: ['absent_since', 'due', 'due_at', 'late_at', 'leased_until', 'next', 'reason', 'refused'],
    otherwise: KEEP_RECEIPT,
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
    keep: { taken_at: NOW - 2 * SECOND, case: '1900000109', case_at: NOW },
    answer: SYNC_WORD,
    remove: [
      ...['absent_since', 'bill_at', 'due', 'due_at', 'expires_at', 'leased_until', 'next', 'reason', 'refused'],
      ...['settled_at', 'settled_by'],
    ],
    otherwise: KEEP_RECEIPT,
  },
  undecided: ask('undecided', 1 * MINUTE),
  unpaid: ask('unpaid', 1 * MINUTE),
  open: ask('open', 1 * MINUTE),
  closed: ask('closed', 1 * MINUTE),
  absent: ask('absent', 1 * MINUTE),
  state: ask('state', 1 * MINUTE),
  part_paid: ask('part_paid', 1 * MINUTE),
  busy: ask('busy', 3 * MINUTE),
  unknown: ask('unknown', 1 * MINUTE),
  unsent: later('unsent'),
  throttled: ask('throttled', 1 * MINUTE),
  config: { ...ask('config', 1 * MINUTE), alarm: 'config' },
  invalid: { ...ask('invalid', 1 * MINUTE, { refused: 'fdasflkja484w' }), answer: SYNC_WORD },
} as const satisfies { readonly [kind in keyof typeof VERDICTS]: object }

function ask(kind: keyof typeof LAST_ERRORS, afterMs: number, more = {}) {
  return {
    name: '6 ask',
    pk: PK,
    when: 'attempt = 3 and state = PENDING',
    set: { next: 'query', due_at: NOW + afterMs, last_error: LAST_ERRORS[kind], ...more },
    keep: {},
    remove: ['leased_until'],
  }
}

function later(kind: keyof typeof LAST_ERRORS) {
  return {
    name: '5 later',
    pk: PK,
    when: 'attempt = 3 and state = PENDING',
    set: { next: 'sync', due_at: NOW + 1 * MINUTE, last_error: LAST_ERRORS[kind] },
    keep: {},
    remove: ['leased_until'],
  }
}

describe.each(STATES)('the answer to a sync of a row that was %s', (state) => {
  it.each(Object.values(VERDICTS))('$kind does what the table says', (verdict) => {
    const transition = inWords(afterSync({ ...CLAIMED, state }, verdict, MOMENT))

    expect(transition).toStrictEqual(AFTER_SYNC[verdict.kind])
  })

  it.each(['config', 'throttled', 'invalid'] as const)(
    '%s, but unsigned, tells nothing: the order is asked about before the sync is sent again',
    (kind) => {
      const { signedResponse: _, ...verdict }: Verdict = { ...VERDICTS[kind], verified: false }

      const transition = inWords(afterSync({ ...CLAIMED, state }, verdict, MOMENT))

      expect(transition).toStrictEqual({ ...ask(kind, 1 * MINUTE), ...(kind === 'config' && { alarm: 'config' }) })
    },
  )

  it('config, and nothing was sent for want of a key, needs no question', () => {
    const { set, alarm } = afterSync(
      { ...CLAIMED, state },
      { kind: 'config', verified: false, code: 'ERR_CONFIG' },
      MOMENT,
    )

    expect([set?.next, alarm]).toEqual(['sync', 'config'])
  })
})

describe('a refusal of a parameter, which names no order', () => {
  const REFUSED = { ...VERDICTS.invalid, signedResponse: { ...WORD, nonce: 'one' } }
  const REFUSED_AGAIN = { ...VERDICTS.invalid, signedResponse: { ...WORD, nonce: 'another' } }

  it('ends an order that was refused before, in other signed words', () => {
    const transition = inWords(afterSync({ ...CLAIMED, refused: 'one' }, REFUSED_AGAIN, MOMENT))

    expect(transition).toStrictEqual({
      name: '7 reject',
      pk: PK,
      when: 'attempt = 3 and state = PENDING',
      set: { state: 'REJECTED', reason: 'invalid', last_error: LAST_ERRORS.invalid, expires_at: IN_400_DAYS },
      remove: ['due', 'due_at', 'leased_until', 'next'],
      answer: { ...SYNC_WORD, nonce: 'another' },
    })
  })

  it('ends nothing when it is the same one, given once more', () => {
    const transition = inWords(afterSync({ ...CLAIMED, refused: 'one' }, REFUSED, MOMENT))

    expect(transition).toStrictEqual(ask('invalid', 1 * MINUTE, { refused: 'one' }))
  })

  it('ends nothing when the second is not signed', () => {
    const { signedResponse: _, ...unsigned } = { ...REFUSED_AGAIN, verified: false }

    const transition = inWords(afterSync({ ...CLAIMED, refused: 'one' }, unsigned, MOMENT))

    expect(transition).toStrictEqual(ask('invalid', 1 * MINUTE))
  })
})

it('tells an engineer at once of a code that nobody has published, and asks about the order', () => {
  const unlisted: Verdict = { kind: 'unknown', verified: true, status: 400, code: 'A_NEW_CODE', refusal: 'unlisted' }

  const bySync = afterSync(CLAIMED, unlisted, MOMENT)
  const byQuery = afterQuery(CLAIMED, unlisted, MOMENT)

  expect([bySync.name, bySync.set?.next, bySync.alarm]).toEqual(['6 ask', 'query', 'config'])
  expect([byQuery.name, byQuery.alarm]).toEqual(['12 ask again', 'config'])
})

it('accepts a signed 204, which names no order_id', () => {
  const { order_id: _, ...verdict } = VERDICTS.accepted

  const { set } = afterSync(CLAIMED, verdict, MOMENT)

  expect(set).not.toHaveProperty('order_id')
})

it('keeps in our own words what is wrong with the deployment', () => {
  const detail = 'secret of merchant 1900000109: is not a JSON object'

  const { set } = afterSync(CLAIMED, { kind: 'config', verified: false, code: 'ERR_CONFIG', detail }, MOMENT)

  expect(set?.last_error).toStrictEqual({ verdict: 'config', at: NOW, attempt: 3, code: 'ERR_CONFIG', detail })
})
