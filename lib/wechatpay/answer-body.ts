import { membersOf } from '../json.ts'
import { readJson } from '../text.ts'
import type { PayafterOrder, PayafterSyncAnswer, RefusalBody, ServiceOrder } from './order-api.ts'

/** Members by the names of the wire; what stands under them is not known before it is looked at. */
export type Unread<Wire> = { readonly [name in keyof Wire]?: unknown }
/** The body of any answer: each family's members, read by the shape of the answer and not by what was asked. */
export type Body = Unread<PayafterSyncAnswer & ServiceOrder & PayafterOrder & RefusalBody>

/** A body that is not sound JSON says nothing: kept as text, its signature could not be checked again. */
export const parseBody = (bytes: Buffer): Body => {
  const read = readJson(bytes, (json) => (BARE_NUMBER.test(json) ? exactNumber : undefined))
  return 'flaw' in read ? {} : membersOf(read.value)
}

/**
 * A transaction has 28 digits, more than a JSON number keeps: written without quotes it is taken as the text that it was.
 * Only then, since a reviver makes every parse slow.
 */
const BARE_NUMBER = /transaction_id"\s*:\s*\d/
const exactNumber = (name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  name.endsWith('transaction_id') && /^\d+$/.test(context?.source ?? '') ? context?.source : value

/** A list's members; one object in its place is read as its only member, as some official samples write it. */
export const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  return isStated(value) ? [value] : []
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** null says as little as a member that is left out. */
export const isStated = (value: unknown): boolean => value !== undefined && value !== null

/** A sum in fen; one official sample writes it as text. Undefined for what is no sum. */
export const fen = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  // Stryker disable next-line ConditionalExpression: equivalent - only a number is a safe integer; the types do not know that
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
