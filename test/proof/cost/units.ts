import { tableOf } from '../../../lib/local/ledger-table.ts'

/** An item in DynamoDB's JSON, as a stream has it; undefined where there is none. */
type Item = Readonly<Record<string, object>> | undefined

const bytes = (text: string): number => Buffer.byteLength(text)

/** One byte for two significant digits, and one more; one for a sign. */
const numberBytes = (text: string): number => {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}

/**
 * Size of a value of an item.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
// The type says what the content is.
const valueBytes = (value: object): number => {
  const [[type, content] = ['NULL', true]] = Object.entries(value)
  switch (type) {
    case 'S':
      return bytes(String(content))
    case 'N':
      return numberBytes(String(content))
    case 'B':
      return Buffer.from(String(content), 'base64').length
    case 'SS':
      return (content as string[]).reduce((sum, one) => sum + bytes(one), 0)
    case 'L':
      return (content as object[]).reduce((sum, one) => sum + 1 + valueBytes(one), 3)
    case 'M':
      return 3 + itemBytes(content as Item) + Object.keys(content as object).length
    default:
      return 1
  }
}

/** Size of an item, names and values. */
export const itemBytes = (item: Item): number =>
  Object.entries(item ?? {}).reduce((sum, [name, value]) => sum + bytes(name) + valueBytes(value), 0)

export const writeUnitsOf = (size: number): number => Math.max(1, Math.ceil(size / 1024))
/** Eventually consistent reads cost half. */
export const readUnitsOf = (size: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(size / 4096)) / (isConsistent ? 1 : 2)

const INDEXES = (tableOf('').input.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', KeySchema, Projection }) => {
  const keys = (KeySchema ?? []).map(({ AttributeName = '' }) => AttributeName)
  return { name: IndexName, keys, names: [...new Set([...keys, 'pk', ...(Projection?.NonKeyAttributes ?? [])])] }
})

/** The entry of an item in an index; none while it lacks a key of the index. */
const entryOf = (item: Item, { keys, names }: (typeof INDEXES)[number]): Item =>
  item && keys.every((key) => item[key])
    ? Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])))
    : undefined

const isSame = (a: Item, b: Item, names: readonly string[]): boolean =>
  names.every((name) => JSON.stringify(a?.[name]) === JSON.stringify(b?.[name]))

/** A new key is a delete and a put; what the index does not have costs it nothing. */
const indexUnits = (before: Item, after: Item, index: (typeof INDEXES)[number]): number => {
  const [old, next] = [entryOf(before, index), entryOf(after, index)]
  const size = Math.max(itemBytes(old), itemBytes(next))
  if (!old && !next) return 0
  if (!old || !next) return writeUnitsOf(size)
  if (!isSame(old, next, index.keys)) return writeUnitsOf(itemBytes(old)) + writeUnitsOf(itemBytes(next))
  return isSame(old, next, index.names) ? 0 : writeUnitsOf(size)
}

export type Units = { readonly table: number; readonly indexes: number }

/** Write units of one write: of the larger of the item before and after, and of its entries in the indexes. */
export const unitsOf = (before: Item, after: Item): Units => ({
  table: writeUnitsOf(Math.max(itemBytes(before), itemBytes(after))),
  indexes: INDEXES.reduce((sum, index) => sum + indexUnits(before, after, index), 0),
})
