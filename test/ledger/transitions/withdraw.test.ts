import { describe, expect, it } from 'vitest'
import type { LastError, Row } from '../../../lib/ledger/row.ts'
import { withdraw } from '../../../lib/ledger/transitions/operator.ts'
import { CLAIMED, IN_400_DAYS, NOW, PK, SECOND } from '../../support/orders.ts'
import { inWords } from '../../support/transitions-in-words.ts'
import { LAST_ERRORS } from '../../support/verdicts.ts'

/** Nothing was sent. */
const NO_KEY: LastError = { verdict: 'config', at: NOW, attempt: 3, code: 'ERR_CONFIG' }

/** The last attempt, the third, ended so. */
const lastEnded = (last_error: LastError, change: Partial<Row> = {}): Row => ({
  ...CLAIMED,
  next: 'sync',
  due_at: NOW + 50 * SECOND,
  last_error,
  ...change,
})

describe('19: a notice that the shop takes back', () => {
  it.each([NO_KEY, LAST_ERRORS.unsent])(
    'ends the row as it was read when the last sync was not sent: $verdict',
    (last_error) => {
      const transition = withdraw(lastEnded(last_error), 'wrong order number', NOW)

      expect(transition && inWords(transition)).toStrictEqual({
        name: '19 withdraw',
        pk: PK,
        when: 'attempt = 3 and state = PENDING and transaction_id is missing',
        set: { state: 'REJECTED', reason: 'withdrawn: wrong order number', expires_at: IN_400_DAYS },
        remove: ['bill_at', 'due', 'due_at', 'leased_until', 'next'],
      })
    },
  )

  it.each([
    ['nobody has called yet', { ...CLAIMED, attempt: 0 }],
    ['WeChat Pay knows no such order', lastEnded(LAST_ERRORS.absent, { next: 'query' })],
    ['WeChat Pay says that the order is not completed', lastEnded(LAST_ERRORS.open, { next: 'query' })],
  ])('ends the row when %s', (_, row) => {
    expect(withdraw(row, 'wrong order number', NOW)?.name).toBe('19 withdraw')
  })

  it('ends a held row while no query can be out', () => {
    const row: Row = { ...CLAIMED, state: 'HELD', reason: 'paid_less' }

    const transition = withdraw(row, 'wrong order number', NOW)

    expect(transition && inWords(transition)).toStrictEqual({
      name: '19 withdraw',
      pk: PK,
      when: `attempt = 3 and state = HELD and (leased_until is missing or leased_until <= ${NOW}) and transaction_id is missing`,
      set: { state: 'REJECTED', reason: 'withdrawn: wrong order number', expires_at: IN_400_DAYS },
      remove: ['bill_at', 'due', 'due_at', 'leased_until', 'next'],
    })
  })

  // Next `sync` only after an answer that rules out every sync before; next `query` while one may have been taken.
  it.each(Object.values(LAST_ERRORS))('depends on what came last, and on what is next: $verdict', (last_error) => {
    const beforeSync = withdraw(lastEnded(last_error, { next: 'sync' }), 'wrong order number', NOW)
    const beforeQuery = withdraw(lastEnded(last_error, { next: 'query' }), 'wrong order number', NOW)

    expect(beforeSync !== undefined).toBe(['unsent', 'absent', 'open'].includes(last_error.verdict))
    expect(beforeQuery !== undefined).toBe(last_error.verdict === 'absent' || last_error.verdict === 'open')
  })

  it.each([
    ['a call is out', CLAIMED],
    ['a call is out after one that failed', lastEnded({ ...LAST_ERRORS.unsent, attempt: 2 }, { next: 'query' })],
    ['the query failed, and the sync before it may have been taken', lastEnded(LAST_ERRORS.unsent, { next: 'query' })],
    ['the sync may have been taken', lastEnded(LAST_ERRORS.unknown, { next: 'query' })],
    ['the answer was a refusal, of which nobody knows whose it is', lastEnded(LAST_ERRORS.config)],
    ['the answer was that there are too many', lastEnded(LAST_ERRORS.throttled)],
    ['WeChat Pay waits for payment', lastEnded(LAST_ERRORS.unpaid)],
    ['the sync was taken', { ...CLAIMED, state: 'SYNCED' } as const],
    ['it was rejected', { ...CLAIMED, state: 'REJECTED' } as const],
    ['it was charged twice', { ...CLAIMED, state: 'DOUBLE_CHARGED' } as const],
    ['the sync was taken, whatever was said before', lastEnded(LAST_ERRORS.absent, { state: 'SYNCED' })],
    ['it was rejected, though never called for', { ...CLAIMED, state: 'REJECTED', attempt: 0 } as const],
  ])('comes too late when %s', (_, row) => {
    expect(withdraw(row, 'wrong order number', NOW)).toBeUndefined()
  })
})
