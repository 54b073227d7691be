import { adviceOf } from '../advice.ts'
import { and, equals, missing } from '../condition.ts'
import { type BookRow, dueKeyOf, isWaitingKey, type Row, signerOf, waitingKeyOf, waitsKeyOf } from '../row.ts'
import { caseOf, isCase } from './case-index.ts'
import type { Transition } from './transition.ts'

/** Attributes that decide whose turn it is, as far as a transition sets or removes them. */
const TURN_ATTRIBUTES = [
  'state',
  'due',
  'reason',
  'last_error',
  'settled_at',
  'transaction_id',
  'refunds',
] as const satisfies readonly (keyof Row)[]

/**
 * Adds to a transition what it does to the index of rows that wait for a person: `waits` is present exactly while the
 * advice names a person. `row` is the row as it was read; what may have changed since then, the transition sets itself
 * or checks in its condition.
 */
export const withWaitingIndex = (transition: Transition, row: Partial<BookRow>): Transition => {
  // Stryker disable next-line ArrayDeclaration: equivalent - no attribute has the name that Stryker puts there
  const { pk, set = {}, remove = [], otherwise } = transition
  const changesTurn = TURN_ATTRIBUTES.some((name) => name in set || remove.includes(name))
  const after = { ...row, ...set, pk }
  return {
    ...transition,
    ...(changesTurn && (waitsAfter(after, remove) ? { set: { ...set, waits: waitsKeyOf(after) } } : left(transition))),
    ...(otherwise && { otherwise: withWaitingIndex(otherwise, row) }),
  }
}

/** The same for transitions that set every attribute that decides whose turn it is, whatever the row was before. */
export const indexed =
  <Args extends readonly unknown[]>(make: (...args: Args) => Transition) =>
  (...args: Args): Transition =>
    withWaitingIndex(make(...args), {})

/** A new row is in no index, so nothing is removed. */
const left = ({ when, remove = [] }: Transition): Partial<Transition> =>
  when.op === 'missing' && when.name === 'pk' ? {} : { remove: [...remove, 'waits'] }

const waitsAfter = (row: Partial<BookRow>, remove: readonly (keyof Row)[]): boolean => {
  const left = Object.fromEntries(Object.entries(row).filter(([name]) => !remove.some((removed) => removed === name)))
  return waitsForOperator(left as Parameters<typeof adviceOf>[0]) // every existing row has a state
}

/** A person must act on this order. Lists, reports, answers and alarms all use this function. */
export const waitsForOperator = (row: Parameters<typeof adviceOf>[0]): boolean => adviceOf(row).turn !== 'service'

/**
 * 20: corrects the indexes for a row that was written before there were any, or while they were by payee and not by
 * signer; undefined where they are right. It applies only to the row as it was read.
 */
export const reindex = (row: Row): Transition | undefined => {
  const { pk, state, attempt, due_at, settled_at, waits } = row
  const signer = signerOf(row)
  const isOfSigner = (key: string | undefined) => key === undefined || key.startsWith(`${signer}#`)
  const lacksCase = isCase(row) && row.case !== signer
  const isRight = (waits !== undefined) === waitsForOperator(row) && isOfSigner(waits) && isOfSigner(row.due)
  if (isRight && !lacksCase) return undefined
  const unchanged = [
    due_at === undefined ? missing('due_at') : equals('due_at', due_at),
    settled_at === undefined ? missing('settled_at') : equals('settled_at', settled_at),
  ]
  const when = and(equals('state', state), equals('attempt', attempt), ...unchanged)
  // When the charge was found is not in the row; it was after the notice.
  const set = {
    state,
    ...(lacksCase && caseOf(row, row.case_at ?? row.created_at)),
    ...(!isOfSigner(row.due) && { due: isWaitingKey(row.due ?? '') ? waitingKeyOf(row) : dueKeyOf(row) }),
  }
  return withWaitingIndex({ name: '20 reindex', pk, when, set }, row)
}
