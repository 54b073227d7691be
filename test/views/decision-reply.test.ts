import { describe, expect, it } from 'vitest'
import { decidedReply, refusedReply } from '../../lib/views/reply.ts'
import { CLAIMED, NOW, SECOND, unleased } from '../support/orders.ts'
import { FACTS, ROWS } from './rows.ts'

describe('the reply to a decision', () => {
  it('is 200 with the order as it stands now', () => {
    expect(decidedReply(ROWS.closed)).toMatchObject({
      status: 200,
      body: { ...FACTS, state: 'REJECTED', reason: 'closed by hand: refunded in cash' },
    })
  })

  it('is 409 while a call may be out, and says when to come again', () => {
    expect(refusedReply(ROWS.leased, 'close', NOW)).toEqual({
      status: 409,
      body: {
        type: 'about:blank',
        title: 'A call may be out',
        status: 409,
        detail: 'WeChat Pay has not taken the sync yet',
        ...FACTS,
        state: 'PENDING',
        decision: 'close',
        possible: [],
        next_attempt_at: '2026-11-24T02:30:30.000Z',
        meaning_zh: '处理中(尚未同步)',
        turn: 'service',
        next_step: 'Nothing. It goes on by itself.',
        next_step_zh: '无需处理,将自动继续。',
      },
    })
  })

  it.each(['expedite', 'close', 'withdraw'] as const)('does not offer what was just refused: %s', (what) => {
    const { body } = refusedReply({ ...unleased(CLAIMED), due_at: NOW }, what, NOW)

    expect(body.possible).toStrictEqual(['expedite', 'close', 'withdraw'].filter((name) => name !== what))
  })

  it('offers to settle a double charge to whoever would close it', () => {
    expect(refusedReply(ROWS.charged, 'close', NOW).body.possible).toStrictEqual(['settle'])
  })

  it.each([
    [{ ...unleased(CLAIMED), due_at: NOW }, ['expedite', 'close', 'withdraw']],
    [{ ...unleased(CLAIMED), due_at: NOW + 40 * SECOND }, ['expedite', 'close', 'withdraw']],
    [{ ...unleased(ROWS.held), due_at: NOW + 40 * SECOND }, ['release', 'close', 'withdraw']],
    [{ ...unleased(ROWS.accepted), due_at: NOW + 600 * SECOND }, ['close']],
    [ROWS.proved, []],
    [ROWS.closed, ['reopen']],
    [ROWS.charged, []],
  ] as const)('is 409 with what can be decided instead: %#', (row, possible) => {
    expect(refusedReply(row, 'settle', NOW)).toMatchObject({
      status: 409,
      body: { title: 'Not possible now', decision: 'settle', state: row.state, possible },
    })
  })
})
