import { describe, expect, it } from 'vitest'
import { exists } from '../../../lib/ledger/condition.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../../lib/ledger/transitions/answer.ts'
import { withDueLane } from '../../../lib/ledger/transitions/due-lane.ts'
import { claim, create, createFromStatement, reopen } from '../../../lib/ledger/transitions/notice.ts'
import { close, expedite, release } from '../../../lib/ledger/transitions/operator.ts'
import { CLAIMED, NOW, ORDER, PK } from '../../support/orders.ts'
import { VERDICTS } from '../../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }
const FIRST = '1900000109#0'
const LAST = '1900000109#waiting#0'

const first: Row = { ...CLAIMED, due: FIRST }
const last: Row = { ...CLAIMED, due: LAST }
const held: Row = { ...last, state: 'HELD', reason: 'amount_differs', mode: 'check', expected_amount: 1 }
const NOT_EXIST = { kind: 'state', verified: true, status: 404, code: 'ORDER_NOT_EXIST', refusal: 'not-exist' } as const

describe('a row goes behind all others', () => {
  it.each([
    ['when a person must decide', { ...first, mode: 'observe' } as const, VERDICTS.unpaid],
    ['when WeChat Pay does not know the order', first, VERDICTS.absent],
  ])('%s', (_, row, verdict) => {
    expect(withDueLane(afterQuery(row, verdict, MOMENT), row).set?.due).toBe(LAST)
  })

  it('when WeChat Pay does not know the order, though nothing more is kept of its refusal', () => {
    const { refusal: _, ...absent } = VERDICTS.absent

    expect(withDueLane(afterQuery(first, absent, MOMENT), first).set?.due).toBe(LAST)
  })

  it('when it is held by the transition that follows where the first does not apply', () => {
    const when = exists('pk')
    const otherwise = { name: 'y', pk: PK, when, set: { state: 'HELD' } } as const

    const { set, otherwise: moved } = withDueLane({ name: 'x', pk: PK, when, otherwise }, first)

    expect(set).toBeUndefined()
    expect(moved?.set).toStrictEqual({ state: 'HELD', due: LAST })
  })

  it('when the sync was refused because there is no such order', () => {
    expect(withDueLane(afterSync(first, NOT_EXIST, MOMENT), first).set?.due).toBe(LAST)
  })

  it.each([
    ['a first notice', create(ORDER, NOW, true)],
    ['a line of a list', createFromStatement(ORDER, NOW, '1900000109/a.csv', true)],
    ['a corrected notice', reopen({ ...ORDER, call_hash: 'another call' }, { ...first, state: 'REJECTED' }, NOW, true)],
  ])('when it is over the cap: %s', (_, transition) => {
    expect(transition.set).toMatchObject({ state: 'HELD', due: LAST })
  })
})

describe('an order of a signer with sixteen shards', () => {
  const order = { ...ORDER, shards: 16 }

  it.each([
    ['a first notice', create(order, NOW)],
    ['a line of a list', createFromStatement(order, NOW)],
    ['a corrected notice', reopen({ ...order, call_hash: 'another call' }, { ...first, state: 'REJECTED' }, NOW)],
  ])('keeps their number, and is in its shard of them: %s', (_, transition) => {
    expect(transition.set).toMatchObject({ shards: 16, due: '1900000109#12' })
    expect(transition.remove ?? []).not.toContain('shards')
  })

  it('stays in its shard by whatever follows, and waits for a person in the usual one', () => {
    const row: Row = { ...CLAIMED, shards: 16, due: '1900000109#12' }

    expect(afterSync(row, VERDICTS.accepted, MOMENT).set?.due).toBe('1900000109#12')
    expect(withDueLane(afterQuery(row, VERDICTS.absent, MOMENT), row).set?.due).toBe('1900000109#waiting#12')
    expect(create(order, NOW, true).set).toMatchObject({ due: '1900000109#waiting#12', waits: FIRST })
  })

  it('forgets their number when it is reopened after the entry has the usual one again', () => {
    const former: Row = { ...first, state: 'REJECTED', shards: 16 }

    const { set, remove } = reopen({ ...ORDER, call_hash: 'another call' }, former, NOW)

    expect(set).toMatchObject({ due: FIRST })
    expect(remove).toContain('shards')
  })
})

describe('a row comes back among the others', () => {
  it('when WeChat Pay waits for its payment, so that its sync is due', () => {
    expect(withDueLane(afterQuery(last, VERDICTS.unpaid, MOMENT), last).set).toMatchObject({ next: 'sync', due: FIRST })
  })

  it('when it is not completed yet', () => {
    expect(withDueLane(afterQuery(last, VERDICTS.open, MOMENT), last).set?.due).toBe(FIRST)
  })

  it('when a person has released it', () => {
    expect(withDueLane(release(held, NOW), held).set?.due).toBe(FIRST)
  })

  it('when its sync was accepted', () => {
    expect(withDueLane(afterSync(last, VERDICTS.accepted, MOMENT), last).set?.due).toBe(FIRST)
  })
})

describe('a row stays where it is', () => {
  it.each([
    ['when a genuine order must be asked about again', first, VERDICTS.unknown],
    ['when it is synced, whatever is said of it later', { ...first, state: 'SYNCED' } as const, VERDICTS.absent],
    ['when a held order is asked about again', held, VERDICTS.unpaid],
    ['when it is still unknown to WeChat Pay', last, VERDICTS.absent],
  ])('%s', (_, row, verdict) => {
    expect(withDueLane(afterQuery(row, verdict, MOMENT), row).set).not.toHaveProperty('due')
  })

  it.each([
    ['when it is claimed', claim(PK, 'query', NOW)],
    ['when it is asked about sooner', expedite(last, NOW)],
  ])('%s', (_, transition) => {
    expect(withDueLane(transition, last)).toStrictEqual({ ...transition })
  })

  it('out of the index, when it was in none', () => {
    const { due: _, due_at: __, next: ___, ...ended } = first
    const rejected = { name: 'x', pk: PK, when: exists('pk'), set: { state: 'REJECTED' } } as const

    expect(withDueLane(rejected, ended).set).toStrictEqual({ state: 'REJECTED' })
  })

  it.each([
    ['when it is closed', close(held, 'x', NOW), held],
    ['when it ended', afterQuery(last, VERDICTS.confirmed, MOMENT), last],
    ['when it was charged', afterQuery(last, VERDICTS.collected, MOMENT), last],
  ])('out of the index, %s', (_, transition, row) => {
    expect(withDueLane(transition, row).set).not.toHaveProperty('due')
    expect(withDueLane(transition, row).remove).toContain('due')
  })
})
