import type { Row, Step } from '../../../lib/ledger/row.ts'
import { mayReopen } from '../../../lib/ledger/transitions/notice.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'

/** For what a transition was made: by whoever held which row, and after which answer. */
export type Occasion = { readonly row?: Row; readonly step?: Step; readonly verdict?: Verdict }

/** Where the design can be altered while it runs. What is not given is as lib/ has it. */
export type Design = {
  readonly alter: (transition: Transition, occasion: Occasion) => Transition
  readonly hear: (verdict: Verdict, step: Step) => Verdict
  /** Whether a notice may take the place of what it finds. As sync-order.ts has it. */
  readonly mayReopen: (row: Row) => boolean
  /** When an event that contradicts the row is over, and does not come again. As sync-order.ts has it. */
  readonly isSettled: (row: Row) => boolean
  /** Whether a notice that is no conflict any more reads the row once more. As sync-order.ts has it. */
  readonly readsAgain: boolean
  /** How often Lambda gives one event to a function. */
  readonly attempts: 1 | 2 | 3
}

export const REAL_DESIGN: Design = {
  alter: (transition) => transition,
  hear: (verdict) => verdict,
  mayReopen,
  isSettled: (row) => row.state === 'DOUBLE_CHARGED' || (row.state === 'SYNCED' && row.due === undefined),
  readsAgain: true,
  attempts: 3,
}
