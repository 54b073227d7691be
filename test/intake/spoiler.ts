import fc from 'fast-check'
import { eventOf, KINDS, type Kind, type Notice } from '../wechatpay/samples.ts'

/** One way to spoil exactly one thing of a notice that is otherwise valid, and the field that must be blamed for it. */
export type Spoiler = {
  readonly rule: string
  readonly field: string
  readonly kinds: readonly Kind[]
  /** What the spoiled thing is set to. */
  readonly bad: fc.Arbitrary<unknown>
  readonly spoil: (kind: Kind, notice: Notice, bad: unknown) => unknown
}

export type Json = Record<string, unknown>

export const HTTP: readonly Kind[] = ['http api', 'rest api']
export const BODILESS: readonly Kind[] = ['event', 'direct']

/** Spoils the notice before it is wrapped. */
export const inNotice = (
  rule: string,
  field: string,
  bad: fc.Arbitrary<unknown>,
  put: (notice: Notice, bad: unknown) => Notice,
  kinds: readonly Kind[] = KINDS,
): Spoiler => ({ rule, field, kinds, bad, spoil: (kind, notice, value) => eventOf(kind, put(notice, value)) })

/** Spoils what the notice is wrapped in. */
export const inEvent = (
  rule: string,
  field: string,
  kinds: readonly Kind[],
  bad: fc.Arbitrary<unknown>,
  put: (event: Json, bad: unknown) => unknown,
): Spoiler => ({ rule, field, kinds, bad, spoil: (kind, notice, value) => put(eventOf(kind, notice), value) })

export const set = (name: keyof Notice) => (notice: Notice, bad: unknown) => ({ ...notice, [name]: bad })
export const setIn = (name: string) => (event: Json, bad: unknown) => ({ ...event, [name]: bad })

export const missing = fc.constant(undefined)
export const notText = fc.oneof(
  fc.constantFrom(null, true, false, [], ['1'], {}, { value: '1' }),
  fc.integer(),
  fc.double(),
)
export const notObject = fc.oneof(fc.constantFrom(null, true, false, 0), fc.integer(), fc.string())

/** Digits, as many as one of the lengths. */
export const digits = (...lengths: number[]): fc.Arbitrary<string> =>
  fc
    .constantFrom(...lengths)
    .chain((length) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length }))
