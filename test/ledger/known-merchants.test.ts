import { describe, expect, it } from 'vitest'
import { classifyAbsent, hasKnownOrder, NO_ORDER_KNOWN, partyKey } from '../../lib/ledger/known-merchants.ts'
import { CLAIMED, DAY, NOW, PK } from '../support/orders.ts'
import { VERDICTS } from '../support/verdicts.ts'
import { CALLS } from '../wechatpay/answers.ts'

describe('the key of a party', () => {
  it('is all that configuration says of a call, and nothing of the order', () => {
    expect(partyKey(CLAIMED)).toBe('1900000109#party#serviceorder#1900000109#500001#wxd678efh567hg6787#')
    expect(partyKey({ pk: PK, call: CALLS.acquiringbank })).toBe(
      '1900000109#party#acquiringbank#1800000002#500001##2088000001',
    )
  })

  it.each([
    ['order_api', 'payafter-orders'],
    ['mchid', '1800000001'],
    ['service_id', '500002'],
    ['appid', 'wx2'],
    ['channel_id', '42'],
  ])('is another when %s is changed', (name, value) => {
    expect(partyKey({ pk: PK, call: { ...CLAIMED.call, [name]: value } })).not.toBe(partyKey(CLAIMED))
  })
})

describe('a party is met', () => {
  it.each(Object.values(VERDICTS))('by an order that WeChat Pay knows, on its signed word: $kind', (verdict) => {
    const isAboutOrder = /^(accepted|confirmed|collected|undecided|unpaid|part_paid|open|closed|busy)$/.test(
      verdict.kind,
    )

    expect(hasKnownOrder(verdict)).toBe(isAboutOrder)
    expect(hasKnownOrder({ ...verdict, verified: false })).toBe(false)
  })
})

describe('an order that WeChat Pay does not know', () => {
  const absentFor = (ms: number) => ({ ...CLAIMED, absent_since: NOW - ms })
  const unmet = { ...VERDICTS.absent, isPartyUnknown: true }
  const config = {
    ...VERDICTS.absent,
    kind: 'config',
    refusal: 'none-known',
    detail: 'WeChat Pay knows no order so far of 1900000109, service_id 500001, order_api serviceorder',
  }

  it.each([
    ['of a party that is known is absent', CLAIMED, { isKnown: true, absent: 0 }, VERDICTS.absent],
    [
      'of a party that is known is absent, however many there were',
      absentFor(2 * DAY),
      { isKnown: true, absent: 3 },
      VERDICTS.absent,
    ],
    ['of a party that nobody knows is no end', CLAIMED, { isKnown: false, absent: 1 }, unmet],
    ['is no end as the second of a party that nobody knows', absentFor(DAY), { isKnown: false, absent: 2 }, unmet],
    ['blames the configuration as the third', CLAIMED, { isKnown: false, absent: 3 }, config],
    [
      'blames the configuration when it is the only one for more than a day',
      absentFor(DAY + 1),
      { isKnown: false, absent: 1 },
      config,
    ],
    ['is no end, and blames nothing, when nobody could be asked', absentFor(2 * DAY), NO_ORDER_KNOWN, unmet],
  ])('%s', (_, row, standing, expected) => {
    expect(classifyAbsent(row, VERDICTS.absent, standing, NOW)).toStrictEqual(expected)
  })

  it('names a sub-merchant and who signs for it', () => {
    const { detail } = classifyAbsent({ call: CALLS.partner }, VERDICTS.absent, { isKnown: false, absent: 3 }, NOW)

    expect(detail).toBe(
      'WeChat Pay knows no order so far of 1900000125 under 1800000001, service_id 500001, order_api partner',
    )
  })
})
