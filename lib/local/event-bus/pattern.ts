/** Whether an event matches the pattern of a rule. */
export type Matches = (event: unknown) => boolean

type Json = null | boolean | number | string

/**
 * Compiles an event pattern with exact values, `prefix`, `anything-but` (a value, values or a prefix) and `exists`.
 * Throws for any other operator and for what EventBridge would refuse, so that no pattern matches by accident.
 */
export const compilePattern = (pattern: unknown): Matches => {
  if (!isObject(pattern)) throw invalid('a pattern is an object')
  const fields = Object.entries(pattern)
  if (fields.length === 0) throw invalid('an empty object matches nothing')
  const tests = fields.map(([name, part]): ((event: object) => boolean) => {
    if (name.startsWith('$')) throw invalid(`unknown operator ${name}`)
    const test = Array.isArray(part) ? compileValues(name, part) : onElements(compilePattern(part))
    return (event) => test(Object.hasOwn(event, name) ? Reflect.get(event, name) : undefined)
  })
  return (event) => isObject(event) && tests.every((test) => test(event))
}

/** Several values are alternatives; a field that is an array matches by any of its elements. */
const compileValues = (name: string, values: readonly unknown[]): Matches => {
  if (values.length === 0) throw invalid(`${name} has an empty list of values`)
  const tests = values.map((value) => compileValue(name, value))
  return (field) => tests.some((test) => test(field))
}

const compileValue = (name: string, value: unknown): Matches => {
  if (isScalar(value)) return onElements((field) => field === value)
  if (!isObject(value)) throw invalid(`${name} has a value that is neither text, number nor operator`)
  const [[operator, operand] = [], ...more] = Object.entries(value)
  if (more.length > 0) throw invalid(`${name} has more than one operator in one object`)
  if (operator === 'prefix') return onElements(startsWith(operand))
  if (operator === 'anything-but') return onElements(isAnythingBut(operand))
  if (operator === 'exists' && typeof operand === 'boolean') return (field) => isLeaf(field) === operand
  throw invalid(`${name} has the unknown operator ${JSON.stringify(value)}`)
}

const startsWith = (prefix: unknown): Matches => {
  if (typeof prefix !== 'string') throw invalid('prefix is a text')
  return (field) => typeof field === 'string' && field.startsWith(prefix)
}

/** A missing field does not match "anything-but". */
const isAnythingBut = (operand: unknown): Matches => {
  if (isObject(operand)) {
    const { prefix, ...rest } = operand as { prefix?: unknown }
    if (Object.keys(rest).length > 0) throw invalid('anything-but knows values and prefix')
    const isPrefixed = startsWith(prefix)
    return (field) => isScalar(field) && !isPrefixed(field)
  }
  const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
  if (excluded.length === 0 || excluded.some((value) => typeof value !== 'string' && typeof value !== 'number'))
    throw invalid('anything-but has texts or numbers')
  return (field) => isScalar(field) && !excluded.includes(field)
}

const onElements =
  (test: Matches): Matches =>
  (field) =>
    Array.isArray(field) ? field.some(test) : test(field)

const isScalar = (value: unknown): value is Json =>
  value === null || ['boolean', 'number', 'string'].includes(typeof value)

/** `exists` tests only leaves: an object does not count. */
const isLeaf = (value: unknown): boolean => isScalar(value) || (Array.isArray(value) && value.some(isLeaf))

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (reason: string) => new TypeError(`event pattern is not valid: ${reason}`)
