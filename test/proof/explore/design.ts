import type { CallType, NextCall, Row } from '../../../lib/ledger/row.ts'
import { mayReopen } from '../../../lib/ledger/transitions/notice.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'

/** When a transition is made: from which claimed row, after which call and which answer. */
export type Occasion = { readonly row?: Row; readonly step?: NextCall; readonly verdict?: Verdict }

/** The parts of the design that a variant can replace. What is not given is as in lib/. */
export type Design = {
  readonly alter: (transition: Transition, occasion: Occasion) => Transition
  readonly hear: (verdict: Verdict, step: CallType) => Verdict
  /** Whether a payment notice may reopen the row that it finds, as in sync-order.ts. */
  readonly mayReopen: (row: Row) => boolean
  /** Whether a payment notice that contradicts the row is finished and must not be retried, as in sync-order.ts. */
  readonly isSettled: (row: Row) => boolean
  /** Whether a payment notice whose conflict has disappeared reads the row once more, as in sync-order.ts. */
  readonly readsAgain: boolean
  /** How many attempts Lambda makes for one event. */
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
