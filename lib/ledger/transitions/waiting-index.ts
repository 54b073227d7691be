import { adviceOf } from '../advice.ts'
import { and, equals, missing } from '../condition.ts'
import { dueKeyOf, type Row } from '../row.ts'
import type { Transition } from './transition.ts'

/** What of a row says whose turn it is, as far as a transition sets or removes it. */
const TURNS_ON = [
  'state',
  'due',
  'reason',
  'last_error',
  'settled_at',
  'transaction_id',
] as const satisfies readonly (keyof Row)[]

/**
 * The transition, and what it does to the index of rows that wait for a person: `waits` is there exactly while the advice
 * names somebody. `row` as it was read; what may have changed since is set by the transition itself, or fenced by it.
 */
export const withWaitingIndex = (transition: Transition, row: Partial<Row>): Transition => {
  const { pk, set = {}, remove = [], otherwise } = transition
  const isTurned = TURNS_ON.some((name) => name in set || remove.includes(name))
  return {
    ...transition,
    ...(isTurned &&
      (isPersons({ ...row, ...set }, remove) ? { set: { ...set, waits: dueKeyOf(pk) } } : left(transition))),
    ...(otherwise && { otherwise: withWaitingIndex(otherwise, row) }),
  }
}

/** The same of transitions that set all that whose turn it is depends on, whatever the row was. */
export const indexed =
  <Given extends readonly unknown[]>(make: (...given: Given) => Transition) =>
  (...given: Given): Transition =>
    withWaitingIndex(make(...given), {})

/** A new row is in no index. */
const left = ({ when, remove = [] }: Transition): Partial<Transition> =>
  when.op === 'missing' && when.name === 'pk' ? {} : { remove: [...remove, 'waits'] }

const isPersons = (row: Partial<Row>, remove: readonly (keyof Row)[]): boolean => {
  const left = Object.fromEntries(Object.entries(row).filter(([name]) => !remove.some((one) => one === name)))
  return waitsForOperator(left as Row) // a row that is there has a state
}

/** Somebody has to do something about this order: the one meaning of it in lists, reports, answers and alarms. */
export const waitsForOperator = (row: Parameters<typeof adviceOf>[0]): boolean => adviceOf(row).turn !== 'service'

/** 20: the index as it should be, of a row that was written before there was one; undefined where it is right. As read. */
export const reindex = (row: Row): Transition | undefined => {
  const { pk, state, attempt, due_at, settled_at, waits } = row
  if ((waits !== undefined) === waitsForOperator(row)) return undefined
  const asItWas = [
    due_at === undefined ? missing('due_at') : equals('due_at', due_at),
    settled_at === undefined ? missing('settled_at') : equals('settled_at', settled_at),
  ]
  const when = and(equals('state', state), equals('attempt', attempt), ...asItWas)
  return withWaitingIndex({ name: '20 reindex', pk, when, set: { state } }, row)
}
