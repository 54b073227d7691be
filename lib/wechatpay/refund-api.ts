import { membersOf } from '../json.ts'
import { LIMITS } from '../limits.ts'
import { fen, text, type Unchecked } from './answer-body.ts'
import { readAnswer } from './classify-answer.ts'
import type { Request } from './order-api.ts'
import type { Outcome } from './signed-call.ts'
import type { Verdict } from './verdict.ts'

/** A merchant's own number of a refund. */
export const OUT_REFUND_NO = /^[0-9A-Za-z_\-|*@]{1,64}$/

/** Which refund: by its number, and for a sub-merchant by whose it is. */
export type RefundKey = { readonly out_refund_no: string; readonly sub_mchid?: string }

/** 查询单笔退款. @see https://pay.weixin.qq.com/docs/merchant/apis/refund/refunds/query-by-out-refund-no.html */
export const refundRequest = ({ out_refund_no, sub_mchid }: RefundKey): Request => {
  const query = sub_mchid === undefined ? '' : `?sub_mchid=${encodeURIComponent(sub_mchid)}`
  return { method: 'GET', target: `/v3/refund/domestic/refunds/${encodeURIComponent(out_refund_no)}${query}`, body: '' }
}

/** Answer of it. Holds personal data beside what is listed here: `user_received_account` ends with a card's last digits. */
export type Refund = {
  readonly refund_id: string
  readonly out_refund_no: string
  readonly transaction_id: string
  readonly status: 'SUCCESS' | 'CLOSED' | 'PROCESSING' | 'ABNORMAL' | (string & {})
  /** Only of a refund that succeeded, RFC 3339. */
  readonly success_time?: string
  /** Fen. */
  readonly amount: { readonly total: number; readonly refund: number }
}

/** What an answer means for the refund of a case. */
export type RefundVerdictKind =
  | 'refunded' // the money is back
  | 'processing' // accepted, not back yet
  | 'abnormal' // the customer's card or account cannot take it: the accountant's turn
  | 'closed' // it will not be made
  | 'absent' // WeChat Pay's signed word that there is no such refund
  | 'other_order' // of a transaction that is not the case's
  | 'throttled'
  | 'config'
  | 'unknown' // ask again
  | 'unsent'

export type RefundVerdict = Omit<Verdict, 'kind' | 'charge'> & {
  readonly kind: RefundVerdictKind
  readonly refund_id?: string
  readonly transaction_id?: string
  /** What this refund gives back, fen. */
  readonly refund_amount?: number
  readonly success_time?: string
}

/** @param transaction_id of the case, or several of them parted by commas, as the ledger keeps them */
export const refundVerdict = (key: RefundKey, transaction_id: string, outcome: Outcome): RefundVerdict => {
  const answer = readAnswer(outcome)
  if (!answer.isSuccess) return { ...answer.verdict, kind: kindOfRefusal(answer.verdict) }
  const { base } = answer
  const refund: Unchecked<Refund> = membersOf(answer.body)
  if (refund.out_refund_no !== key.out_refund_no) return { ...base, kind: 'unknown', code: 'OTHER_REFUND' }
  const facts = factsOf(refund)
  if (facts.transaction_id === undefined) return { ...base, ...facts, kind: 'unknown', code: 'TRANSACTION_ID' }
  if (!transaction_id.split(',').includes(facts.transaction_id)) return { ...base, ...facts, kind: 'other_order' }
  const kind = KINDS.get(text(refund.status))
  if (kind === undefined) return { ...base, ...facts, kind: 'unknown', code: 'STATUS' }
  // Refunds must add up to the charge: one without a sum proves nothing.
  if (kind === 'refunded' && facts.refund_amount === undefined)
    return { ...base, ...facts, kind: 'unknown', code: 'AMOUNT' }
  // What settles is kept as it was signed, and a row has no room for a larger one.
  if (kind === 'refunded' && isTooLarge(outcome))
    return { ...base, ...facts, kind: 'unknown', code: 'ANSWER_TOO_LARGE' }
  return { ...base, ...facts, kind }
}

const isTooLarge = (outcome: Outcome): boolean =>
  outcome.kind === 'answered' && outcome.body.length > LIMITS.refundAnswerBytes

const KINDS: ReadonlyMap<string, RefundVerdictKind> = new Map([
  ['SUCCESS', 'refunded'],
  ['PROCESSING', 'processing'],
  ['ABNORMAL', 'abnormal'],
  ['CLOSED', 'closed'],
])

const factsOf = ({ transaction_id, refund_id, success_time, amount }: Unchecked<Refund>) => {
  const number = (value: unknown) => text(value).match(/^[0-9A-Za-z_-]{1,64}$/)?.[0]
  const transaction = number(transaction_id)
  const id = number(refund_id)
  const refund_amount = fen(membersOf(amount).refund)
  const total_amount = fen(membersOf(amount).total)
  const time = text(success_time).match(/^[0-9T:.Z+-]{1,40}$/)?.[0]
  return {
    ...(transaction !== undefined && { transaction_id: transaction }),
    ...(id !== undefined && { refund_id: id }),
    ...(refund_amount !== undefined && { refund_amount }),
    ...(total_amount !== undefined && { total_amount }),
    ...(time !== undefined && { success_time: time }),
  }
}

/** What says that a number is unknown; on any other refusal of a query nothing ends. */
const ABSENT: readonly (string | undefined)[] = ['RESOURCE_NOT_EXISTS', 'REFUND_NOT_EXISTS']

const kindOfRefusal = ({ kind, code, verified, status }: Verdict): RefundVerdictKind => {
  if (status === 404 && ABSENT.includes(code)) return verified ? 'absent' : 'unknown'
  switch (kind) {
    case 'unsent':
    case 'throttled':
    case 'config':
      return kind
    // The number's form was checked before: it is a parameter of ours that WeChat Pay refused.
    case 'invalid':
      return 'config'
    default:
      return 'unknown'
  }
}
