import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import type { DecisionName, DecisionRequest } from '../../lib/intake/operator-decision.ts'
import type { Decision, Row } from '../../lib/ledger/row.ts'
import { applyDecision } from '../../lib/operations/apply-decision.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { DAY, KEY, NOW, PAYAFTER_ROW, PK, SECOND, unleased } from '../support/orders.ts'
import { failingFrom } from '../support/plain-ledger.ts'
import { LAST_ERRORS } from '../support/verdicts.ts'

const LI = 'arn:aws:iam::123456789012:user/li'

const request = (what: DecisionName, notDouble?: boolean): DecisionRequest => ({
  mchid: '1900000109',
  out_order_no: '1234323JKHDFE1243252',
  what,
  why: 'the customer is here',
  by: LI,
  ...(notDouble && { notDouble }),
})

const { due: _due, due_at: _dueAt, next: _next, ...ENDED } = unleased(PAYAFTER_ROW)

const WAITING = { ...unleased(PAYAFTER_ROW), due_at: NOW + 600 * SECOND }
const HELD = { ...unleased(PAYAFTER_ROW), state: 'HELD', reason: 'paid_less', due_at: NOW + 1 * DAY } as const
const REJECTED = { ...ENDED, state: 'REJECTED', reason: 'invalid' } as const
const CHARGED = { ...ENDED, state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '42000004' } as const

describe('a decision that fits', () => {
  it.each([
    ['expedite', WAITING, '13 expedite', { state: 'PENDING', due_at: NOW + 30 * SECOND }],
    ['reopen', REJECTED, '14 reopen', { state: 'PENDING', next: 'query', due_at: NOW, attempt: 4 }],
    ['close', WAITING, '15 close', { state: 'REJECTED', reason: 'closed by hand: the customer is here' }],
    ['settle', CHARGED, '16 settle', { state: 'DOUBLE_CHARGED', settled_at: NOW, reason: 'the customer is here' }],
    ['release', HELD, '18 release', { state: 'PENDING', next: 'sync', due_at: NOW, cleared: true }],
    ['withdraw', HELD, '19 withdraw', { state: 'REJECTED' }],
    [
      'withdraw',
      { ...WAITING, next: 'sync', last_error: LAST_ERRORS.unsent },
      '19 withdraw',
      { state: 'REJECTED', reason: 'withdrawn: the customer is here' },
    ],
  ] as const)('%s is carried out without a call, and stays on the row: %#', async (what, row, transition, after) => {
    const fakes = fakeDeps({ rows: [row] })

    const { reply, log } = await applyDecision(request(what), fakes.deps)

    expect(fakes.sent).toHaveLength(0)
    expect(fakes.applied).toStrictEqual([transition])
    expect(fakes.rows.get(PK)).toMatchObject({
      ...after,
      decisions: [{ what, by: LI, at: NOW, why: 'the customer is here' }],
    })
    expect(reply).toMatchObject({ status: 200, body: { state: after.state, out_order_no: '1234323JKHDFE1243252' } })
    expect(log).toMatchObject({
      via: 'person',
      decision: what,
      by: LI,
      reason: 'the customer is here',
      transition,
      state: after.state,
    })
  })

  it.each([
    ['reopen', REJECTED, 'query'],
    ['release', HELD, 'sync'],
  ] as const)('%s announces the step that is due now', async (what, row, next) => {
    const fakes = fakeDeps({ rows: [row] })

    await applyDecision(request(what), fakes.deps)

    expect(fakes.published).toStrictEqual([{ ...KEY, next }])
  })

  it.each([
    ['expedite', WAITING],
    ['close', WAITING],
    ['settle', CHARGED],
  ] as const)('%s announces nothing', async (what, row) => {
    const fakes = fakeDeps({ rows: [row] })

    await applyDecision(request(what), fakes.deps)

    expect(fakes.published).toStrictEqual([])
  })
})

/** What WeChat Pay charged, on a row whose state says something else. */
const CHARGE = { amount: 5000, transaction_id: '42000004' } as const
const SYNCED = { ...ENDED, state: 'SYNCED' } as const
const CLOSED = { ...ENDED, state: 'REJECTED', reason: 'closed by hand: typed wrongly' } as const

