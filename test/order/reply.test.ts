import { describe, expect, it } from 'vitest'
import { conflictReply, rowReply, statusReply } from '../../lib/order/reply.ts'
import type { Row } from '../../lib/order/row.ts'
import { CALLS, PERSONAL, SIGNED, serviceOrder } from './answers.ts'
import { NOW } from './samples.ts'

const word = { ...SIGNED, status: 200, body: serviceOrder('serviceorder', '"state":"DONE"'), sent_at: NOW }

const rowOf = (state: Row['state'], more: Partial<Row> = {}): Row => ({
  pk: '1230000109#1234323JKHDFE1243252',
  state,
  attempt: 2,
  call: CALLS.serviceorder,
  call_hash: '0'.repeat(64),
  order_id: '15646546545165651651',
  day: '1230000109#20261124#1',
  created_at: NOW - 60_000,
  v: 1,
  ...more,
})

describe('rowReply', () => {
  it('gives a synced order the four members that the provider promises', () => {
    const reply = rowReply(rowOf('SYNCED', { receipt: word }), NOW, false)

    expect(reply).toEqual({
      status: 200,
      body: {
        appid: 'wxd678efh567hg6787',
        mchid: '1230000109',
        out_order_no: '1234323JKHDFE1243252',
        order_id: '15646546545165651651',
        state: 'SYNCED',
        confirmed: false,
        attempt: 2,
        replayed: false,
        synced_at: '2026-11-24T02:30:00.000Z',
      },
    })
  })

  it.each([
    ['SYNCED', 200],
    ['PENDING', 202],
    ['REJECTED', 422],
    ['DOUBLE_CHARGED', 409],
  ] as const)('answers %s with %i and nothing personal', (state, status) => {
    const reply = rowReply(rowOf(state, { receipt: word, proof: word }), NOW, true)

    expect(reply.status).toBe(status)
    expect(reply.body).toMatchObject({ state, replayed: true })
    for (const secret of PERSONAL) expect(JSON.stringify(reply)).not.toContain(secret)
  })

  it.each([
    [NOW + 29_001, '30'],
    [NOW + 1, '1'],
    [NOW, '1'],
    [NOW - 5000, '1'],
    [undefined, '1'],
  ])('says when to come again about a row that is due at %s', (due_at, seconds) => {
    const row = rowOf('PENDING', due_at === undefined ? {} : { due_at })

    expect(rowReply(row, NOW, false).headers).toEqual({ 'retry-after': seconds })
  })
})

it('says of an order that waits why it does and what to do about it', () => {
  const last_error = { verdict: 'throttled', at: NOW, attempt: 2, status: 429, refusal: 'too-often' } as const

  const { body } = rowReply(rowOf('PENDING', { due_at: NOW + 30_000, last_error }), NOW, false)

  expect(body).toMatchObject({
    next_attempt_at: '2026-11-24T02:30:30.000Z',
    last_error: { verdict: 'throttled', status: 429, next_step: 'Nothing. It is sent again later.' },
  })
})

describe('the other replies', () => {
  it('tell an order that nobody handed over from one that somebody did', () => {
    expect(statusReply(undefined).status).toBe(404)
    expect(statusReply(rowOf('REJECTED')).status).toBe(200)
  })

  it('tell of a conflict which paid_time stands', () => {
    expect(conflictReply(rowOf('PENDING'))).toMatchObject({ status: 409, body: { paid_time: '20261124102959' } })
  })
})
