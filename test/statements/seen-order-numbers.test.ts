import { expect, it } from 'vitest'
import { createSeen } from '../../lib/statements/seen-order-numbers.ts'

const told = (line: number) => ({ line, amount: line, paid_time: '20261124' })
const numbers = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

it('knows each order number from its first time on, up to the most that there may be', () => {
  const seen = createSeen(1000)
  const taken = numbers('A', 1000)

  const first = taken.map((number, line) => [seen.has(number), seen.add(number, told(line)), seen.has(number)])
  const again = taken.map((number) => seen.add(number, told(5000)))

  expect(first).toEqual(Array(1000).fill([false, undefined, true]))
  expect(again).toEqual(taken.map((_, line) => told(line)))
})

it('does not take one number for another', () => {
  const seen = createSeen(1000)
  for (const number of numbers('A', 1000)) seen.add(number, told(1))

  expect(numbers('B', 10_000).filter((number) => seen.has(number))).toEqual([])
})

it.each([1, 2, 3, 7])('has room for %i and for the question about one more', (most) => {
  const seen = createSeen(most)

  expect(numbers('A', most).map((number) => seen.add(number, told(1)))).toEqual(Array(most).fill(undefined))
  expect(seen.has('B')).toBe(false)
})

it('tells a first line whole: its sum, if it told one, and its time', () => {
  const seen = createSeen(10)
  seen.add('A', { line: 2, amount: undefined, paid_time: '20261124093000' })
  seen.add('B', { line: 3, amount: 10_000_000_000, paid_time: '20261124' })

  expect(seen.add('A', told(4))).toEqual({ line: 2, amount: undefined, paid_time: '20261124093000' })
  expect(seen.add('B', told(5))).toEqual({ line: 3, amount: 10_000_000_000, paid_time: '20261124' })
})
