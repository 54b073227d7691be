import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { refused, refusedBare } from './answer.ts'
import type { AnswerKeys } from './answer-keys.ts'
import { createDoor } from './authorization.ts'
import { type Decision, decide, type Office, unchanged } from './decide.ts'
import type { Call } from './history.ts'
import type { Route } from './order-apis.ts'
import type { Plans, RefusalPlan } from './plans.ts'

type Court = {
  readonly office: Office
  readonly keys: AnswerKeys
  /** Refusals that a test has ordered for requests whose signature is right. */
  readonly refusals: Plans<RefusalPlan>
  /** What becomes of a `Wechatpay-Serial` that names no key of WeChat Pay's. */
  readonly unknownSerial: 'refused' | 'ignored'
}

const lacksHeaders = ({ accept, 'user-agent': userAgent }: IncomingHttpHeaders): boolean =>
  !/application\/json|\*\/\*/.test(accept ?? '') || (userAgent ?? '') === ''

const isJson = (contentType: string | undefined) => /^application\/json(?:; ?charset=utf-8)?$/i.test(contentType ?? '')

/** The one Authorization there is; none when there are two, for which should one believe? */
const onlyAuthorization = ({ authorization }: IncomingHttpHeaders, names: readonly string[]): string | undefined =>
  names.filter((name) => name.toLowerCase() === 'authorization').length === 1 ? authorization : undefined

export type Judge = (call: Call, route: Route | undefined, headers: IncomingHttpHeaders, body: Buffer) => Decision

/** From the path to the order, in the sequence in which WeChat Pay itself was seen to check. */
export const createJudge = ({ office, keys, refusals, unknownSerial }: Court): Judge => {
  const whoIs = createDoor(office.merchants, office.now)
  return (call, route, headers, body) => {
    if (route === undefined) return unchanged(refusedBare(404))
    if (route.method !== call.method) return unchanged(refusedBare(405))
    if (lacksHeaders(headers)) return unchanged(refused('header-missing', { signed: false }))
    const merchant = whoIs(onlyAuthorization(headers, call.headers), call)
    if ('refusal' in merchant) return unchanged(refused(merchant.refusal, merchant))
    // A body that is no UTF-8 has no text to sign, whatever its bytes were signed as.
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
