import type { Row } from './row.ts'

type Name = keyof Row
type Value = string | number

/** The condition of a transition: DynamoDB checks it and writes the row in one UpdateItem. */
export type Condition =
  | { readonly op: 'exists' | 'missing'; readonly name: Name }
  /** As in DynamoDB, `<>` is true for a missing attribute, and every other comparison is false. */
  | { readonly op: '=' | '<>' | '<' | '<=' | '>'; readonly name: Name; readonly value: Value }
  | { readonly op: 'and' | 'or'; readonly all: readonly Condition[] }

export const exists = (name: Name): Condition => ({ op: 'exists', name })
export const missing = (name: Name): Condition => ({ op: 'missing', name })
export const equals = (name: Name, value: Value): Condition => ({ op: '=', name, value })
export const differs = (name: Name, value: Value): Condition => ({ op: '<>', name, value })
export const before = (name: Name, value: Value): Condition => ({ op: '<', name, value })
export const atMost = (name: Name, value: Value): Condition => ({ op: '<=', name, value })
export const after = (name: Name, value: Value): Condition => ({ op: '>', name, value })
export const and = (...all: readonly Condition[]): Condition => ({ op: 'and', all })
export const or = (...all: readonly Condition[]): Condition => ({ op: 'or', all })
