import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packAnswer, type SignedAnswer, unpackAnswer } from '../../lib/ledger/packed-answer.ts'
import { WORD } from '../support/verdicts.ts'

const ANSWER: SignedAnswer = { ...WORD, answers: 'sync' }

const bytesAsText = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes).toString('utf8'))
const base64 = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const text = fc.string({ unit: 'grapheme' })

describe('a packed answer', () => {
  it('gives back every byte of the body, whatever WeChat Pay wrote there', () => {
    fc.assert(
      fc.property(bytesAsText, (body) => {
        expect(unpackAnswer(packAnswer({ ...ANSWER, body }))).toStrictEqual({ ...ANSWER, body })
      }),
    )
  })

  it('gives back every other member as well', () => {
    const answers = fc.record(
      {
        answers: fc.constantFrom('sync', 'query', 'refund'),
        out_refund_no: text.filter((number) => number !== ''),
        serial: text,
        timestamp: text,
        nonce: text,
        // A signature is base64, and whatever else it is comes back too.
        signature: fc.oneof(base64, text),
        request_id: text,
        status: fc.nat(),
        body: text,
        sent_at: fc.nat(),
      },
      {
        requiredKeys: ['answers', 'serial', 'timestamp', 'nonce', 'signature', 'status', 'body', 'sent_at'],
        noNullPrototype: true,
      },
    )
    fc.assert(
      fc.property(answers, (answer) => {
        expect(unpackAnswer(packAnswer(answer))).toStrictEqual(answer)
      }),
    )
  })

  it.each(['c2lnbmF0dXJl', 'c2lnbmF0dXJlMQ==', 'c2lnbmF0dXJlMR==', 'no base64', ''])(
    'gives back the signature %j as it was written',
    (signature) => {
      expect(unpackAnswer(packAnswer({ ...ANSWER, signature })).signature).toBe(signature)
    },
  )

  it('of another version than this one cannot be read', () => {
    const [, ...rest] = packAnswer(ANSWER)

    expect(() => unpackAnswer(Uint8Array.from([2, ...rest]))).toThrow('an unknown version: 2')
  })

  it('still reads what was packed with the first version', () => {
    const packed = Buffer.from(
      'AQAJc2lnbmF0dXJlZZPBCsJADES/SJikaZoc7do9CFVExKNU1EMrWJCiCP67uAhinftjXkjyV+u5WJG5ARgbeCIIzmAlAuEnye+D+/srD831dO7aRkxuyTui0lCUAiXECCarypAFzAzKiB5zCFslQSETpCm/R7npow31MJ0vdzX39z2t/LFot8e1XsYre74A',
      'base64',
    )

    expect(unpackAnswer(packed)).toStrictEqual(ANSWER)
  })
})
