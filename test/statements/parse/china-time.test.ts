import { expect, it } from 'vitest'
import { chinaTimeMs, readableTime } from '../../../lib/statements/parse/china-time.ts'

it.each([
  ['20261124103000', 1_795_487_400_000],
  ['20261124', 1_795_449_600_000],
  ['20270101075959', 1_798_761_599_000],
])('%s in China is the moment %i', (digits, moment) => {
  expect(chinaTimeMs(digits)).toBe(moment)
})

it.each([
  ['20261124103000', '2026-11-24 10:30:00'],
  ['20261124', '2026-11-24'],
  ['120261124', '120261124'],
  ['120261124103000', '120261124103000'],
  ['2026112410300', '2026112410300'],
  ['x0261124', 'x0261124'],
])('%s is shown as %s', (digits, shown) => {
  expect(readableTime(digits)).toBe(shown)
})
