/** What a kind of verdict says of the order. */
type Says = {
  /** WeChat Pay knows it. */
  readonly isKnown?: true
  /** It is done, whoever collected. */
  readonly isDone?: true
  /** Its sum is not changed any more. */
  readonly isFixed?: true
  /** It is over, and it is known who collected. */
  readonly isEnd?: true
  /** Nothing of how it stands. */
  readonly isSilent?: true
  /** Nothing at all: whoever answers so knows nothing of the order. */
  readonly isBlind?: true
}

const KINDS = {
  /** The sync was taken; a query must prove it. */
  accepted: { isKnown: true },
  /** Done, and only the merchant's own channel collected. */
  confirmed: { isKnown: true, isDone: true, isFixed: true, isEnd: true },
  /** Done, and WeChat Pay collected as well. */
  collected: { isKnown: true, isDone: true, isFixed: true, isEnd: true },
  /** Done, but nobody can tell who collected. */
  undecided: { isKnown: true, isDone: true, isFixed: true },
  /** Waiting for payment: a sync is due. */
  unpaid: { isKnown: true, isFixed: true },
  /** A part was paid, the rest is outstanding. */
  part_paid: { isKnown: true },
  /** Not completed yet: too early. */
  open: { isKnown: true },
  /** Cancelled or expired. */
  closed: { isKnown: true, isFixed: true, isEnd: true },
  /** WeChat Pay's signed word that there is no such order. */
  absent: {},
  /** A refusal about the order's state or existence. */
  state: { isSilent: true },
  /** A charge is running. */
  busy: { isKnown: true, isSilent: true },
  /** Anything may have happened. */
  unknown: { isSilent: true, isBlind: true },
  /** Nothing can have happened. */
  unsent: { isSilent: true, isBlind: true },
  throttled: { isSilent: true, isBlind: true },
  /** The deployment is wrong. */
  config: { isSilent: true, isBlind: true },
  /** A refusal of a parameter. */
  invalid: { isSilent: true, isBlind: true },
} as const satisfies Readonly<Record<string, Says>>

/** What an answer of WeChat Pay means for the order. */
export type VerdictKind = keyof typeof KINDS

export const VERDICT_KINDS: Readonly<Record<VerdictKind, Says>> = KINDS
