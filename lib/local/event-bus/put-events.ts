import { randomUUID } from 'node:crypto'
import { account, region } from '../lambda/environment.ts'

/** An event that the bus has taken. */
export type BusEvent = {
  readonly id: string
  readonly source: string
  readonly detailType: string
  /** JSON text of an object, as it was put. */
  readonly detail: string
  /** The entry's own time, else that of its arrival. */
  readonly timeMs: number
  readonly resources: readonly string[]
}

export type EntryResult =
  | { readonly EventId: string; readonly ErrorCode?: never; readonly ErrorMessage?: never }
  | { readonly EventId?: never; readonly ErrorCode: string; readonly ErrorMessage: string }

export type PutEventsAnswer = { readonly FailedEntryCount: number; readonly Entries: readonly EntryResult[] }

/** Refuses a request as a whole. */
export class ValidationException extends Error {
  override readonly name = 'ValidationException'
}

const maxEntries = 10
const maxRequestBytes = 256 * 1024

/** Checks a request as a whole. Throws a ValidationException that says what EventBridge would. */
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

/** One entry becomes an event, or the refusal of this entry alone. */
export const eventOf = (entry: Record<string, unknown>, busName: string, nowMs: number): BusEvent | EntryResult => {
  const { Source: source, DetailType: detailType, Detail: detail, EventBusName: bus, Time: time, Resources } = entry
  if (typeof source !== 'string' || source === '') return missing('Source')
  if (typeof detailType !== 'string' || detailType === '') return missing('DetailType')
  if (typeof detail !== 'string' || detail === '') return missing('Detail')
  // The real one falls back to the account's default bus, where no rule of ours would ever see the event.
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

/** randomUUID joins its text from twenty pieces, and as long as nobody reads it all of them stay in memory. */
const flatUuid = (): string => Buffer.from(randomUUID(), 'latin1').toString('latin1')

const missing = (name: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
})

/** As EventBridge counts it: a time is 14 bytes, texts are UTF-8, and the name of the bus is not counted. */
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
