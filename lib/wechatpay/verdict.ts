import type { AnswerSignature } from './answer.ts'
import type { RefusalName } from './refusals.ts'
import type { VerdictKind } from './verdict-kinds.ts'

/**
 * An answer that WeChat Pay signed, kept as received so that anybody can verify it again. It may hold personal data.
 */
export type SignedResponse = AnswerSignature & {
  readonly request_id?: string
  readonly status: number
  /** The body as received, as text (APIv3 bodies are UTF-8). */
  readonly body: string
  /** ms */
  readonly sent_at: number
}

/**
 * What WeChat Pay charged: the sum in fen, and the transaction numbers for a refund, separated by commas. A member that
 * cannot be read is left out; it is a charge nevertheless.
 */
export type Charge = { readonly amount?: number; readonly transaction_id?: string }

export type Verdict = {
  readonly kind: VerdictKind
  /** The answer was signed by WeChat Pay. An answer that was not can never end an order. */
  readonly verified: boolean
  readonly status?: number
  /** WeChat Pay's `code`, the error code of the connection, or why the answer is not trusted. */
  readonly code?: string
  readonly request_id?: string
  readonly refusal?: RefusalName
  /** What is wrong with the deployment. This service writes the text, not WeChat Pay. */
  readonly detail?: string
  readonly order_id?: string
  /** The total of the order, in fen. */
  readonly total_amount?: number
  /** Only for an order that is paid in part, in fen: what is paid by any channel, and what is outstanding. */
  readonly paid_amount?: number
  readonly paying_amount?: number
  readonly charge?: Charge
  /**
   * WeChat Pay has never known an order of this party, so the configuration may be wrong, and the order does not end.
   */
  readonly isPartyUnknown?: true
  readonly signedResponse?: SignedResponse
}
