import { membersOf } from '../json.ts'
import { readJson } from '../text.ts'
import type { PayafterOrder, PayafterSyncAnswer, RefusalBody, ServiceOrder } from './order-api.ts'

/** The members of a body by their names on the wire; their values are unknown until they are checked. */
export type Unchecked<Wire> = { readonly [name in keyof Wire]?: unknown }
/** The body of any answer. Its members are read as they come, whichever order API was called. */
export type Body = Unchecked<PayafterSyncAnswer & ServiceOrder & PayafterOrder & RefusalBody>

/**
 * A body that is not sound JSON is treated as empty: it could not be kept as text without changing the bytes that were
 * signed.
 */
export const parseBody = (bytes: Buffer): Body => {
  const read = readJson(bytes, (json) => (BARE_NUMBER.test(json) ? exactNumber : undefined))
  return 'flaw' in read ? {} : membersOf(read.value)
}

/**
 * A transaction_id has 28 digits, more than a JSON number can hold: one without quotes is read from its source text.
 * The reviver is used only then, since it makes JSON.parse slow.
 */
const BARE_NUMBER = /transaction_id"\s*:\s*\d/
const exactNumber = (name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  name.endsWith('transaction_id') && /^\d+$/.test(context?.source ?? '') ? context?.source : value

/** The elements of an array. A single object is read as an array of one, as some samples of WeChat Pay have it. */
export const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  return isStated(value) ? [value] : []
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A member that is null counts as missing. */
export const isStated = (value: unknown): boolean => value !== undefined && value !== null

/** A sum in fen; one sample of WeChat Pay has it as text. Undefined for anything else. */
export const fen = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  // Stryker disable next-line ConditionalExpression: equivalent - only a number is a safe integer; the types do not know that
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
