import type { Refund, Row } from '../../../lib/ledger/row.ts'
import { nextRefund } from '../../../lib/ledger/transitions/refund.ts'
import type { RefundVerdict, RefundVerdictKind } from '../../../lib/wechatpay/refund-api.ts'
import type { AnswerId } from './answers.ts'
import { signedWord } from './canonical-row.ts'
import type { Emit, Model } from './model.ts'
import { type RefundAtWechatPay, type Scenario, TOTAL } from './scenario.ts'
import { hasCharged } from './wechat-pay.ts'
import type { World } from './world.ts'

/** The true state of a refund at WeChat Pay, as a number of two bits. */
const NOT_MADE = 0
const PROCESSING = 1
const DONE = 2
const CLOSED = 3

const stateOf = (refunds: number, index: number): number => (refunds >> (2 * index)) & 3
const withState = (refunds: number, index: number, state: number): number =>
  (refunds & ~(3 << (2 * index))) | (state << (2 * index))

/** The number of a refund, by its place in the scenario. */
export const refundNumber = (index: number): string => `R${index + 1}`
const indexOf = ({ out_refund_no }: Refund): number => Number(out_refund_no.slice(1)) - 1

/** WeChat Pay lists a refund in its bill once it was made. */
export const isInBill = ({ refunds }: World, out_refund_no: string): boolean =>
  stateOf(refunds, Number(out_refund_no.slice(1)) - 1) !== NOT_MADE

const LIFE = [
  { from: NOT_MADE, to: PROCESSING, words: 'is made' },
  { from: PROCESSING, to: DONE, words: 'succeeds' },
  { from: PROCESSING, to: CLOSED, words: 'is closed' },
] as const

/** A refund of a charge is made in the merchant platform, and ends. */
export const refundsLive = (world: World, { scenario }: Model, emit: Emit): void => {
  for (const [index, { transaction_id }] of (scenario.refunds ?? []).entries())
    for (const { from, to, words } of LIFE)
      if (from === stateOf(world.refunds, index) && hasCharged(world.order, transaction_id))
        emit({ ...world, refunds: withState(world.refunds, index, to) }, 'step', `${refundNumber(index)} ${words}`, -1)
}

const ANSWERS = [
  { kind: 'absent', verified: true },
  { kind: 'processing', verified: true },
  { kind: 'refunded', verified: true },
  { kind: 'closed', verified: true },
  { kind: 'unknown', verified: false },
  { kind: 'unsent', verified: false },
] as const satisfies readonly { readonly kind: RefundVerdictKind; readonly verified: boolean }[]

const idOf = (wanted: (typeof ANSWERS)[number]['kind']): AnswerId =>
  ANSWERS.findIndex(({ kind }) => kind === wanted) + 1

export const refundAnswerInWords = (id: AnswerId): string => ANSWERS[id - 1]?.kind ?? 'nothing'

/** The true answer about the refund that is asked about next. */
export const refundAnswer = ({ refunds }: World, row: Row): AnswerId => {
  const asked = nextRefund(row)
  return asked ? stateOf(refunds, indexOf(asked)) + 1 : 0
}

export const REFUND_UNSENT = idOf('unsent')
/** The signed answer that there is no such refund names none, so it may be about another one. */
export const REFUND_FAILS: readonly AnswerId[] = [idOf('unknown'), REFUND_UNSENT, idOf('absent')]

/** The verdict on this answer, as in refund-api.ts. */
export const refundVerdictOf = (id: AnswerId, { refunds = [] }: Scenario, row: Row): RefundVerdict => {
  const answer = ANSWERS[id - 1]
  const asked = nextRefund(row)
  if (!answer || !asked) throw new Error('nothing was answered yet')
  const { kind, verified } = answer
  const refund = refunds[indexOf(asked)]
  if (!refund || !verified || kind === 'absent') return { kind, verified }
  const isOfCase = row.transaction_id?.split(',').includes(refund.transaction_id)
  return {
    ...factsOf(refund),
    kind: isOfCase ? kind : 'other_order',
    verified,
    signedResponse: signedWord('refund', 'N'),
  }
}

const factsOf = ({ amount, transaction_id }: RefundAtWechatPay) => ({
  transaction_id,
  refund_amount: amount,
  total_amount: TOTAL,
})