describe('a charge on a row whose state says something else', () => {
  it.each([
    ['close', HELD, ['settle', 'close', 'withdraw'], 'not_double'],
    ['withdraw', HELD, ['settle', 'close', 'withdraw'], 'not_double'],
    ['release', HELD, ['settle', 'close', 'withdraw'], undefined],
    ['close', WAITING, ['expedite', 'close', 'withdraw'], 'not_double'],
    ['close', { ...WAITING, state: 'SYNCED' }, ['settle', 'close'], 'not_double'],
    ['settle', WAITING, ['expedite', 'close', 'withdraw'], undefined],
    ['release', CLOSED, ['settle', 'reopen'], undefined],
  ] as const)('is not ended by %s: %#', async (what, row, possible, needs) => {
    const charged = { ...row, ...CHARGE }
    const fakes = fakeDeps({ rows: [charged] })

    const { reply } = await applyDecision(request(what), fakes.deps)

    expect(fakes.rows.get(PK)).toStrictEqual(charged)
    expect(reply).toMatchObject({
      status: 409,
      body: {
        detail:
          'WeChat Pay charged this order, and a notice says that it was paid offline: the customer may have paid twice',
        turn: 'accountant',
        decision: what,
        possible,
        ...CHARGE,
      },
    })
    expect(reply.body.needs).toBe(needs)
  })

  it.each([
    ['close', HELD, 'closed by hand: the customer is here'],
    ['withdraw', HELD, 'withdrawn: the customer is here'],
    ['close', WAITING, 'closed by hand: the customer is here'],
  ] as const)('is settled by %s once the person says that it was not double: %#', async (what, row, reason) => {
    const fakes = fakeDeps({ rows: [{ ...row, ...CHARGE }] })

    const { reply } = await applyDecision(request(what, true), fakes.deps)

    expect(fakes.rows.get(PK)).toMatchObject({ state: 'REJECTED', reason, ...CHARGE, settled_at: NOW })
    expect(reply).toMatchObject({ status: 200, body: { turn: 'service', meaning: 'a person closed it', ...CHARGE } })
  })

  it.each([HELD, CLOSED, SYNCED, { ...WAITING, state: 'SYNCED' } as const])('can be settled: %#', async (row) => {
    const fakes = fakeDeps({ rows: [{ ...row, ...CHARGE }] })

    await applyDecision(request('settle'), fakes.deps)

    expect(fakes.rows.get(PK)).toMatchObject({
      state: 'DOUBLE_CHARGED',
      ...CHARGE,
      settled_at: NOW,
      reason: 'the customer is here',
      decisions: [{ what: 'settle', by: LI }],
    })
    expect(fakes.rows.get(PK)).not.toHaveProperty('due')
  })

  it('that came while a person decided is found by his write', async () => {
    const fakes = fakeDeps({ rows: [HELD] })
    const reads: Row[] = [HELD, { ...HELD, ...CHARGE }]
    const ledger = { ...fakes.deps.ledger, read: async () => reads.shift() }
    fakes.rows.set(PK, { ...HELD, ...CHARGE })

    const { reply } = await applyDecision(request('close'), { ...fakes.deps, ledger })

    expect(reply).toMatchObject({ status: 409, body: { turn: 'accountant', needs: 'not_double', ...CHARGE } })
    expect(fakes.rows.get(PK)).toMatchObject({ state: 'HELD', ...CHARGE })
  })

  it('is no reason to ask for what was said', async () => {
    const row = { ...WAITING, ...CHARGE, last_error: LAST_ERRORS.unknown }
    const fakes = fakeDeps({ rows: [row] })

    const { reply } = await applyDecision(request('withdraw', true), fakes.deps)

    expect(reply).toMatchObject({ status: 409, body: { possible: ['expedite', 'close'] } })
    expect(reply.body).not.toHaveProperty('needs')
  })

  it('of a proved order can only be settled', async () => {
    const fakes = fakeDeps({ rows: [{ ...SYNCED, ...CHARGE }] })

    const { reply } = await applyDecision(request('close', true), fakes.deps)

    expect(reply).toMatchObject({ status: 409, body: { possible: ['settle'] } })
  })

  it('of a part leaves the sync of the rest possible', async () => {
    const fakes = fakeDeps({ rows: [{ ...HELD, ...CHARGE, reason: 'part_paid' }] })

    const settled = await applyDecision(request('settle'), fakes.deps)
    const released = await applyDecision(request('release'), fakes.deps)

    expect(settled.reply).toMatchObject({ status: 409, body: { possible: ['release', 'close', 'withdraw'] } })
    expect(released.reply).toMatchObject({ status: 200, body: { state: 'PENDING', next: 'sync', ...CHARGE } })
  })

  it.each([
    ['reopened by a person', CLOSED],
    ['reopened by a person who had closed it as not double', { ...CLOSED, settled_at: NOW - 1 * DAY }],
  ])('is told again when the order is %s', async (_, row) => {
    const fakes = fakeDeps({ rows: [{ ...row, ...CHARGE }] })

    await applyDecision(request('reopen'), fakes.deps)

    expect(fakes.rows.get(PK)).toMatchObject({ state: 'PENDING', next: 'query', ...CHARGE })
    expect(fakes.rows.get(PK)).not.toHaveProperty('settled_at')
  })
})

