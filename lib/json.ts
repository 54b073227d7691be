import { readJson } from './text.ts'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Its members, of which nothing is known; of what is no object, none. */
export const membersOf = (value: unknown): Json => (isObject(value) ? value : {})

/** The members of an object of JSON; none where the text is no sound JSON, or another value. */
export const parseMembers = (source: string | Uint8Array): Json => {
  const read = readJson(source)
  return 'value' in read ? membersOf(read.value) : {}
}
