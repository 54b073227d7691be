import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { refused, refusedBare } from './answer.ts'
import type { AnswerKeys } from './answer-keys.ts'
import { createSignatureCheck } from './authorization.ts'
import { type Decision, decide, type Office, unchanged } from './decide.ts'
import type { Call } from './history.ts'
import type { Route } from './order-apis.ts'
import type { Plans, RefusalPlan } from './plans.ts'

type Court = {
  readonly office: Office
  readonly keys: Pick<AnswerKeys, 'has'>
  /** Refusals that a test has requested for validly signed requests. */
  readonly refusals: Plans<RefusalPlan>
  /** What to do with a `Wechatpay-Serial` that is no key of WeChat Pay. */
  readonly unknownSerial: 'refused' | 'ignored'
}

const lacksHeaders = ({ accept, 'user-agent': userAgent }: IncomingHttpHeaders): boolean =>
  !/application\/json|\*\/\*/.test(accept ?? '') || (userAgent ?? '') === ''

const isJson = (contentType: string | undefined) => /^application\/json(?:; ?charset=utf-8)?$/i.test(contentType ?? '')

/** The Authorization header; undefined if there are two, since it is unclear which one is valid. */
const onlyAuthorization = ({ authorization }: IncomingHttpHeaders, names: readonly string[]): string | undefined =>
  names.filter((name) => name.toLowerCase() === 'authorization').length === 1 ? authorization : undefined

type Judged = Pick<Call, 'method' | 'target' | 'headers' | 'body' | 'mchid' | 'out_order_no' | 'kind'>

export type Judge = (call: Judged, route: Route | undefined, headers: IncomingHttpHeaders, body: Buffer) => Decision

/** Checks a request in the same order as WeChat Pay, from its path to the order. */
export const createJudge = ({ office, keys, refusals, unknownSerial }: Court): Judge => {
  const whoIs = createSignatureCheck(office.merchants, office.now)
  return (call, route, headers, body) => {
    if (route === undefined) return unchanged(refusedBare(404))
    if (route.method !== call.method) return unchanged(refusedBare(405))
    if (lacksHeaders(headers)) return unchanged(refused('header-missing', { signed: false }))
    const merchant = whoIs(onlyAuthorization(headers, call.headers), call)
    if ('refusal' in merchant) return unchanged(refused(merchant.refusal, merchant))
    // A body that is not UTF-8 has no text that could be signed.
    if (!isUtf8(body)) return unchanged(refused('sign-mismatch'))
    const serial = headers['wechatpay-serial']
    if (unknownSerial === 'refused' && typeof serial === 'string' && !keys.has(serial)) {
      return unchanged(refused('wechatpay-serial-wrong'))
    }
    if (route.method === 'POST' && !isJson(headers['content-type'])) return unchanged(refused('content-type-wrong'))
    const ordered = refusals.draw(call)
    return ordered ? unchanged(refused(ordered.refusal, ordered)) : decide(office, merchant, route, call.body)
  }
}
