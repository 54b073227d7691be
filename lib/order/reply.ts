import type { Call } from '../wechatpay/order-api.ts'
import { REFUSALS } from './refusals.ts'
import type { Verdict } from './verdict.ts'

/** What the caller is told, as HTTP status and body; an event gets the body alone. */
export type Reply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/** RFC 9457. `detail` says what was seen, `next_step` what to do, in English and Chinese. */
export const problem = (
  status: number,
  title: string,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): Reply => ({ status, body: { type: 'about:blank', title, status, detail, ...more } })

/** The reply to one sync while nothing is kept: only what WeChat Pay has signed is an outcome, all else must be sent again. */
export const syncReply = (call: Call, verdict: Verdict): Reply => {
  switch (verdict.kind) {
    case 'accepted':
    case 'confirmed':
      return { status: 200, body: syncedBody(call, verdict) }
    case 'collected':
      return problem(409, 'Charged twice', 'WeChat Pay charged this order as well', {
        state: 'DOUBLE_CHARGED',
        ...verdict.charge,
        ...providerFacts(verdict),
      })
    case 'invalid':
      if (verdict.verified) return problem(422, 'Rejected', 'WeChat Pay refused a parameter', providerFacts(verdict))
  }
  return problem(503, 'Nothing kept, send again', `no outcome yet: ${verdict.kind}`, providerFacts(verdict))
}

const syncedBody = ({ appid, mchid, out_order_no }: Call, { kind, order_id }: Verdict) => ({
  appid,
  mchid,
  out_order_no,
  order_id,
  state: 'SYNCED',
  confirmed: kind === 'confirmed',
})

const providerFacts = ({ code, request_id, refusal }: Verdict) => {
  const { en, zh } = refusal ? REFUSALS[refusal] : {}
  return { code, request_id, ...(en && zh && { next_step: en.next, next_step_zh: zh.next }) }
}
