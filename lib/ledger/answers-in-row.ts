import { type SignedAnswer, unpackAnswer } from './packed-answer.ts'
import type { Row } from './row.ts'

/** Where rows of earlier versions hold signed answers. */
export const OLD_ATTRIBUTES = ['receipt', 'proof', 'refund_answers'] as const

/** The signed answers that a row itself still holds: they may not be kept as evidence yet. The newest stands last. */
export const answersInRow = ({
  pk,
  answer,
  receipt,
  proof,
  refund_answers = {},
}: Pick<Row, 'pk' | 'answer' | (typeof OLD_ATTRIBUTES)[number]>): readonly SignedAnswer[] => [
  ...(receipt ? [{ ...receipt, answers: 'sync' as const }] : []),
  // The answer to a sync may be the proof as well.
  ...(proof && proof.nonce !== receipt?.nonce ? [{ ...proof, answers: 'query' as const }] : []),
  ...Object.entries(refund_answers).map(([out_refund_no, each]) => ({
    ...each,
    answers: 'refund' as const,
    out_refund_no,
  })),
  ...(answer ? [unpackAnswer(answer, pk)] : []),
]
