import type { Condition } from '../../lib/order/condition.ts'
import type { Row } from '../../lib/order/row.ts'
import type { Transition } from '../../lib/order/transition.ts'

type Names = Readonly<Record<string, unknown>>

/** Whether a row, or none, fulfils a condition, as DynamoDB would say. */
export const holds = (condition: Condition, row: Row | undefined): boolean => {
  switch (condition.op) {
    case 'and':
      return condition.all.every((part) => holds(part, row))
    case 'or':
      return condition.all.some((part) => holds(part, row))
    case 'exists':
      return row?.[condition.name] !== undefined
    case 'missing':
      return row?.[condition.name] === undefined
    case '<>':
      return row?.[condition.name] !== condition.value
    default:
      return compares(condition.op, row?.[condition.name], condition.value)
  }
}

/** The row after a transition, or undefined when its condition does not hold. Its `otherwise` is the caller's. */
export const applyTo = (row: Row | undefined, transition: Transition): Row | undefined => {
  const { pk, when, set = {}, keep = {}, count = [], remove = [] } = transition
  if (!holds(when, row)) return undefined
  const before: Names = row ?? { pk }
  const after: Record<string, unknown> = { ...keep, ...before, ...set }
  for (const name of count) after[name] = numberOf(before[name]) + 1
  for (const name of remove) delete after[name]
  return after as Row // as DynamoDB, the store trusts whoever writes
}

/** Numbers and text are compared with their own kind only. */
const compares = (op: '=' | '<' | '<=' | '>', stored: unknown, value: string | number): boolean => {
  if (typeof stored === 'number' && typeof value === 'number') return ordered(op, Math.sign(stored - value))
  if (typeof stored === 'string' && typeof value === 'string')
    return ordered(op, Buffer.compare(Buffer.from(stored), Buffer.from(value)))
  return false
}

const ordered = (op: '=' | '<' | '<=' | '>', sign: number): boolean =>
  op === '=' ? sign === 0 : op === '>' ? sign > 0 : op === '<' ? sign < 0 : sign <= 0

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
