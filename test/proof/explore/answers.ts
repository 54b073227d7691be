import type { CallType, Row } from '../../../lib/ledger/row.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import type { VerdictKind } from '../../../lib/wechatpay/verdict-kinds.ts'
import { signedWord } from './canonical-row.ts'
import { FIRST_CHARGE, PART, SECOND_CHARGE, TOTAL } from './scenario.ts'

/** The answer that an invocation received, as a number. 0: none yet. */
export type AnswerId = number

type Answer = {
  readonly kind: VerdictKind
  readonly verified: boolean
  readonly words: string
  /** The HTTP status, if a later decision depends on it. */
  readonly status?: number
  /** A signed response to an earlier request or for another order, sent again. */
  readonly isOld?: true
  /** Of two charges: their sum, or none that can be read. */
  readonly ofTwo?: 'summed' | 'blurred'
}

const ANSWERS = [
  { kind: 'accepted', verified: true, words: 'taken (signed)' },
  { kind: 'confirmed', verified: true, words: 'done, collected by the merchant (signed)' },
  { kind: 'collected', verified: true, words: 'done, and charged by WeChat Pay (signed)' },
  { kind: 'unpaid', verified: true, words: 'waiting for payment (signed)' },
  { kind: 'part_paid', verified: true, words: 'paid in part, the rest outstanding (signed)' },
  { kind: 'open', verified: true, words: 'not completed yet (signed)' },
  { kind: 'closed', verified: true, words: 'cancelled (signed)' },
  { kind: 'absent', verified: true, words: 'no such order (signed)' },
  { kind: 'undecided', verified: true, words: 'done, nobody knows who collected (signed)' },
  { kind: 'busy', verified: true, words: 'a charge is running (signed)' },
  { kind: 'state', verified: true, words: 'not in this state (signed)' },
  { kind: 'state', verified: false, words: 'not in this state (unsigned)' },
  { kind: 'invalid', verified: true, words: 'wrong parameter (signed)' },
  { kind: 'invalid', verified: false, words: 'wrong parameter (unsigned)' },
  { kind: 'config', verified: true, words: 'no such order, and none of this merchant so far (signed)' },
  { kind: 'config', verified: false, status: 401, words: '401' },
  { kind: 'throttled', verified: false, status: 429, words: '429' },
  { kind: 'config', verified: false, words: 'nothing: no key' },
  { kind: 'invalid', verified: true, isOld: true, words: 'wrong parameter, of another order (signed)' },
  { kind: 'throttled', verified: true, isOld: true, status: 429, words: '429, of another order (signed)' },
  { kind: 'unknown', verified: false, words: 'nothing that can be believed' },
  { kind: 'unsent', verified: false, words: 'nothing: no connection' },
  { kind: 'collected', verified: true, ofTwo: 'summed', words: 'done, and charged by WeChat Pay twice (signed)' },
  { kind: 'collected', verified: true, ofTwo: 'blurred', words: 'charged twice, with no sum to be read (signed)' },
] as const satisfies readonly Answer[]

type Known = (typeof ANSWERS)[number]
type Signed = Extract<Known, { verified: true }>['kind']
type Unsigned = Extract<Known, { verified: false }>['kind']

const idOf = (isWanted: (answer: Answer) => boolean): AnswerId => ANSWERS.findIndex(isWanted) + 1

const find = (kind: VerdictKind, verified: boolean): AnswerId =>
  idOf((answer) => answer.kind === kind && answer.verified === verified && !answer.isOld && !answer.ofTwo)

export const signed = (kind: Signed): AnswerId => find(kind, true)
export const unsigned = (kind: Unsigned): AnswerId => find(kind, false)

/** WeChat Pay charged a second time. */
export const TWICE = idOf(({ ofTwo }) => ofTwo === 'summed')
export const BLURRED = idOf(({ ofTwo }) => ofTwo === 'blurred')

/** The request was not sent. */
export const NO_KEY = idOf(({ kind, verified, status }) => kind === 'config' && !verified && status === undefined)

/** Refusals that WeChat Pay signed for another order. A refusal names no order, so they cannot be told apart. */
export const OLD_REFUSALS = (['invalid', 'throttled'] as const).map((kind) =>
  idOf((answer) => answer.kind === kind && answer.isOld === true),
)

export const answerInWords = (id: AnswerId): string => ANSWERS[id - 1]?.words ?? 'nothing'

/** The verdict on this answer to a call for this row. Each signed response has its own nonce. */
export const verdictOf = (
  id: AnswerId,
  step: CallType,
  { call_hash, refused }: Pick<Row, 'call_hash' | 'refused'>,
): Verdict => {
  const answer: Answer | undefined = ANSWERS[id - 1]
  if (!answer) throw new Error('nothing was answered yet')
  const { kind, verified, status, isOld, ofTwo } = answer
  const nonce = isOld ? 'OLD' : refused === 'N' ? 'M' : 'N'
  return {
    kind,
    verified,
    ...(status !== undefined && { status }),
    ...(verified && { signedResponse: signedWord(`${kind} ${step} ${call_hash}`, nonce) }),
    ...(kind === 'collected' && {
      charge: ofTwo ? BOTH_CHARGES[ofTwo] : { amount: TOTAL, transaction_id: FIRST_CHARGE },
    }),
    ...(kind === 'part_paid' && { charge: { amount: PART, transaction_id: '4200000001' } }),
    // An answer that leads to no decision has no amount either.
    ...(WITH_ORDER.includes(kind) && step === 'query' && { total_amount: TOTAL }),
  }
}

const WITH_ORDER: readonly VerdictKind[] = ['confirmed', 'collected', 'unpaid', 'part_paid', 'open', 'closed']

const BOTH_NUMBERS = `${FIRST_CHARGE},${SECOND_CHARGE}`

const BOTH_CHARGES = {
  summed: { amount: 2 * TOTAL, transaction_id: BOTH_NUMBERS },
  blurred: { transaction_id: BOTH_NUMBERS },
} as const
