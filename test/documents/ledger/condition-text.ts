import type { Condition } from '../../../lib/ledger/condition.ts'
import { NOW } from '../../support/orders.ts'
import { code, spanText } from '../tables.ts'

/** Each thing that must hold, apart: a clause could be forgotten by itself. */
export const clausesOf = (condition: Condition): readonly Condition[] =>
  condition.op === 'and' ? condition.all : [condition]

/** A clause as whoever made the transition means it: with what he read, and when. */
export const clauseText = (condition: Condition): string => {
  switch (condition.op) {
    case 'exists':
      return condition.name === 'pk' ? 'the row is there' : `${code(condition.name)} is there`
    case 'missing':
      return condition.name === 'pk' ? 'there is no row' : `${code(condition.name)} is missing`
    case 'and':
    case 'or':
      return condition.all.map(clauseText).join(` ${condition.op} `)
    default:
      return `${code(`${condition.name} ${condition.op}`)} ${valueText(condition)}`
  }
}

type Comparison = Extract<Condition, { readonly value: unknown }>

const valueText = ({ op, name, value }: Comparison): string => {
  if (name === 'call_hash' || name === 'noticed_at') return 'that of the notice'
  if (name === 'state' || name === 'next' || op === '<>') return code(String(value))
  return op === '=' ? 'as read' : momentText(Number(value))
}

/** A time of a transition that was made at NOW. */
export const momentText = (ms: number): string => (ms === NOW ? 'now' : `now + ${spanText(ms - NOW)}`)
