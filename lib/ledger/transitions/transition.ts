import type { Condition } from '../condition.ts'
import type { SignedAnswer } from '../packed-answer.ts'
import type { Row } from '../row.ts'

/** One UpdateItem on one row: applied completely when its condition holds, otherwise not at all. */
export type Transition = {
  /** Number and name of the transition, as in the logs and in docs/ledger.md. */
  readonly name: string
  readonly pk: string
  readonly when: Condition
  readonly set?: Partial<Row>
  /** Set only where the attribute is missing. */
  readonly keep?: Partial<Row>
  /** Attributes increased by one. */
  readonly count?: readonly ('attempt' | 'conflicts')[]
  readonly remove?: readonly (keyof Row)[]
  /** WeChat Pay's signed answer by which the order goes on: it is written as `answer`, packed, to be kept as evidence. */
  readonly answer?: SignedAnswer
  /** The transition to apply when the condition does not hold. */
  readonly otherwise?: Transition
  /** The metric that raises an alarm when this transition was applied. */
  readonly alarm?: Alarm
}

export type Alarm = 'config' | 'sub_merchant_trouble' | 'undone' | 'unproved' | 'refund_failed'
