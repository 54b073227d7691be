import { readJson } from './text.ts'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members of an object, of unknown types; no members if the value is not an object. */
export const membersOf = (value: unknown): Json => (isObject(value) ? value : {})

/** The members of a JSON object; none if the text is not sound JSON, or not an object. */
export const parseMembers = (source: string | Uint8Array): Json => {
  const read = readJson(source)
  return 'value' in read ? membersOf(read.value) : {}
}
