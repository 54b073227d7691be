import type { Row, State } from '../../../lib/ledger/row.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { CLAIMED, DAY, NOW, SECOND, unleased } from '../../support/orders.ts'

/** A transition, rows that it changes, and rows that fail one clause of its condition and no other. */
export type ConditionCase = {
  readonly transition: Transition
  readonly changes: Readonly<Record<string, Row | undefined>>
  readonly leaves: Readonly<Record<string, Row | undefined>>
}

/** A row that nobody has, with some attributes changed; those given as undefined are taken away. */
export const row = (change: { readonly [name in keyof Row]?: Row[name] | undefined }): Row =>
  // Only optional attributes are ever taken away.
  Object.fromEntries(
    Object.entries({ ...unleased(CLAIMED), ...change }).filter(([, value]) => value !== undefined),
  ) as Row

/** A transition without what follows when its condition fails. */
export const alone = ({ otherwise: _, ...transition }: Transition): Transition => transition

const ended = { due: undefined, due_at: undefined, next: undefined }

export const NO_ROW = { 'no row': undefined }
export const PENDING = { pending: row({}) }
export const HELD = { held: row({ state: 'HELD', due_at: NOW + 1 * DAY }) }
export const SYNCED = { synced: row({ state: 'SYNCED' }) }
export const REJECTED = { rejected: row({ state: 'REJECTED', ...ended }) }
export const CHARGED = { 'charged twice': row({ state: 'DOUBLE_CHARGED', ...ended }) }
export const SETTLED = { settled: row({ state: 'DOUBLE_CHARGED', settled_at: NOW - 1, ...ended }) }

/** A call may be out from the start of a lease to its end. */
export const callOut = (state: State) => ({
  'its lease ends in a moment': row({ state, leased_until: NOW + 1 }),
  'its lease began a moment ago, by a clock ahead': row({ state, leased_until: NOW + 40 * SECOND }),
})

export const noCallOut = (state: State) => ({
  'its lease has ended': row({ state, leased_until: NOW }),
  'nobody has it, and it is due in a moment': row({ state, due_at: NOW + 1 }),
  'nobody has it, and it waits': row({ state, due_at: NOW + 40 * SECOND }),
})

/** Held, with no call out, but no more as it was read. */
export const claimedSince = { attempt: 4, state: 'HELD', due_at: NOW } as const

/** The same cases with what else the rows have in common. */
export const each = (cases: Readonly<Record<string, Row>>, prefix: string, change: Partial<Row>) =>
  Object.fromEntries(Object.entries(cases).map(([why, one]) => [`${prefix}: ${why}`, { ...one, ...change }]))
