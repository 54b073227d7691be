import type { Condition } from '../../../lib/ledger/condition.ts'
import type { Row, State } from '../../../lib/ledger/row.ts'
import { LIMITS } from '../../../lib/limits.ts'
import { spanText } from '../tables.ts'
import type { Sample } from './effect-text.ts'
import { STATES } from './samples.ts'

/** From one state, or from no row, to another, and by which transitions. */
export type Move = { readonly from: State | undefined; readonly to: State; readonly names: readonly string[] }

/** Every way in which a state changes, as the conditions allow it. */
export const movesOf = (samples: readonly Sample[]): readonly Move[] => {
  const moves = samples.flatMap(({ made }) => {
    const to = made.set?.state
    const from =
      to === undefined ? [] : [undefined, ...STATES].filter((state) => state !== to && mayHold(made.when, state))
    return from.map((state) => ({ key: `${state} ${to}`, from: state, to: to as State, name: made.name })) // none without
  })
  return [...Map.groupBy(moves, ({ key }) => key).values()].flatMap((same) => {
    const [{ from, to } = { from: undefined, to: undefined }] = same
    return to ? [{ from, to, names: [...new Set(same.map(({ name }) => name))].sort(byNumber) }] : []
  })
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10)

/** Whether the condition may hold of some row in this state; without a state there is no row. */
const mayHold = (condition: Condition, state: State | undefined): boolean => {
  switch (condition.op) {
    case 'and':
      return condition.all.every((part) => mayHold(part, state))
    case 'or':
      return condition.all.some((part) => mayHold(part, state))
    case 'missing':
      return isMissing(condition.name, state) ?? condition.name !== 'pk'
    case 'exists':
      return !isMissing(condition.name, state)
    case '<>':
      return condition.name !== 'state' || condition.value !== state
    default:
      if (isMissing(condition.name, state)) return false
      return condition.name !== 'state' || condition.op !== '=' || condition.value === state
  }
}

const IN_THE_INDEX: readonly (keyof Row)[] = ['due', 'due_at', 'next']

/**
 * Undefined where that differs from row to row. A row that has ended is due only for a trade bill or a refund, and what
 * follows has its own transitions.
 */
const isMissing = (name: keyof Row, state: State | undefined): boolean | undefined => {
  if (state === undefined) return true
  if (IN_THE_INDEX.includes(name) && (state === 'REJECTED' || state === 'DOUBLE_CHARGED')) return true
  if (IN_THE_INDEX.includes(name) && state !== 'SYNCED') return false
  return undefined
}

/** As a mermaid diagram; of what only happens to a row in one state, nothing is drawn. */
export const stateDiagram = (samples: readonly Sample[]): string =>
  [
    'stateDiagram-v2',
    ...movesOf(samples).map(({ from, to, names }) => `  ${from ?? '[*]'} --> ${to}: ${names.join(', ')}`),
    ...STATES.filter((state) => state === 'SYNCED' || state === 'REJECTED' || state === 'DOUBLE_CHARGED').map(
      (state) => `  ${state} --> [*]: ${spanText(LIMITS.keepEnded)} after its end`,
    ),
  ].join('\n')
