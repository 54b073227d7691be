import { expect, it } from 'vitest'
import { createClock } from '../../lib/local/clock.ts'

it('shows real time at first', () => {
  const clock = createClock()

  const before = Date.now()
  const now = clock.now()

  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
  expect(clock.offset()).toBe(0)
})

it('is ahead by all that it was advanced', () => {
  const clock = createClock()

  clock.advance(60_000)
  clock.advance(0)
  clock.advance(86_400_000)

  expect(clock.offset()).toBe(86_460_000)
  expect(clock.now() - Date.now()).toBeGreaterThanOrEqual(86_459_000)
})

it('starts where it is told to and runs on', () => {
  const clock = createClock(Date.parse('2030-01-01T00:00:00Z'))

  const passedMs = clock.now() - Date.parse('2030-01-01T00:00:00Z')

  expect(passedMs).toBeGreaterThanOrEqual(0)
  expect(passedMs).toBeLessThan(5_000)
})

it.each([[-1], [Number.NaN]])('refuses to move by %d ms', (ms) => {
  const clock = createClock()

  expect(() => clock.advance(ms)).toThrow(`a clock moves forwards only, not by ${ms} ms`)
})
