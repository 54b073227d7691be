import { gzipSync } from 'node:zlib'
import { recordedAnswers } from '../recorded-answers.ts'
import { type Family, NONCE, otherBodies, SIGNATURE, textOf, upTo, withValue } from './tools.ts'

const sortKeys = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort()
          .map(([name, member]) => [name, sortKeys(member)]),
      )
    : value

export const alteredBodies: readonly Family[] = [
  [
    'a body made again from what it says',
    ['signature'],
    otherBodies((body): Record<string, string | Buffer> => {
      if (body.length === 0) return {}
      const text = body.toString()
      const value: unknown = JSON.parse(text)
      return {
        compact: JSON.stringify(value),
        indented: JSON.stringify(value, undefined, 2),
        'indented by tabs': JSON.stringify(value, undefined, '\t'),
        sorted: JSON.stringify(sortKeys(value)),
        trimmed: text.trim(),
        'without spaces': text.replaceAll(' ', ''),
        'with CRLF': text.replaceAll('\n', '\r\n'),
        'slashes bare': text.replaceAll('\\/', '/'),
        'in ASCII': text.replace(/[^\0-\x7f]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`),
        'as Latin-1': Buffer.from(text, 'latin1'),
        'as Latin-1 read and written again': Buffer.from(body.toString('latin1')),
        'as UTF-16': Buffer.from(text, 'utf16le'),
        compressed: gzipSync(body),
        'in base64': body.toString('base64'),
      }
    }),
  ],
  [
    'a body with something added',
    ['signature'],
    otherBodies((body) => {
      const additions = ['\n', '\r\n', ' ', '\t', '\0', '\ufeff', '{}', 'null', '//', body.toString()]
      return Object.fromEntries(
        additions.flatMap((added, i) => [
          [`before ${i}`, Buffer.concat([Buffer.from(added), body])],
          [`after ${i}`, Buffer.concat([body, Buffer.from(added)])],
        ]),
      )
    }),
  ],
  [
    'a body that says something else',
    ['signature'],
    otherBodies((body) => ({
      'other order': body.toString().replace('1234323JKHDFE1243252', '1234323JKHDFE1243253'),
      'other merchant': body.toString().replace('1900000109', '1900000108'),
      'other payer': body.toString().replace('"MCH"', '"NEWTON"'),
      'other state': body.toString().replace('"DONE"', '"DOING"'),
      'other sum': body.toString().replace('40000', '4000'),
      'other code': body.toString().replace('INVALID_REQUEST', 'ORDER_DONE'),
      nothing: '',
      'empty object': '{}',
      null: 'null',
    })),
  ],
  [
    'a body cut short, or a byte of it lost or doubled',
    ['signature'],
    otherBodies((body) =>
      Object.fromEntries(
        upTo(body.length).flatMap((i) => {
          const [before, byte, after] = [body.subarray(0, i), body.subarray(i, i + 1), body.subarray(i + 1)]
          return [
            [`cut at ${i}`, before],
            [`without byte ${i}`, Buffer.concat([before, after])],
            [`byte ${i} twice`, Buffer.concat([before, byte, byte, after])],
          ]
        }),
      ),
    ),
  ],
  [
    'the body or signature of another answer',
    ['signature'],
    ({ answer }) =>
      recordedAnswers
        .filter((other) => other.answer !== answer)
        .flatMap((other) => [
          { how: `body of ${other.kind}`, answer: { ...answer, body: other.answer.body } },
          { how: `signature of ${other.kind}`, answer: withValue(answer, SIGNATURE, textOf(other.answer, SIGNATURE)) },
        ]),
  ],
  [
    'the body’s first lines moved into the nonce, with the signed text the same',
    ['header'],
    ({ answer }) => {
      const [first, ...others] = answer.body.toString().split('\n')
      return others.map((_, i) => ({
        how: `${i + 1} lines`,
        answer: {
          ...withValue(answer, NONCE, [textOf(answer, NONCE), first, ...others.slice(0, i)].join('\n')),
          body: Buffer.from(others.slice(i).join('\n')),
        },
      }))
    },
  ],
]
