import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packAnswer, type SignedAnswer, unpackAnswer } from '../../lib/ledger/packed-answer.ts'
import { PK } from '../support/orders.ts'
import { WORD } from '../support/verdicts.ts'

const ANSWER: SignedAnswer = { ...WORD, answers: 'sync' }

const bytesAsText = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes).toString('utf8'))
const base64 = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const text = fc.string({ unit: 'grapheme' })

describe('a packed answer', () => {
  it('gives back every byte of the body, whatever WeChat Pay wrote there', () => {
    fc.assert(
      fc.property(bytesAsText, (body) => {
        expect(unpackAnswer(packAnswer({ ...ANSWER, body }, PK), PK)).toStrictEqual({ ...ANSWER, body })
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
        expect(unpackAnswer(packAnswer(answer, PK), PK)).toStrictEqual(answer)
      }),
    )
  })

  it.each(['c2lnbmF0dXJl', 'c2lnbmF0dXJlMQ==', 'c2lnbmF0dXJlMR==', 'no base64', ''])(
    'gives back the signature %j as it was written',
    (signature) => {
      expect(unpackAnswer(packAnswer({ ...ANSWER, signature }, PK), PK).signature).toBe(signature)
    },
  )

  it.each(['', '0a', '0A', '0', '00', 'aB', 'AbAb', 'ab-0', '08F0E6-0', 'f'.repeat(300), 'F'.repeat(300)])(
    'gives back the digits %j as they were written',
    (digits) => {
      const answer = { ...ANSWER, nonce: digits, request_id: digits }

      expect(unpackAnswer(packAnswer(answer, PK), PK)).toStrictEqual(answer)
    },
  )

  it('of another version than this one cannot be read', () => {
    const [, ...rest] = packAnswer(ANSWER, PK)

    expect(() => unpackAnswer(Uint8Array.from([2, ...rest]), PK)).toThrow('an unknown version: 2')
  })

  it('still reads what was packed with the first version', () => {
    const packed = Buffer.from(
      'AQAJAZdzaWduYXR1cmX9CPDmx7QGEP8CGOvDwNgGIPn1BCjkxgTDcJSlqYmFubGlhYGBAbr74KYbGRiZGRoaGBqgALDrodpBDkgsTsvJzko0sTApV9JR0jUA+wmRbEIL3CxKfUsdvfzjfY0KKpIMAy2r/LLCU4PN8tFDuBYA',
      'base64',
    )

    expect(unpackAnswer(packed, PK)).toStrictEqual(ANSWER)
  })
})
