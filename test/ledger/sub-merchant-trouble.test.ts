import { describe, expect, it } from 'vitest'
import type { LastError, Row } from '../../lib/ledger/row.ts'
import { isRefusedAlone, isSubMerchantsTrouble } from '../../lib/ledger/sub-merchant-trouble.ts'
import { afterQuery, afterSync } from '../../lib/ledger/transitions/answer.ts'
import { withDueLane } from '../../lib/ledger/transitions/due-lane.ts'
import { orderEvents } from '../../lib/views/order-events.ts'
import type { Verdict } from '../../lib/wechatpay/verdict.ts'
import { CLAIMED, NOW } from '../support/orders.ts'

const MOMENT = { now: NOW, random: 0.5 }
const { appid: _, ...call } = CLAIMED.call
const direct: Row = CLAIMED
const sub: Row = {
  ...CLAIMED,
  pk: '1900000201#SP1',
  due: '1900000200#0',
  call: { ...call, order_api: 'partner', mchid: '1900000200', sub_mchid: '1900000201' },
}
const refused = (refusal: NonNullable<Verdict['refusal']>, more: Partial<Verdict> = {}): Verdict => ({
  kind: 'config',
  verified: true,
  status: 403,
  refusal,
  ...more,
})

describe('a refusal', () => {
  it.each([
    ['no-permission', undefined, true],
    ['merchant-disabled', undefined, true],
    ['mchid-unknown', undefined, true],
    ['none-known', undefined, true],
    ['our-parameter', 'WeChat Pay refused body/service_id of the request', true],
    ['our-parameter', 'WeChat Pay refused sub_mchid of the request', true],
    ['our-parameter', 'WeChat Pay refused body/channel_id of the request', false],
    ['our-parameter', undefined, false],
    ['signature', undefined, false],
    ['our-header', undefined, false],
    ['extra-member', undefined, false],
    ['unlisted', undefined, false],
    [undefined, undefined, false],
  ] as const)(
    '%s (%s) is of the sub-merchant alone: %s, and never of a direct merchant',
    (refusal, detail, isAlone) => {
      expect(isRefusedAlone(sub, { refusal, detail })).toBe(isAlone)
      expect(isRefusedAlone(direct, { refusal, detail })).toBe(false)
    },
  )

  it.each([
    ['of a sub-merchant alone rings the alarm of sub-merchants', sub, refused('no-permission'), 'sub_merchant_trouble'],
    ['that is not signed rings as the configuration', sub, refused('no-permission', { verified: false }), 'config'],
    ['of who signs rings as the configuration', sub, refused('signature', { status: 401 }), 'config'],
    ['of a direct merchant rings as the configuration', direct, refused('no-permission'), 'config'],
  ])('%s', (_name, row, verdict, alarm) => {
    expect(afterQuery(row, verdict, MOMENT).alarm).toBe(alarm)
    expect(afterSync(row, verdict, MOMENT).alarm).toBe(alarm)
  })

  it('of a sub-merchant alone puts the order behind those of all others; one of who signs does not', () => {
    const dueAfter = (row: Row, verdict: Verdict) => withDueLane(afterQuery(row, verdict, MOMENT), row).set?.due

    expect(dueAfter(sub, refused('no-permission'))).toMatch(/^1900000200#waiting#\d$/)
    expect(dueAfter({ ...direct, due: '1900000109#0' }, refused('no-permission'))).toBeUndefined()
    expect(dueAfter({ ...sub, due: dueAfter(sub, refused('no-permission')) as string }, refused('signature'))).toMatch(
      /^1900000200#\d$/,
    )
  })
})

const error = (more: Partial<LastError>): LastError => ({ verdict: 'config', at: NOW, attempt: 1, ...more })
const NO_AUTH = error({ refusal: 'no-permission' })

describe('an order of a sub-merchant', () => {
  it.each<[string, Partial<Row>, boolean]>([
    ['refused', { last_error: NO_AUTH }, true],
    ['unknown to WeChat Pay', { last_error: error({ verdict: 'absent', refusal: 'not-exist' }) }, true],
    ['unknown for a day', { state: 'REJECTED', reason: 'not_found', last_error: error({ verdict: 'absent' }) }, true],
    ['refused for a month', { state: 'REJECTED', reason: 'too_old', last_error: NO_AUTH }, true],
    ['refused as its provider', { last_error: error({ refusal: 'signature' }) }, false],
    ['not answered', { last_error: error({ verdict: 'unknown' }) }, false],
    [
      'not answered for a month',
      { state: 'REJECTED', reason: 'too_old', last_error: error({ verdict: 'unknown' }) },
      false,
    ],
    ['typed wrongly', { state: 'REJECTED', reason: 'invalid', last_error: error({ verdict: 'invalid' }) }, false],
    ['charged twice', { state: 'DOUBLE_CHARGED', last_error: NO_AUTH }, false],
    ['held', { state: 'HELD', reason: 'over_cap', last_error: NO_AUTH }, false],
    ['not asked about yet', {}, false],
  ])('that is %s is its own trouble: %s', (_name, more, isTrouble) => {
    expect(isSubMerchantsTrouble({ ...sub, ...more })).toBe(isTrouble)
    expect(isSubMerchantsTrouble({ ...direct, ...more })).toBe(false)
  })

  it.each<[string, Row, Partial<Row>]>([
    ['late', sub, { late_at: NOW }],
    ['rejected', sub, { state: 'REJECTED', reason: 'not_found' }],
    ['late', direct, { late_at: NOW }],
    ['rejected', direct, { state: 'REJECTED', reason: 'not_found' }],
  ])('is %s with an event that says whether it is counted once a day', (metric, row, more) => {
    const before = { ...row, last_error: NO_AUTH }

    const [event, ...others] = orderEvents(before, { ...before, ...more })

    expect(others).toEqual([])
    expect(event?.metric).toBe(row === sub ? 'sub_merchant_trouble' : metric)
    expect(event?.detail).toMatchObject(row === sub ? { told_daily: true } : {})
    expect('told_daily' in (event?.detail ?? {})).toBe(row === sub)
  })
})
