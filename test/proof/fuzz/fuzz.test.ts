import { expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'

it('an oracle of its own agrees on each of five thousand notices and answers', () => {
  const { inputs, refused, taken, answers, believed } = fuzz(5_000, 1)

  expect(inputs).toBeGreaterThan(4_500)
  expect(Math.min(refused, taken)).toBeGreaterThan(300)
  expect(answers).toBe(500)
  expect(Math.min(believed, answers - believed)).toBeGreaterThan(30)
})
