/** What a kind of verdict says about the order. */
type VerdictTraits = {
  /** WeChat Pay knows the order. */
  readonly isKnown?: true
  /** The order is done, whoever collected. */
  readonly isDone?: true
  /** The sum of the order no longer changes. */
  readonly isFixed?: true
  /** The order is over, and it is known who collected. */
  readonly isEnd?: true
  /** The verdict does not tell the state of the order. */
  readonly tellsNoState?: true
  /** The verdict tells nothing about the order at all, not even whether it exists. */
  readonly tellsNothing?: true
}

const KINDS = {
  /** WeChat Pay took the sync; a query must prove it. */
  accepted: { isKnown: true },
  /** The order is done, and only the merchant's own channel collected. */
  confirmed: { isKnown: true, isDone: true, isFixed: true, isEnd: true },
  /** The order is done, and WeChat Pay collected as well. */
  collected: { isKnown: true, isDone: true, isFixed: true, isEnd: true },
  /** The order is done, but the answer does not tell who collected. */
  undecided: { isKnown: true, isDone: true, isFixed: true },
  /** The order waits for payment: a sync is due. */
  unpaid: { isKnown: true, isFixed: true },
  /** A part is paid, and the rest is outstanding. */
  part_paid: { isKnown: true },
  /** The merchant has not completed the order: it is too early for a sync. */
  open: { isKnown: true },
  /** The order is cancelled or expired. */
  closed: { isKnown: true, isFixed: true, isEnd: true },
  /** WeChat Pay signed that there is no such order. */
  absent: {},
  /** WeChat Pay refused because of the state of the order, or because it does not exist. */
  state: { tellsNoState: true },
  /** WeChat Pay is charging the order now. */
  busy: { isKnown: true, tellsNoState: true },
  /** No trusted answer: WeChat Pay may have acted or not. */
  unknown: { tellsNoState: true, tellsNothing: true },
  /** The request was not sent: WeChat Pay cannot have acted. */
  unsent: { tellsNoState: true, tellsNothing: true },
  throttled: { tellsNoState: true, tellsNothing: true },
  /** The configuration or the secret is wrong. */
  config: { tellsNoState: true, tellsNothing: true },
  /** WeChat Pay refused a parameter. */
  invalid: { tellsNoState: true, tellsNothing: true },
} as const satisfies Readonly<Record<string, VerdictTraits>>

/** What an answer of WeChat Pay means for the order. */
export type VerdictKind = keyof typeof KINDS

export const VERDICT_KINDS: Readonly<Record<VerdictKind, VerdictTraits>> = KINDS
