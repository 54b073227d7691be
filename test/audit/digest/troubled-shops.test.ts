import { describe, expect, it } from 'vitest'
import { digestEvent } from '../../../lib/audit/digest/digest-event.ts'
import { digestMail } from '../../../lib/audit/digest/digest-text.ts'
import { readTroubledShops, troubledShopsTable } from '../../../lib/audit/digest/troubled-shops.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { CLAIMED, DAY, HOUR, NOW } from '../../support/orders.ts'
import { plainLedger } from '../../support/plain-ledger.ts'
import { digest as digestOf } from './cases.ts'

const PROVIDER = '1900000200'
const { appid: _, ...call } = CLAIMED.call

/** An order of a sub-merchant that WeChat Pay refuses. */
const order = (mchid: string, number: number, more: Partial<Row> = {}): Row => ({
  ...CLAIMED,
  pk: `${mchid}#N${number}`,
  waits: `${PROVIDER}#${number % 4}`,
  created_at: NOW - number * DAY,
  call: { ...call, order_api: 'partner', mchid: PROVIDER, sub_mchid: mchid },
  last_error: { verdict: 'config', at: NOW - HOUR, attempt: 1, refusal: 'no-permission' },
  ...more,
})
const NOT_FOUND = { verdict: 'absent', at: NOW - HOUR, attempt: 1 } as const

const read = (...rows: readonly Row[]) =>
  readTroubledShops(PROVIDER, NOW - DAY, { reader: plainLedger(...rows).reader, now: () => NOW })

describe('the sub-merchants in trouble', () => {
  it('are counted each with its orders, those with most first, and the oldest order says why', async () => {
    const shops = await read(
      order('1900000201', 1),
      order('1900000202', 2),
      order('1900000202', 5, { last_error: NOT_FOUND, state: 'REJECTED', reason: 'not_found' }),
      order('1900000202', 3),
    )

    expect(shops).toMatchObject([
      { provider: PROVIDER, mchid: '1900000202', orders: 3, days: 5, advice: { turn: 'shop' } },
      { provider: PROVIDER, mchid: '1900000201', orders: 1, days: 1, advice: { turn: 'engineer' } },
    ])
  })

  it.each<[string, Partial<Row>]>([
    ['waits for another reason', { last_error: { verdict: 'open', at: NOW, attempt: 1 } }],
    ['is held', { state: 'HELD', reason: 'paid_less' }],
    ['was charged twice', { state: 'DOUBLE_CHARGED', transaction_id: '42' }],
    ['goes on by itself again', { last_error: { verdict: 'unknown', at: NOW, attempt: 1 } }],
    [
      'ended before the last mail',
      { state: 'REJECTED', reason: 'not_found', last_error: { ...NOT_FOUND, at: NOW - 25 * HOUR } },
    ],
  ])('do not count an order that %s', async (_name, more) => {
    expect(await read(order('1900000201', 1, more))).toEqual([])
  })

  it('do not make the mail or the event grow: they name twenty, the table all', async () => {
    const shops = await read(...Array.from({ length: 3000 }, (_, i) => order(String(1_900_100_000 + i), 1)))
    const digest = digestOf([], { shops })

    const { subject, text } = digestMail(digest)
    expect(subject).toBe('payscore-sync: 3,000 sub-merchants to look at, nothing open')
    expect(text.match(/^- /gm)).toHaveLength(20)
    expect(text).toContain('另有 2,980 份。2,980 more.')
    expect(digestEvent(digest).detail).toMatchObject({ more_sub_merchants: 2980 })
    expect(troubledShopsTable(shops).trimEnd().split('\r\n')).toHaveLength(3001)
  })
})
