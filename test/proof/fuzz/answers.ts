import fc from 'fast-check'
import { type RawAnswer, verifyAnswer } from '../../../lib/wechatpay/answer.ts'
import { NOW_MS, recordedAnswers, wechatpayKeys } from '../../wechatpay/recorded-answers.ts'

const SIGNED = ['wechatpay-serial', 'wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature']

type Line = readonly [name: string, value: string]
type Change = (lines: readonly Line[]) => readonly Line[]

const linesOf = ({ rawHeaders }: RawAnswer): readonly Line[] =>
  rawHeaders.flatMap((name, i): Line[] => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? '']] : []))

const VALUE_CHANGES: readonly ((value: string) => string)[] = [
  (value) => `${value} `,
  (value) => ` ${value}`,
  (value) => value.replaceAll('+', '-').replaceAll('/', '_'),
  (value) => value.replace(/=+$/, ''),
  (value) => `${value}=`,
  (value) => `${value}AAAA`,
  (value) => `${value.slice(0, 76)}\r\n${value.slice(76)}`,
  (value) => value.toLowerCase(),
  (value) => value.slice(1),
  (value) => `${value},${value}`,
  () => '',
  () => '__proto__',
  () => 'WECHATPAY/SIGNTEST/',
]

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(9), fc.constantFrom(...VALUE_CHANGES)).map(
    ([at, alter]): Change =>
      (lines) =>
        lines.map(([name, value], i): Line => (i === at % lines.length ? [name, alter(value)] : [name, value])),
  ),
  fc.tuple(fc.nat(9), fc.string({ unit: 'binary', maxLength: 20 })).map(
    ([at, text]): Change =>
      (lines) =>
        lines.map(([name, value], i): Line => (i === at % lines.length ? [name, text] : [name, value])),
  ),
  fc.nat(9).map(
    (at): Change =>
      (lines) =>
        lines.filter((_, i) => i !== at % lines.length),
  ),
  fc.nat(9).map(
    (at): Change =>
      (lines) => [...lines, lines[at % lines.length] ?? ['a', 'b']],
  ),
  fc.tuple(fc.constantFrom(...SIGNED, '__proto__', 'Content-Type'), fc.string({ maxLength: 8 })).map(
    (line): Change =>
      (lines) => [...lines, line],
  ),
  fc.constant<Change>((lines) => lines.map(([name, value]): Line => [name.toUpperCase(), value])),
  fc.constant<Change>((lines) => lines.toReversed()),
)

const bodies: fc.Arbitrary<(body: Buffer) => Buffer> = fc.oneof(
  { weight: 4, arbitrary: fc.constant((body: Buffer) => body) },
  fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => (body: Buffer) => {
    const other = Buffer.from(body)
    if (body.length > 0) other[at % body.length] = (other[at % body.length] ?? 0) ^ (1 << bit)
    return other
  }),
  fc.constantFrom(
    (body: Buffer) => Buffer.concat([body, Buffer.from('\n')]),
    (body: Buffer) => body.subarray(1),
  ),
)

/** A recorded answer with headers, body and our clock altered, and whether it is still WeChat Pay's word. */
export const answers = fc
  .record({
    recorded: fc.constantFrom(...recordedAnswers),
    changes: fc.array(change, { maxLength: 2 }),
    alterBody: bodies,
    offMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -400_000, max: 400_000 })),
  })
  .map(({ recorded, changes, alterBody, offMs }) => {
    const lines = changes.reduce<readonly Line[]>((so, one) => one(so), linesOf(recorded.answer))
    const body = alterBody(recorded.answer.body)
    const nowMs = NOW_MS + offMs
    return {
      answer: { ...recorded.answer, rawHeaders: lines.flat(), body },
      nowMs,
      isWord:
        isUntouched(recorded.answer, lines, body) &&
        Math.abs(nowMs - Number(recorded.parts.timestamp) * 1000) <= 300_000,
    }
  })

/** The four headers each once and as they were, the body to the byte: then and only then it is what was signed. */
const isUntouched = (right: RawAnswer, lines: readonly Line[], body: Buffer): boolean => {
  const valuesOf = (name: string, all: readonly Line[]) =>
    all.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
  const isSame = SIGNED.every((name) => {
    const [before] = valuesOf(name, linesOf(right))
    const now = valuesOf(name, lines)
    return now.length === 1 && now[0] === before
  })
  return isSame && body.equals(right.body)
}

export const isBelieved = ({ answer, nowMs }: { readonly answer: RawAnswer; readonly nowMs: number }): boolean =>
  verifyAnswer(answer, wechatpayKeys, nowMs).verified
