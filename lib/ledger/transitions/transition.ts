import type { Condition } from '../condition.ts'
import type { Row } from '../row.ts'

/** One write to one row: applied whole when its condition holds, else not at all. */
export type Transition = {
  /** Number and name, as logs and docs/ledger.md have them. */
  readonly name: string
  readonly pk: string
  readonly when: Condition
  readonly set?: Partial<Row>
  /** Set only what is not there yet. */
  readonly keep?: Partial<Row>
  /** Add one. */
  readonly count?: readonly ('attempt' | 'conflicts')[]
  readonly remove?: readonly (keyof Row)[]
  /** What to apply when the condition does not hold. */
  readonly otherwise?: Transition
  /** Somebody must be told when this was applied. */
  readonly alarm?: Alarm
}

export type Alarm = 'config' | 'undone' | 'unproved'
