import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { eventOf, NOW } from '../wechatpay/samples.ts'
import { valid } from './arbitraries.ts'
import { EVENT_SPOILERS } from './event-spoilers.ts'
import { EXTRA_SPOILERS } from './extra-spoilers.ts'
import { NOTICE_SPOILERS } from './notice-spoilers.ts'
import { PAID_TIME_SPOILERS } from './paid-time-spoilers.ts'
import { readNotice as read } from './read-notice.ts'

const BAD_INPUTS = 120_000
const GOOD_INPUTS = 25_000
const SPOILERS = [...NOTICE_SPOILERS, ...PAID_TIME_SPOILERS, ...EVENT_SPOILERS, ...EXTRA_SPOILERS]

/** The error, or what was read in place of one. */
const attempt = (event: unknown): unknown => {
  try {
    return read(event)
  } catch (error) {
    return error
  }
}

const spoiled = fc.oneof(
  ...SPOILERS.map((spoiler) =>
    fc.record({ spoiler: fc.constant(spoiler), input: valid(spoiler.kinds), bad: spoiler.bad }),
  ),
)

it('refuses every notice that one thing is wrong with, naming that thing', () => {
  const counts = new Map(SPOILERS.map(({ rule }) => [rule, 0]))

  fc.assert(
    fc.property(spoiled, ({ spoiler: { rule, field, spoil }, input: { kind, notice }, bad }) => {
      const result = attempt(spoil(kind, notice, bad))

      counts.set(rule, (counts.get(rule) ?? 0) + 1)
      if (!(result instanceof InputError)) throw new Error(`${rule}: no InputError`, { cause: result })
      if (result.code !== 'ERR_INPUT' || result.field !== field)
        throw new Error(`${rule}: names ${result.field} and not ${field}`, { cause: result })
    }),
    { numRuns: BAD_INPUTS },
  )

  const least = Math.min(...counts.values())
  const perRule = [...counts].map(([rule, count]) => `${rule} ${count}`).join(', ')
  console.log(`${BAD_INPUTS} bad inputs by ${counts.size} rules, all refused: ${perRule}`)
  expect(counts.size).toBe(SPOILERS.length)
  expect(least).toBeGreaterThanOrEqual(1000)
})

it('takes every notice that nothing is wrong with, and resolves its call', () => {
  let accepted = 0

  fc.assert(
    fc.property(valid(), ({ kind, notice, call, isClamped, extras }) => {
      const expected = {
        mchid: notice.mchid,
        out_order_no: notice.out_order_no,
        call,
        paid_time_clamped: isClamped,
        noticed_at: kind === 'event' ? NOW - 1000 : NOW,
        ...extras,
      }

      const { call_hash, ...result } = read(eventOf(kind, notice))

      if (!/^[0-9a-f]{64}$/.test(call_hash)) throw new Error('has no hash')
      if (!isDeepStrictEqual(result, expected)) throw new Error('is read otherwise', { cause: { result, expected } })
      accepted += 1
    }),
    { numRuns: GOOD_INPUTS },
  )

  expect(accepted).toBe(GOOD_INPUTS)
})
