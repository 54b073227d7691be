import type { AnswerSignature } from './answer.ts'
import type { RefusalName } from './refusals.ts'
import type { VerdictKind } from './verdict-kinds.ts'

/** WeChat Pay's signed word, kept as received so that anybody can check it again. May hold personal data. */
export type SignedResponse = AnswerSignature & {
  readonly request_id?: string
  readonly status: number
  /** The body as received, as text (APIv3 bodies are UTF-8). */
  readonly body: string
  /** ms */
  readonly sent_at: number
}

/**
 * What WeChat Pay charged: the sum in fen, and the only numbers to refund by, separated by commas. What cannot be read
 * is left out: a charge without its number is a charge all the same.
 */
export type Charge = { readonly amount?: number; readonly transaction_id?: string }

export type Verdict = {
  readonly kind: VerdictKind
  /** Signed by WeChat Pay. What is not can never end an order. */
  readonly verified: boolean
  readonly status?: number
  /** The provider's `code`, or the transport's, or why the answer is not believed. */
  readonly code?: string
  readonly request_id?: string
  readonly refusal?: RefusalName
  /** What is wrong with the deployment, in our own words. */
  readonly detail?: string
  readonly order_id?: string
  /** Of the order, fen. */
  readonly total_amount?: number
  /** Of an order that is paid in part, fen: by anybody so far, and outstanding. */
  readonly paid_amount?: number
  readonly paying_amount?: number
  readonly charge?: Charge
  /** An absent order of a party of which WeChat Pay never knew any: the configuration may be wrong, so it is no end. */
  readonly isUnmet?: true
  readonly word?: SignedResponse
}