describe('an order about which a person decides again and again', () => {
  it('keeps the newest twenty decisions, says how many there were, and fits into a row of DynamoDB', async () => {
    const fakes = fakeDeps({ rows: [WAITING] })
    const why = '付'.repeat(200)

    for (let round = 0; round < 300; round += 1) {
      await applyDecision({ ...request('close'), why }, fakes.deps)
      await applyDecision({ ...request('reopen'), why: `${round}` }, fakes.deps)
      const row = fakes.rows.get(PK)
      if (row) fakes.rows.set(PK, { ...row, due_at: NOW })
    }
    const row = fakes.rows.get(PK)
    const { reply } = await applyDecision(request('close'), fakes.deps)

    expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(400 * 1024)
    expect(row?.decisions).toHaveLength(20)
    expect(row?.decisions?.at(-1)).toStrictEqual({ what: 'reopen', by: LI, at: NOW, why: '299' })
    expect(row?.decided).toBe(600)
    expect(reply.body).toMatchObject({ earlier_decisions: 581, decisions: expect.anything() })
  })

  it('refuses one of two that decide at the same time, so that neither takes the other’s place', async () => {
    const settled = { ...CHARGED, settled_at: NOW - 1, reason: 'refund 0' }
    const fakes = fakeDeps({ rows: [settled], ledger: { read: async () => settled } })

    const replies = [
      await applyDecision({ ...request('settle'), corrects: true, why: 'refund 1: by Li' }, fakes.deps),
      await applyDecision({ ...request('settle'), corrects: true, why: 'refund 2: by Wang' }, fakes.deps),
    ]

    expect(replies.map(({ reply }) => reply.status)).toEqual([200, 409])
    expect(fakes.rows.get(PK)?.decisions).toMatchObject([{ why: 'refund 1: by Li' }])
  })
})

describe('a decision whose write says that it could not be applied', () => {
  const CLOSE: Decision = { what: 'close', by: LI, at: NOW, why: 'the customer is here' }
  /** The SDK asked twice: the answer to the first write was lost, and the second one failed its condition. */
  const decideOn = (row: Row) =>
    applyDecision(request('close'), fakeDeps({ rows: [row], ledger: { apply: async () => undefined } }).deps)

  it('is carried out all the same when it stands on the row', async () => {
    const closed: Row = { ...ENDED, state: 'REJECTED', reason: 'closed by hand: the customer is here' }

    const { reply, log } = await decideOn({ ...closed, decisions: [{ ...CLOSE, why: 'earlier' }, CLOSE] })

    expect(reply).toMatchObject({ status: 200, body: { state: 'REJECTED' } })
    expect(log).toMatchObject({ decision: 'close', transition: 'decided already' })
  })

  it.each<[string, Partial<Decision>]>([
    ['was another one', { what: 'expedite' }],
    ['was made by somebody else', { by: 'arn:aws:iam::123456789012:user/wang' }],
    ['was made at another time', { at: NOW - 1 }],
    ['had another reason', { why: 'refunded in cash' }],
  ])('is refused when the one on the row %s', async (_, other) => {
    const { reply, log } = await decideOn({ ...WAITING, decisions: [{ ...CLOSE, ...other }] })

    expect(reply.status).toBe(409)
    expect(log).toMatchObject({ transition: 'refused' })
  })

  it('is refused when none is on the row', async () => {
    expect((await decideOn(WAITING)).reply.status).toBe(409)
  })
})

describe('a decision that does not fit', () => {
  it.each([
    ['close', PAYAFTER_ROW, 'A call may be out', []],
    ['withdraw', WAITING, 'Not possible now', ['expedite', 'close']],
    ['release', WAITING, 'Not possible now', ['expedite', 'close', 'withdraw']],
    ['reopen', HELD, 'Not possible now', ['release', 'close', 'withdraw']],
    ['settle', REJECTED, 'Not possible now', ['reopen']],
    ['close', CHARGED, 'Not possible now', ['settle']],
  ] as const)('%s is refused, and nothing is written: %#', async (what, row, title, possible) => {
    const fakes = fakeDeps({ rows: [row] })

    const { reply, log } = await applyDecision(request(what), fakes.deps)

    expect(fakes.rows.get(PK)).toStrictEqual(row)
    expect(reply).toMatchObject({ status: 409, body: { title, decision: what, possible } })
    expect(log).toMatchObject({ via: 'person', decision: what, by: LI, transition: 'refused', state: row.state })
  })

  it('is told that nobody handed the order over, and names it in the log', async () => {
    const fakes = fakeDeps()

    const { reply, log } = await applyDecision(request('close'), fakes.deps)

    expect(reply).toMatchObject({ status: 404, body: { title: 'Unknown order' } })
    expect(log).toStrictEqual({
      mchid: '1900000109',
      out_order_no: '1234323JKHDFE1243252',
      via: 'person',
      decision: 'close',
      by: LI,
      reason: 'the customer is here',
      transition: 'none',
    })
  })
})

it('a decision is thrown back when the ledger is out of reach', async () => {
  const fakes = fakeDeps({ rows: [WAITING], ledger: failingFrom(1) })

  const decided = applyDecision(request('close'), fakes.deps)

  await expect(decided).rejects.toThrow(UnavailableError)
})
