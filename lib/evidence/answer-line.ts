import { createHash } from 'node:crypto'
import type { SignedAnswer } from '../ledger/packed-answer.ts'
import { type OrderKey, readRowKey } from '../ledger/row.ts'
import { stringToVerify } from '../wechatpay/signed-message.ts'

/** One signed answer as evidence: a line of an object. `sent_at` is RFC 3339 here, since people read it. */
export type AnswerLine = OrderKey &
  Omit<SignedAnswer, 'sent_at'> & {
    readonly sent_at: string
    /** Of exactly the text that was signed. */
    readonly sha256: string
  }

export const lineOf = (pk: string, { sent_at, ...answer }: SignedAnswer): AnswerLine => {
  const { answers, out_refund_no, status, request_id, serial, timestamp, nonce, signature, body } = answer
  const signed = stringToVerify(timestamp, nonce, Buffer.from(body))
  return {
    ...readRowKey(pk),
    answers,
    ...(out_refund_no !== undefined && { out_refund_no }),
    sent_at: new Date(sent_at).toISOString(),
    status,
    ...(request_id !== undefined && { request_id }),
    ...{ serial, timestamp, nonce, signature, body },
    sha256: createHash('sha256').update(signed).digest('hex'),
  }
}

export const answerOf = ({ mchid: _, out_order_no: __, sha256: ___, sent_at, ...line }: AnswerLine): SignedAnswer => ({
  ...line,
  sent_at: Date.parse(sent_at),
})

export const textOf = (lines: readonly AnswerLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** Only `textOf` writes such a text. */
export const readLines = (text: string): readonly AnswerLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
