import type { Condition } from '../../../lib/ledger/condition.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { Design } from './design.ts'

/** One clause of the condition of one transition, as text: `2 claim: due_at <=`. */
export type Guard = string

const ALWAYS: Condition = { op: 'and', all: [] }

/** The text of a clause, as in the second part of a guard. */
export const inWords = (condition: Condition): string => {
  switch (condition.op) {
    case 'and':
    case 'or':
      return `(${condition.all.map(inWords).join(` ${condition.op} `)})`
    case 'exists':
    case 'missing':
      return `${condition.name} ${condition.op}`
    default:
      return condition.name === 'state' && typeof condition.value === 'string'
        ? `state ${condition.op} ${condition.value}`
        : `${condition.name} ${condition.op}`
  }
}

/** The clauses of a conjunction; each of them could have been forgotten. */
const clausesOf = (condition: Condition): readonly string[] => {
  if (condition.op === 'and') return condition.all.flatMap((part) => [inWords(part), ...inner(part)])
  return [inWords(condition), ...inner(condition)]
}

const inner = (condition: Condition): readonly string[] =>
  condition.op === 'or' ? condition.all.flatMap((part) => (part.op === 'and' ? clausesOf(part) : [])) : []

const without = (condition: Condition, clause: string): Condition => {
  switch (condition.op) {
    case 'and':
      return {
        op: 'and',
        all: condition.all.filter((part) => inWords(part) !== clause).map((part) => without(part, clause)),
      }
    case 'or':
      if (inWords(condition) === clause) return ALWAYS
      return { op: 'or', all: condition.all.map((part) => (part.op === 'and' ? without(part, clause) : part)) }
    default:
      return inWords(condition) === clause ? ALWAYS : condition
  }
}

const eachOf = (transition: Transition, change: (one: Transition) => Transition): Transition => ({
  ...change(transition),
  ...(transition.otherwise && { otherwise: eachOf(transition.otherwise, change) }),
})

/** The design without these clauses. */
export const withoutGuards = (guards: readonly Guard[]): Partial<Design> => ({
  alter: (transition) =>
    eachOf(transition, (one) => {
      const clauses = guards.filter((guard) => guard.startsWith(`${one.name}: `))
      const left = clauses.reduce((when, guard) => without(when, guard.slice(one.name.length + 2)), one.when)
      return { ...one, when: left }
    }),
})

/** The real design; records every clause that is evaluated. */
export const watched = (guards: Set<Guard>): Partial<Design> => ({
  alter: (transition) =>
    eachOf(transition, (one) => {
      for (const clause of clausesOf(one.when)) guards.add(`${one.name}: ${clause}`)
      return one
    }),
})
