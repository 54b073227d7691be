import { describe, expect, it } from 'vitest'
import type { DecisionName } from '../../lib/intake/operator-decision.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { applyDecision } from '../../lib/operations/apply-decision.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { HELD, NOW, PAYAFTER_ROW, PK, SECOND, unleased } from '../support/orders.ts'
import { LAST_ERRORS } from '../support/verdicts.ts'

const request = (what: DecisionName) => ({
  mchid: '1900000109',
  out_order_no: '1234323JKHDFE1243252',
  what,
  why: 'the customer is here',
  by: 'arn:aws:iam::123456789012:user/li',
})

const DECISION = { what: 'close', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'the customer is here' }

const SYNCED: Row = { ...PAYAFTER_ROW, state: 'SYNCED' }

it('a release while a query is out is carried out, and the sync waits for the end of its lease', async () => {
  const fakes = fakeDeps({ rows: [HELD] })

  const { reply } = await applyDecision(request('release'), fakes.deps)

  expect(reply).toMatchObject({ status: 200, body: { next: 'sync', next_attempt_at: '2026-11-24T02:30:30.000Z' } })
  expect(fakes.rows.get(PK)).toMatchObject({ due_at: NOW, leased_until: NOW + 30 * SECOND })
  expect(fakes.published).toEqual([])
})

describe.each([
  ['close', HELD],
  ['withdraw', HELD],
  ['close', PAYAFTER_ROW],
  ['close', SYNCED],
] as const)('%s: %#', (what, row) => {
  it.each([NOW + 1, NOW + 30 * SECOND])('is refused while a call may be out, until %i', async (leased_until) => {
    const fakes = fakeDeps({ rows: [{ ...row, leased_until }] })

    const { reply } = await applyDecision(request(what), fakes.deps)

    expect(reply).toMatchObject({ status: 409, body: { title: 'A call may be out', possible: [] } })
    expect(fakes.rows.get(PK)).toStrictEqual({ ...row, leased_until })
  })

  it('is carried out as soon as the lease is over', async () => {
    const fakes = fakeDeps({ rows: [{ ...row, leased_until: NOW }] })

    const { reply } = await applyDecision(request(what), fakes.deps)

    expect(reply.status).toBe(200)
    expect(fakes.rows.get(PK)?.decisions).toHaveLength(1)
  })

  it.each([NOW, NOW + 1, NOW + 600 * SECOND])(
    'is carried out without a lease, whenever the next call is: %i',
    async (due_at) => {
      const fakes = fakeDeps({ rows: [{ ...unleased(row), due_at }] })

      const { reply } = await applyDecision(request(what), fakes.deps)

      expect(reply.status).toBe(200)
      expect(fakes.rows.get(PK)?.decisions).toHaveLength(1)
    },
  )
})

it('closing a synced order only ends the asking, and stays on the row as well', async () => {
  const fakes = fakeDeps({ rows: [{ ...unleased(SYNCED), due_at: NOW + 600 * SECOND }] })

  const { log } = await applyDecision(request('close'), fakes.deps)

  expect(fakes.rows.get(PK)).toMatchObject({
    state: 'SYNCED',
    reason: 'closed by hand: the customer is here',
    decisions: [DECISION],
  })
  expect(fakes.rows.get(PK)).not.toHaveProperty('due')
  expect(log).toMatchObject({ transition: '15 stop asking', decision: 'close', state: 'SYNCED' })
})

describe('a withdrawal that somebody else overtakes', () => {
  const NOT_TAKEN: Row = { ...unleased(PAYAFTER_ROW), next: 'sync', due_at: NOW, last_error: LAST_ERRORS.unsent }

  /** Withdraws the row as it was read, when it has become another meanwhile. */
  const overtaken = async (read: Row, meanwhile: Row) => {
    const fakes = fakeDeps({ rows: [meanwhile], ledger: { read: async () => read } })
    const { reply } = await applyDecision(request('withdraw'), fakes.deps)
    return { status: reply.status, row: fakes.rows.get(PK) }
  }

  it.each<[string, Row, Row]>([
    ['a due event that sends the sync', NOT_TAKEN, { ...NOT_TAKEN, next: 'query', attempt: 4 }],
    ['a sync that was taken', NOT_TAKEN, { ...NOT_TAKEN, state: 'SYNCED', attempt: 5 }],
    ['a query that is out', unleased(HELD), { ...HELD, attempt: 4, leased_until: NOW + 30 * SECOND }],
    ['a release, and its sync that was taken', HELD, { ...SYNCED, attempt: 6, due_at: NOW + 600 * SECOND }],
    ['a release, and its sync that failed', HELD, { ...NOT_TAKEN, attempt: 5, due_at: NOW + 60 * SECOND }],
  ])('leaves the row to %s', async (_, read, meanwhile) => {
    expect(await overtaken(read, meanwhile)).toStrictEqual({ status: 409, row: meanwhile })
  })

  it('is carried out all the same when the row was only brought forward', async () => {
    const { status, row } = await overtaken({ ...NOT_TAKEN, due_at: NOW + 600 * SECOND }, NOT_TAKEN)

    expect(status).toBe(200)
    expect(row).toMatchObject({ state: 'REJECTED', reason: 'withdrawn: the customer is here' })
  })
})
