import type { AnswerSignature } from './answer.ts'
import { type Body, parseBody, text } from './answer-body.ts'
import type { Call } from './order-api.ts'
import { readOrderState } from './order-state.ts'
import { REFUSALS, refusalOf } from './refusals.ts'
import { membersOfDeployment } from './refused-members.ts'
import type { Outcome } from './signed-call.ts'
import type { SignedResponse, Verdict } from './verdict.ts'

/** What the answer to a sync means. */
export const syncVerdict = (call: Call, outcome: Outcome): Verdict => {
  const answer = readAnswer(outcome)
  if (!answer.isSuccess) return answer.verdict
  const { base, body, status } = answer
  if (status === 204) return { ...base, kind: 'accepted' }
  if (!namesOrder(call, body)) return { ...base, kind: 'unknown', code: 'OTHER_ORDER' }
  const order = { ...base, ...orderFacts(body) }
  // WeChat Pay took the sync. Either the order is done or its state is left out: the query then tells who collected.
  const isLeftToQuery = body.state === undefined || (body.state === 'DONE' && order.kind === 'undecided')
  return isLeftToQuery && !order.charge ? { ...order, kind: 'accepted' } : order
}

/** What the answer to a query means. */
export const queryVerdict = (call: Call, outcome: Outcome): Verdict => {
  const answer = readAnswer(outcome)
  if (!answer.isSuccess) {
    const { verdict } = answer
    const isAbsent = verdict.verified && verdict.status === 404 && isNotExist(verdict.code)
    return isAbsent ? { ...verdict, kind: 'absent' } : verdict
  }
  const { base, body } = answer
  if (!namesOrder(call, body)) return { ...base, kind: 'unknown', code: 'OTHER_ORDER' }
  return { ...base, ...orderFacts(body) }
}

/** Returns the body of a trusted success, or the verdict if no body has to be read. */
export const readAnswer = (
  outcome: Outcome,
):
  | { readonly isSuccess: true; readonly status: number; readonly base: Omit<Verdict, 'kind'>; readonly body: Body }
  | { readonly isSuccess: false; readonly verdict: Verdict } => {
  if (outcome.kind !== 'answered') {
    const kind = outcome.kind === 'unsent' ? 'unsent' : 'unknown'
    return { isSuccess: false, verdict: { kind, verified: false, code: outcome.reason } }
  }
  const { status, verified } = outcome
  const request_id =
    outcome.request_id && /^[\x21-\x7e]{1,128}$/.test(outcome.request_id) ? outcome.request_id : undefined
  const base = {
    verified,
    status,
    ...(request_id && { request_id }),
    ...(verified && { signedResponse: signedResponse(outcome, outcome.signed) }),
  }
  const body = parseBody(outcome.body)
  if (status >= 200 && status < 300 && status !== 202) {
    if (verified) return { isSuccess: true, status, base, body }
    return {
      isSuccess: false,
      verdict: { ...base, kind: 'unknown', code: `UNTRUSTED_${outcome.reason.toUpperCase()}` },
    }
  }
  const code = providerCode(body)
  const refused = { message: text(body.message), detail: body.detail }
  const refusal = refusalOf({ status, code, number: request_id?.match(/-(\d+)$/)?.[1], ...refused })
  const kind = refusal && status >= 400 ? REFUSALS[refusal].verdict : 'unknown'
  const member = kind === 'config' ? membersOfDeployment(refused) : undefined
  const detail = member === undefined ? undefined : `WeChat Pay refused ${member} of the request`
  const more = { ...(code && { code }), ...(refusal && { refusal }), ...(detail && { detail }) }
  return { isSuccess: false, verdict: { ...base, kind, ...more } }
}

const signedResponse = (outcome: Extract<Outcome, { kind: 'answered' }>, signed: AnswerSignature): SignedResponse => ({
  ...signed,
  ...(outcome.request_id && { request_id: outcome.request_id }),
  status: outcome.status,
  body: outcome.body.toString('utf8'),
  sent_at: outcome.sent_at,
})

/** A success must name the order of the call. A member that the API leaves out cannot contradict. */
const namesOrder = (call: Call, body: Body): boolean => {
  const party = call.sub_mchid === undefined ? body.mchid === call.mchid : body.sub_mchid === call.sub_mchid
  const same = (name: 'mchid' | 'service_id' | 'appid') =>
    body[name] === undefined || call[name] === undefined || body[name] === call[name]
  return body.out_order_no === call.out_order_no && party && same('mchid') && same('service_id') && same('appid')
}

const orderFacts = (body: Body) => {
  const order_id = text(body.order_id)
  return { ...(order_id && { order_id }), ...readOrderState(body) }
}

// Stryker disable next-line StringLiteral: equivalent - either is no code of WeChat Pay
const isNotExist = (code = ''): boolean => (REFUSALS['not-exist'].codes as readonly string[]).includes(code)

/** WeChat Pay's `code`, if it has the form of a code, so that it is safe to log. */
const providerCode = (body: Body): string | undefined => text(body.code).match(/^[A-Z][A-Z0-9_]{1,63}$/)?.[0]
