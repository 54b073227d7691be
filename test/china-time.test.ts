import { describe, expect, it } from 'vitest'
import { chinaTime, chinaTimeMs, daysBetween, formatChinaTime, readableTime } from '../lib/china-time.ts'

it.each([
  ['20261124103000', 1_795_487_400_000],
  ['20261124', 1_795_449_600_000],
  ['20270101075959', 1_798_761_599_000],
])('%s in China is the moment %i', (digits, moment) => {
  expect(chinaTimeMs(digits)).toBe(moment)
})

it.each([
  ['20261124', '20261124', 0],
  ['20261124', '20261201', 7],
  ['20240228', '20240301', 2],
])('from %s to %s are %i days', (from, to, days) => {
  expect(daysBetween(from, to)).toBe(days)
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

describe('formatChinaTime', () => {
  it.each([
    [Date.UTC(2026, 10, 24, 2, 30, 0), '20261124103000'],
    [Date.UTC(2026, 10, 24, 2, 30, 0, 999), '20261124103000'],
    [Date.UTC(2025, 11, 31, 16, 0, 0), '20260101000000'],
    [Date.UTC(2024, 1, 28, 16, 0, 0), '20240229000000'],
    [0, '19700101080000'],
  ])('writes %i as %s', (timeMs, expected) => {
    expect(formatChinaTime(timeMs)).toBe(expected)
  })
})

it('shows a moment by the clock of China', () => {
  expect(chinaTime(1_795_487_400_000)).toBe('2026-11-24 10:30:00')
})
