import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { InputError } from '../../../lib/errors.ts'
import { syncRequest } from '../../../lib/wechatpay/order-api.ts'
import { readNotice } from '../../intake/read-notice.ts'
import { answers, isBelieved } from './answers.ts'
import { events, extremes } from './events.ts'
import { expectedOf } from './oracle.ts'

/** Part of the runs that is spent on answers, whose signatures cost more. */
const OF_ANSWERS = 0.1

export type Fuzzed = {
  readonly inputs: number
  readonly refused: number
  readonly taken: number
  readonly answers: number
  readonly believed: number
}

/** Throws, with the input shrunk, when the product and the oracle differ. The same for the same seed. */
export const fuzz = (runs: number, seed: number): Fuzzed => {
  const counts = { inputs: 0, refused: 0, taken: 0, answers: 0, believed: 0 }
  const check = (event: unknown): void => {
    const isTaken = checkEvent(event)
    counts.inputs += 1
    counts[isTaken ? 'taken' : 'refused'] += 1
  }

  for (const event of extremes()) check(event)
  const ofAnswers = Math.ceil(runs * OF_ANSWERS)
  fc.assert(fc.property(events, check), { numRuns: runs - ofAnswers, seed })
  fc.assert(
    fc.property(answers, (one) => {
      const isWord = isBelieved(one)
      if (isWord !== one.isWord)
        throw new Error(isWord ? 'believes what was altered' : 'does not believe what is right')
      counts.answers += 1
      if (isWord) counts.believed += 1
    }),
    { numRuns: ofAnswers, seed },
  )
  return counts
}

/** Whether it is taken. Throws when it should not be, should be, or is read otherwise. */
const checkEvent = (event: unknown): boolean => {
  const expected = expectedOf(event)
  const read = attempt(event)
  if (read instanceof InputError) {
    if (expected) throw new Error(`refuses what is right: ${read.message}`)
    return false
  }
  if (!expected) throw new Error('takes what is wrong')
  const { mchid, out_order_no, call, paid_time_clamped, expected_amount, labels = {} } = read
  const got = {
    mchid,
    out_order_no,
    service_id: call.service_id,
    appid: call.appid,
    paid_time: call.paid_time,
    isClamped: paid_time_clamped,
    amount: expected_amount,
    labels,
  }
  if (!isDeepStrictEqual(got, expected)) throw new Error('reads it otherwise', { cause: { got, expected } })
  const [, , , , segment = ''] = syncRequest(call)
    .target.replace('/partner', '')
    .replace('/acquiringbank', '')
    .split('/')
  if (decodeURIComponent(segment) !== out_order_no) throw new Error('asks for another order')
  return true
}

const attempt = (event: unknown) => {
  try {
    return readNotice(event)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}
