import { type CallType, type NextCall, type Row, readRowKey } from '../ledger/row.ts'
import type { Fields, Metrics } from '../log.ts'
import type { Verdict } from '../wechatpay/verdict.ts'

/** What a log line says of an order: facts alone, never a signature or a body. */
export const rowFields = ({ pk, state, attempt, next, due_at, paid_time_clamped }: Row): Fields => ({
  ...readRowKey(pk),
  state,
  attempt,
  next,
  due_at,
  paid_time_clamped,
})

/** What a log line says of an answer. */
export const verdictFields = (
  step: NextCall,
  { kind, verified, status, code, request_id, detail }: Omit<Verdict, 'kind'> & { readonly kind: string },
): Fields => ({
  step,
  verdict: kind,
  verified,
  status,
  code,
  request_id,
  message: detail,
})

export const count = (name: string): Metrics => ({ [name]: { value: 1, unit: 'Count' } })

export const verdictMetrics = (step: CallType, { kind, signedResponse }: Verdict, row: Row): Metrics => ({
  ...count(`${step}_${kind}`),
  ...(signedResponse && {
    clock_difference: {
      value: Math.abs(Number(signedResponse.timestamp) * 1000 - signedResponse.sent_at),
      unit: 'Milliseconds',
    },
  }),
  ...(kind === 'accepted' &&
    signedResponse && { notice_to_synced: { value: signedResponse.sent_at - row.created_at, unit: 'Milliseconds' } }),
})

/** Of a call that was answered. */
export const latency = ({ status }: Pick<Verdict, 'status'>, ms: number): Metrics =>
  status === undefined ? {} : { wechatpay_latency: { value: ms, unit: 'Milliseconds' } }
