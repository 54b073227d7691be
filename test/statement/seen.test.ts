import { expect, it } from 'vitest'
import { createSeen } from '../../lib/statement/seen.ts'

const numbers = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

it('knows each order number from its first time on, up to the most that there may be', () => {
  const seen = createSeen(1000)
  const taken = numbers('A', 1000)

  const first = taken.map((number) => [seen.has(number), seen.add(number), seen.has(number)])
  const again = taken.map((number) => seen.add(number))

  expect(first).toEqual(Array(1000).fill([false, true, true]))
  expect(again).toEqual(Array(1000).fill(false))
})

it('does not take one number for another', () => {
  const seen = createSeen(1000)
  for (const number of numbers('A', 1000)) seen.add(number)

  expect(numbers('B', 10_000).filter((number) => seen.has(number))).toEqual([])
})

it.each([1, 2, 3, 7])('has room for %i and for the question about one more', (most) => {
  const seen = createSeen(most)

  expect(numbers('A', most).map(seen.add)).toEqual(Array(most).fill(true))
  expect(seen.has('B')).toBe(false)
})
