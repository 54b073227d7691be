import { randomUUID } from 'node:crypto'
import { account, region } from '../lambda/environment.ts'

/** An event that the bus has accepted. */
export type BusEvent = {
  readonly id: string
  readonly source: string
  readonly detailType: string
  /** JSON text of an object, as it was sent. */
  readonly detail: string
  /** The entry's own Time, or else the time of arrival. */
  readonly timeMs: number
  readonly resources: readonly string[]
}

export type EntryResult =
  | { readonly EventId: string; readonly ErrorCode?: never; readonly ErrorMessage?: never }
  | { readonly EventId?: never; readonly ErrorCode: string; readonly ErrorMessage: string }

export type PutEventsAnswer = { readonly FailedEntryCount: number; readonly Entries: readonly EntryResult[] }

/** Refuses a whole request. */
export class ValidationException extends Error {
  override readonly name = 'ValidationException'
}

const maxEntries = 10
const maxRequestBytes = 256 * 1024

/** Validates a whole request. Throws a ValidationException with EventBridge's message. */
export const entriesOf = (input: unknown): readonly Record<string, unknown>[] => {
  const entries: unknown = isObject(input) ? input.Entries : undefined
  if (!Array.isArray(entries) || !entries.every(isObject))
    throw new ValidationException(`1 validation error detected: Value at 'entries' failed to satisfy constraint`)
  if (entries.length < 1 || entries.length > maxEntries)
    throw new ValidationException(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: ` +
        `Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxEntries}`}`,
    )
  if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > maxRequestBytes)
    throw new ValidationException('Total size of the entries in the request is over the limit.')
  return entries
}

/** Makes an event of one entry, or refuses only this entry. */
export const eventOf = (entry: Record<string, unknown>, busName: string, nowMs: number): BusEvent | EntryResult => {
  const { Source: source, DetailType: detailType, Detail: detail, EventBusName: bus, Time: time, Resources } = entry
  if (typeof source !== 'string' || source === '') return missing('Source')
  if (typeof detailType !== 'string' || detailType === '') return missing('DetailType')
  if (typeof detail !== 'string' || detail === '') return missing('Detail')
  // EventBridge would use the account's default bus, where none of our rules is.
  if (typeof bus !== 'string' || bus === '') return missing('EventBusName')
  if (bus !== busName && bus !== `arn:aws:events:${region}:${account}:event-bus/${busName}`)
    return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${bus} does not exist.` }
  if (source.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
  if (!isJsonObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  const timeMs = typeof time === 'number' ? time * 1000 : nowMs
  const resources = Array.isArray(Resources) ? Resources.map(String) : []
  return { id: flatUuid(), source, detailType, detail, timeMs, resources }
}

/** randomUUID joins twenty strings lazily, and all of them stay in memory until the result is flattened. */
const flatUuid = (): string => Buffer.from(randomUUID(), 'latin1').toString('latin1')

const missing = (name: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
})

/** Size as EventBridge counts it: Time is 14 bytes, strings are UTF-8, and the name of the bus is not counted. */
const entryBytes = ({ Time, Source, DetailType, Detail, Resources }: Record<string, unknown>): number => {
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])]
  const textBytes = texts.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text ?? '')), 0)
  return textBytes + (Time === undefined ? 0 : 14)
}

const isJsonObject = (text: string): boolean => {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
