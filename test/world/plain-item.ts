import type { AttributeMap } from 'dynalite/db/index.js'

/** An item of DynamoDB as a plain object: numbers as numbers, sets as arrays, bytes as base64. */
export const plainItem = (item: AttributeMap): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([name, attribute]) => [name, plainValue(attribute)]))

const plainValue = (attribute: Record<string, unknown>): unknown => {
  const [[type, value] = []] = Object.entries(attribute)
  if (type === 'N') return Number(value)
  if (type === 'NULL') return null
  // The shapes that go with these three types.
  if (type === 'NS') return (value as string[]).map(Number)
  if (type === 'L') return (value as Record<string, unknown>[]).map(plainValue)
  if (type === 'M') return plainItem(value as AttributeMap)
  return value
}
