import { describe, expect, it } from 'vitest'
import { eventOf, goodNotice, KINDS, type Kind } from '../wechatpay/samples.ts'
import { readNotice, refusalOf, servedWith } from './read-notice.ts'

describe.each(KINDS)('the amount of a notice by %s', (kind: Kind) => {
  const notice = (amount: unknown) => eventOf(kind, { ...goodNotice(), amount })

  it.each([1, 3900, 10_000_000_000])('is taken as it is: %i fen', (amount) => {
    expect(readNotice(notice(amount))).toMatchObject({ expected_amount: amount })
  })

  it.each([
    ['nothing', 0, 'must be at least 1 fen'],
    ['less than nothing', -3900, 'must be at least 1 fen'],
    ['more than a hundred million yuan', 10_000_000_001, 'must be a sum in fen'],
    ['part of a fen', 39.5, 'must be a whole number of fen'],
    ['text', '3900', 'must be a number of fen'],
    ['null', null, 'must be a number of fen'],
    ['a list', [3900], 'must be a number of fen'],
    ['an object', { total: 3900, currency: 'CNY' }, 'must be a number of fen'],
    ['yes', true, 'must be a number of fen'],
  ])('is refused when it is %s', (_, amount, problem) => {
    expect(refusalOf(notice(amount))).toMatchObject({ field: 'amount', message: `amount: ${problem}` })
  })

  it('may be left out, and is then not known', () => {
    const order = readNotice(notice(undefined))

    expect(order).not.toHaveProperty('expected_amount')
    expect(order).not.toHaveProperty('mode')
  })

  it('is not sent to WeChat Pay', () => {
    expect(readNotice(notice(3900)).call).toStrictEqual(readNotice(notice(undefined)).call)
  })
})

describe('whether an order is asked about before its first sync', () => {
  const MODES = [
    { mode: 'sync', amount: undefined, becomes: undefined },
    { mode: 'sync', amount: 3900, becomes: 'check' },
    { mode: 'check', amount: undefined, becomes: 'check' },
    { mode: 'check', amount: 3900, becomes: 'check' },
    { mode: 'observe', amount: undefined, becomes: 'observe' },
    { mode: 'observe', amount: 3900, becomes: 'observe' },
  ] as const

  it.each(MODES)('follows from mode $mode and amount $amount: $becomes', ({ mode, amount, becomes }) => {
    const order = readNotice({ ...goodNotice(), amount }, servedWith({ mode }))

    expect(order.mode).toBe(becomes)
    expect('mode' in order).toBe(becomes !== undefined)
  })
})

describe('the shards of who signs', () => {
  it('go with the payment, unless they are as many as usual', () => {
    expect(readNotice(goodNotice(), servedWith({ shards: 16 }))).toHaveProperty('shards', 16)
    expect(readNotice(goodNotice(), servedWith({ shards: 4 }))).not.toHaveProperty('shards')
  })
})

describe('the cap of a merchant', () => {
  const capOf = (paid_time: string) =>
    readNotice({ ...goodNotice(), detail: { paid_time } }, servedWith({ hourly_cap: 10 })).cap

  it.each([
    ['its hour', '20261124092959', { counter: '1900000109#hour#2026112409#0', most: 10 }],
    ['its hour, told with an offset', '2026-11-24T01:29:59Z', { counter: '1900000109#hour#2026112409#0', most: 10 }],
    ['its day, where it tells no more', '20261124', { counter: '1900000109#day#20261124#0', most: 240 }],
    ['today, where it tells a day that is ahead', '20261125', { counter: '1900000109#day#20261124#0', most: 240 }],
    [
      'this hour, where its clock is a little ahead',
      '20261124113000',
      { counter: '1900000109#hour#2026112410#0', most: 10 },
    ],
  ])('goes with the payment, which counts in %s', (_, paid_time, cap) => {
    expect(capOf(paid_time)).toStrictEqual(cap)
  })

  it('is not there where the merchant has none', () => {
    expect(readNotice(goodNotice())).not.toHaveProperty('cap')
  })
})

describe('the hash of a call with an amount', () => {
  const hashOf = (amount?: number) => readNotice({ ...goodNotice(), ...(amount && { amount }) }).call_hash

  it('is the SHA-256 of the pairs of the call, and the amount among them', () => {
    // printf %s '[["amount",3900],["appid","wxd678efh567hg6787"],…,["service_id","200…536"]]' | sha256sum
    expect(hashOf(3900)).toBe('2b49e00c85906e82faa70f6d0289a247b8120870bd0b1ca5b56f78eba78f8769')
  })

  it('is another for another amount, and for none', () => {
    expect(new Set([hashOf(3900), hashOf(3901), hashOf()]).size).toBe(3)
  })

  it('does not depend on what is only for lists', () => {
    const labelled = { ...goodNotice(), amount: 3900, shop_id: 'S1', cashier_id: 'C1', pos_ref: 'R1' }

    expect(readNotice(labelled).call_hash).toBe(hashOf(3900))
  })

  it('does not depend on the mode of the merchant', () => {
    expect(readNotice(goodNotice(), servedWith({ mode: 'observe' })).call_hash).toBe(hashOf())
  })
})
