import { describe, expect, it } from 'vitest'
import { readPaidTime } from '../lib/paid-time.ts'
import { NOW } from './wechatpay/samples.ts'

describe('readPaidTime', () => {
  it.each([
    ['20261124103000', '20261124103000'],
    ['20261124000000', '20261124000000'],
    ['20261123235959', '20261123235959'],
    ['20261124', '20261124000000'],
    ['20240229', '20240229000000'],
    ['20240229235959', '20240229235959'],
    ['20000229', '20000229000000'],
    ['20251231235959', '20251231235959'],
  ])('takes %s as China time', (text, paid_time) => {
    expect(readPaidTime(text, NOW)).toEqual({ paid_time, paid_time_clamped: false, stated_time: paid_time })
  })

  it.each([
    ['the same zone', '2026-11-24T10:29:59+08:00', '20261124102959'],
    ['UTC', '2026-11-24T02:29:59Z', '20261124102959'],
    ['UTC in small letters', '2026-11-24t02:29:59z', '20261124102959'],
    ['UTC said by an offset', '2026-11-24T02:29:59-00:00', '20261124102959'],
    ['UTC of the evening before', '2026-11-23T16:00:00Z', '20261124000000'],
    ['UTC a second before that', '2026-11-23T15:59:59Z', '20261123235959'],
    ['New York, the day before', '2026-11-23T21:29:59-05:00', '20261124102959'],
    ['Auckland, nearly the day after', '2026-11-24T15:29:59+13:00', '20261124102959'],
    ['India, half an hour off', '2026-11-24T07:59:59+05:30', '20261124102959'],
    ['Nepal, a quarter off', '2026-11-24T08:14:59+05:45', '20261124102959'],
    ['Newfoundland, half an hour off to the west', '2026-11-23T22:59:59-03:30', '20261124102959'],
    ['the turn of a year', '2025-12-31T16:00:00Z', '20260101000000'],
    ['the turn of a year to the east', '2026-01-01T08:30:00+09:00', '20260101073000'],
    ['the turn of a year, backwards', '2026-01-01T00:30:00+09:00', '20251231233000'],
    ['into a leap day', '2024-02-28T16:00:00Z', '20240229000000'],
    ['out of a leap day', '2024-02-29T16:00:00Z', '20240301000000'],
    ['over a February without one', '2026-02-28T16:00:00Z', '20260301000000'],
    ['a leap day in its own zone', '2024-02-29T23:59:59+08:00', '20240229235959'],
    ['the greatest offsets', '2026-11-24T10:29:59+23:59', '20261123183059'],
    ['the greatest offsets to the west', '2026-11-22T10:29:59-23:59', '20261123182859'],
    ['a fraction, which is dropped', '2026-11-24T10:29:59.999+08:00', '20261124102959'],
    ['nanoseconds, which are dropped', '2026-11-24T02:29:59.999999999Z', '20261124102959'],
  ])('turns RFC 3339 into China time: %s', (_, text, paid_time) => {
    expect(readPaidTime(text, NOW)).toEqual({ paid_time, paid_time_clamped: false, stated_time: paid_time })
  })

  it.each([
    ['a second ahead', '20261124103001', '20261124103001'],
    ['tomorrow, without a time', '20261125', '20261125000000'],
    ['exactly 24 hours ahead', '20261125103000', '20261125103000'],
    ['exactly 24 hours ahead, as RFC 3339', '2026-11-25T02:30:00Z', '20261125103000'],
  ])('sets to now, and says so, a time that is %s', (_, text, stated_time) => {
    expect(readPaidTime(text, NOW)).toEqual({ paid_time: '20261124103000', paid_time_clamped: true, stated_time })
  })

  it('leaves a time that is now as it is', () => {
    expect(readPaidTime('20261124103000', NOW)).toMatchObject({ paid_time: '20261124103000', paid_time_clamped: false })
  })

  it.each([
    ['24 hours and a second ahead', '20261125103001'],
    ['24 hours and a second ahead, as RFC 3339', '2026-11-25T02:30:01Z'],
    ['two days ahead, without a time', '20261126'],
    ['in the last year of four digits', '99991231235959'],
    ['30 February', '20260230'],
    ['29 February of a common year', '20260229'],
    ['29 February of 1900', '19000229'],
    ['30 February, as RFC 3339', '2026-02-30T10:30:00+08:00'],
    ['31 April', '20260431120000'],
    ['month 0', '20260024'],
    ['month 13', '20261324'],
    ['day 0', '20261100'],
    ['day 32', '20261032'],
    ["25 o'clock", '20261123250000'],
    ['24:00:00', '20261123240000'],
    ['24:00:00, as RFC 3339', '2026-11-23T24:00:00+08:00'],
    ['minute 60', '20261123106000'],
    ['second 60', '20261123103060'],
    ['a leap second, as RFC 3339', '2016-12-31T23:59:60Z'],
    ['year 0000', '00001124103000'],
    ['year 0099', '00991124'],
    ['13 digits', '2026112410300'],
    ['15 digits', '202611241030000'],
    ['12 digits', '202611241030'],
    ['7 digits', '2026112'],
    ['9 digits', '202611240'],
    ['seconds since 1970', '1764000000'],
    ['ms since 1970', '1764000000000'],
    ['nothing', ''],
    ['spaces around', ' 20261124103000 '],
    ['a line break after', '20261124103000\n'],
    ['a sign before', '+20261124103000'],
    ['full-width digits', '\uff12\uff10\uff12\uff16\uff11\uff11\uff12\uff14'],
    ['Arabic digits', '\u0662\u0660\u0662\u0666\u0661\u0661\u0662\u0664'],
    ['RFC 3339 with something after', '2026-11-24T02:29:59Zx'],
    ['RFC 3339 without offset', '2026-11-24T10:30:00'],
    ['RFC 3339 with a space', '2026-11-24 10:30:00+08:00'],
    ['RFC 3339 without time', '2026-11-24'],
    ['RFC 3339 without seconds', '2026-11-24T10:30+08:00'],
    ['an offset without colon', '2026-11-24T10:30:00+0800'],
    ['an offset of hours alone', '2026-11-24T10:30:00+08'],
    ['an offset of 24 hours', '2026-11-24T10:30:00+24:00'],
    ['an offset of 60 minutes', '2026-11-24T10:30:00+08:60'],
    ['an offset by name', '2026-11-24T10:30:00 CST'],
    ['an empty fraction', '2026-11-24T10:30:00.+08:00'],
    ['a fraction of ten digits', '2026-11-24T10:30:00.0000000000Z'],
    ['a comma before the fraction', '2026-11-24T10:30:00,5Z'],
    ['a year of five digits', '12026-11-24T10:30:00Z'],
    ['a year with a sign', '+002026-11-24T10:30:00Z'],
    ['a month by name', '24 Nov 2026 10:30:00 GMT'],
  ])('refuses %s', (_, text) => {
    expect(readPaidTime(text, NOW)).toBeUndefined()
  })

  it('reads the oldest year that it takes', () => {
    expect(readPaidTime('01000101', NOW)).toMatchObject({ paid_time: '01000101000000' })
  })
})
