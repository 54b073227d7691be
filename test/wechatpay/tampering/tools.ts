import type { KeyObject } from 'node:crypto'
import type { Distrust, RawAnswer } from '../../../lib/wechatpay/answer.ts'
import { type AnswerParts, signedAnswer } from '../../support/answers.ts'
import type { Recorded } from '../recorded-answers.ts'

/** An answer that is not what WeChat Pay sent, and how it came about. */
type Tampered = { readonly how: string; readonly answer: RawAnswer }
export type Tamper = (recorded: Recorded) => Tampered[]

/** What is done to an answer, and the reasons that may be given for refusing it. */
export type Family = readonly [what: string, reasons: readonly Distrust[], tamper: Tamper]

export const SERIAL = 'Wechatpay-Serial'
export const TIMESTAMP = 'Wechatpay-Timestamp'
export const NONCE = 'Wechatpay-Nonce'
export const SIGNATURE = 'Wechatpay-Signature'
export const SIGNED_HEADERS = [SERIAL, TIMESTAMP, NONCE, SIGNATURE]

type Line = readonly [name: string, value: string]

const lines = ({ rawHeaders }: RawAnswer): Line[] =>
  rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as const] : []))

export const textOf = (answer: RawAnswer, name: string): string =>
  lines(answer).find((line) => line[0] === name)?.[1] ?? ''

/** Puts other lines, or none, in the place of one header's. */
export const withLines = (answer: RawAnswer, name: string, other: (value: string) => readonly Line[]): RawAnswer => ({
  ...answer,
  rawHeaders: lines(answer).flatMap((line) => (line[0] === name ? other(line[1]).flat() : line)),
})

export const withValue = (answer: RawAnswer, name: string, value: string): RawAnswer =>
  withLines(answer, name, () => [[name, value]])

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** The bytes once for each of their bits, with that bit flipped. */
export const bitFlips = (bytes: Buffer): Buffer[] =>
  upTo(bytes.length * 8).map((bit) => {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return flipped
  })

/** Each bit of a header's text flipped. */
export const flippedText =
  (name: string): Tamper =>
  ({ answer }) =>
    bitFlips(Buffer.from(textOf(answer, name), 'latin1')).map((text, bit) => ({
      how: `bit ${bit} of the text of ${name}`,
      answer: withValue(answer, name, text.toString('latin1')),
    }))

/** Other texts of one header under the old signature. A text that stayed the same is no tampering. */
export const otherValues =
  (name: string, change: (value: string) => readonly string[]): Tamper =>
  ({ answer }) =>
    change(textOf(answer, name))
      .filter((value) => value !== textOf(answer, name))
      .map((value) => ({ how: `${name}: ${JSON.stringify(value)}`, answer: withValue(answer, name, value) }))

/** Other bodies under the old signature. A body that stayed the same is no tampering. */
export const otherBodies =
  (change: (body: Buffer) => Readonly<Record<string, string | Buffer>>): Tamper =>
  ({ answer }) =>
    Object.entries(change(answer.body))
      .map(([how, body]) => ({ how, answer: { ...answer, body: Buffer.from(body) } }))
      .filter((tampered) => !tampered.answer.body.equals(answer.body))

/** Other parts, rightly signed by the key that signed the old ones: only the change itself can betray it. */
export const signedAnew =
  (change: (parts: AnswerParts) => readonly Partial<AnswerParts>[]): Tamper =>
  ({ parts, privateKey }) =>
    change(parts).map((other) => ({
      how: JSON.stringify(other),
      answer: signedAnswer({ ...parts, ...other }, privateKey),
    }))

/** The same parts under signatures made in other ways. `text` is what WeChat Pay signs. */
export const otherSignatures =
  (make: (text: Buffer, privateKey: KeyObject, right: Buffer) => Readonly<Record<string, Buffer>>): Tamper =>
  ({ answer, parts, privateKey }) => {
    const text = Buffer.concat([Buffer.from(`${parts.timestamp}\n${parts.nonce}\n`), parts.body, Buffer.from('\n')])
    const right = Buffer.from(textOf(answer, SIGNATURE), 'base64')
    return Object.entries(make(text, privateKey, right)).map(([how, signature]) => ({
      how,
      answer: withValue(answer, SIGNATURE, signature.toString('base64')),
    }))
  }
