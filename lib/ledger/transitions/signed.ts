import type { SignedResponse } from '../../wechatpay/verdict.ts'
import type { NextCall, Row } from '../row.ts'
import type { Transition } from './transition.ts'

/** What a transition writes because of a verdict, if WeChat Pay signed it. */
type Signed = { readonly signedResponse?: SignedResponse }

export const takenBy = ({ signedResponse }: Signed): Partial<Row> =>
  signedResponse ? { taken_at: signedResponse.sent_at } : {}

export const provedBy = ({ signedResponse }: Signed): Partial<Row> =>
  signedResponse ? { proved_at: signedResponse.sent_at } : {}

/** What a person or a program is told of an order by a signed answer. */
const FACTS = ['state', 'reason', 'transaction_id', 'amount', 'refused', 'taken_at', 'proved_at'] as const

/**
 * The transition with the signed answer that it follows. An answer that tells nothing new, such as that the order is
 * still open, is not kept: it comes every half hour.
 */
export const withAnswer = (
  transition: Transition,
  row: Row,
  answers: Exclude<NextCall, 'refund'>,
  verdict: Signed,
): Transition => (isNews(transition, row) ? carrying(transition, answers, verdict) : transition)

const isNews = ({ set = {}, keep = {} }: Transition, row: Row): boolean =>
  FACTS.some(
    (name) =>
      (set[name] !== undefined && set[name] !== row[name]) || (keep[name] !== undefined && row[name] === undefined),
  )

const carrying = (transition: Transition, answers: NextCall, { signedResponse }: Signed): Transition =>
  signedResponse
    ? {
        ...transition,
        answer: { ...signedResponse, answers },
        ...(transition.otherwise && { otherwise: carrying(transition.otherwise, answers, { signedResponse }) }),
      }
    : transition

/** The same for the answer about a refund. */
export const refundAnswer = (out_refund_no: string, { signedResponse }: Signed): Pick<Transition, 'answer'> =>
  signedResponse ? { answer: { ...signedResponse, answers: 'refund', out_refund_no } } : {}
