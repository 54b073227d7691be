import { readJson } from '../text.ts'
import type { AnswerSignature } from '../wechatpay/answer.ts'
import type {
  Call,
  CollectionDetail,
  PayafterOrder,
  PayafterSyncAnswer,
  RefusalBody,
  ServiceOrder,
} from '../wechatpay/order-api.ts'
import type { Outcome } from '../wechatpay/signed-call.ts'
import { REFUSALS, type RefusalName, refusalOf } from './refusals.ts'

/** What an answer of WeChat Pay means for the order. */
export type VerdictKind =
  | 'accepted' // the sync was taken; a query must prove it
  | 'confirmed' // done, and only the merchant's own channel collected
  | 'collected' // done, and WeChat Pay collected as well
  | 'undecided' // done, but nobody can tell who collected
  | 'unpaid' // waiting for payment: a sync is due
  | 'open' // not completed yet: too early
  | 'closed' // cancelled or expired
  | 'absent' // WeChat Pay's signed word that there is no such order
  | 'state' // a refusal about the order's state or existence
  | 'busy' // a charge is running
  | 'unknown' // anything may have happened
  | 'unsent' // nothing can have happened
  | 'throttled'
  | 'config' // the deployment is wrong
  | 'invalid' // a refusal of a parameter

/** WeChat Pay's signed word, kept as received so that anybody can check it again. May hold personal data. */
export type SignedWord = AnswerSignature & {
  readonly request_id?: string
  readonly status: number
  /** The body as received, as text (APIv3 bodies are UTF-8). */
  readonly body: string
  /** ms */
  readonly sent_at: number
}

/** One charge that WeChat Pay made: sum in fen, and the only number to refund by. */
export type Charge = { readonly amount: number; readonly transaction_id: string }

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
  readonly charge?: Charge
  readonly word?: SignedWord
}

/** What the answer to a sync means. */
export const syncVerdict = (call: Call, outcome: Outcome): Verdict => {
  const answer = readAnswer(outcome)
  if (!answer.isSuccess) return answer.verdict
  const { base, body, status } = answer
  if (status === 204) return { ...base, kind: 'accepted' }
  if (!namesOrder(call, body)) return { ...base, kind: 'unknown', code: 'OTHER_ORDER' }
  const order = { ...base, ...orderFacts(body) }
  if (body.state === undefined) return { ...order, kind: 'accepted' }
  const read = readState(call, body)
  // The sync was taken and the order is done; who collected is the query's to say.
  if (read.kind === 'undecided' && body.state === 'DONE') return { ...order, kind: 'accepted' }
  return { ...order, ...read }
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
  return { ...base, ...orderFacts(body), ...readState(call, body) }
}

/** A body by the names of the wire; what stands under them is not known before it is looked at. */
type Unread<Wire> = { readonly [name in keyof Wire]?: unknown }
type Body = Unread<PayafterSyncAnswer & ServiceOrder & PayafterOrder & RefusalBody>
type Collection = Unread<NonNullable<ServiceOrder['collection']>>
type Read = Pick<Verdict, 'kind'> & Partial<Pick<Verdict, 'charge'>>

/** Sorts an outcome into a believable success with a body to read, or a verdict that needs no more reading. */
const readAnswer = (
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
    ...(verified && { word: signedWord(outcome, outcome.signed) }),
  }
  const body = parse(outcome.body)
  if (status >= 200 && status < 300 && status !== 202) {
    if (verified) return { isSuccess: true, status, base, body }
    return {
      isSuccess: false,
      verdict: { ...base, kind: 'unknown', code: `UNTRUSTED_${outcome.reason.toUpperCase()}` },
    }
  }
  const code = providerCode(body)
  const refusal = refusalOf({ status, code, number: request_id?.match(/-(\d+)$/)?.[1], message: text(body.message) })
  const kind = refusal && status >= 400 ? REFUSALS[refusal].verdict : 'unknown'
  return { isSuccess: false, verdict: { ...base, kind, ...(code && { code }), ...(refusal && { refusal }) } }
}

const signedWord = (outcome: Extract<Outcome, { kind: 'answered' }>, signed: AnswerSignature): SignedWord => ({
  ...signed,
  ...(outcome.request_id && { request_id: outcome.request_id }),
  status: outcome.status,
  body: outcome.body.toString('utf8'),
  sent_at: outcome.sent_at,
})

/** An answer must name what was asked about; the members that an API leaves out cannot contradict. */
const namesOrder = (call: Call, body: Body): boolean => {
  const party = call.sub_mchid === undefined ? body.mchid === call.mchid : body.sub_mchid === call.sub_mchid
  const same = (name: 'mchid' | 'service_id' | 'appid') =>
    body[name] === undefined || call[name] === undefined || body[name] === call[name]
  return body.out_order_no === call.out_order_no && party && same('mchid') && same('service_id') && same('appid')
}

const orderFacts = (body: Body): Pick<Verdict, 'order_id' | 'total_amount'> => {
  const order_id = text(body.order_id)
  const total_amount = fen(body.total_amount)
  return { ...(order_id && { order_id }), ...(total_amount !== undefined && { total_amount }) }
}

const readState = (call: Call, body: Body): Read =>
  call.order_api === 'payafter-orders' ? readPayafter(body) : readServiceOrder(body)

/** @see https://pay.weixin.qq.com/doc/v3/merchant/4012587902: state, description and collection are judged together. */
const readServiceOrder = (body: Body): Read => {
  const collection = object(body.collection)
  switch (body.state) {
    case 'DONE':
      return readCollection(body, collection)
    case 'DOING':
      if (body.state_description !== 'MCH_COMPLETE') return { kind: 'open' }
      return { kind: collection.state === 'USER_PAYING' ? 'unpaid' : 'unknown' }
    default:
      return { kind: simpleState(body.state) }
  }
}

const readCollection = (body: Body, collection: Collection): Read => {
  const details = (Array.isArray(collection.details) ? collection.details : []).map(
    (one): Unread<CollectionDetail> => object(one),
  )
  const charged = details.filter((detail) => detail.paid_type === 'NEWTON' || text(detail.transaction_id) !== '')
  if (charged.length > 0) {
    const amount = charged.reduce((sum, detail) => sum + (fen(detail.amount) ?? 0), 0)
    const numbers = charged.map((detail) => text(detail.transaction_id)).filter((number) => number !== '')
    return { kind: 'collected', charge: { amount, transaction_id: numbers.join() } }
  }
  const isFree = body.need_collection === false && details.length === 0
  const isMerchants = details.length > 0 && details.every((detail) => detail.paid_type === 'MCH')
  return { kind: isFree || isMerchants ? 'confirmed' : 'undecided' }
}

const readPayafter = (body: Body): Read => {
  const transaction_id = text(body.finish_transaction_id)
  if (transaction_id !== '')
    return { kind: 'collected', charge: { amount: fen(body.total_amount) ?? 0, transaction_id } }
  switch (body.state) {
    case 'USER_PAID':
      return { kind: body.pay_type === 'MchChannelPayType' ? 'confirmed' : 'undecided' }
    case 'FINISHED':
      return { kind: 'unpaid' }
    case 'USER_ACCEPTED':
      return { kind: 'open' }
    default:
      return { kind: simpleState(body.state) }
  }
}

const simpleState = (state: unknown): VerdictKind => {
  if (state === 'CREATED') return 'open'
  return state === 'REVOKED' || state === 'EXPIRED' ? 'closed' : 'unknown'
}

const isNotExist = (code = ''): boolean => (REFUSALS['not-exist'].codes as readonly string[]).includes(code)

/** A body that is not UTF-8 JSON says nothing: kept as text, its signature could not be checked again. */
const parse = (body: Buffer): Body => {
  const read = readJson(body)
  return 'flaw' in read ? {} : object(read.value)
}

/** An object's members as unknown. A spread takes anything, and gives no named member of what is no object. */
const object = (value: unknown): Readonly<Record<string, unknown>> => ({ ...(value as object) })

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A provider's code as it may be logged: what does not look like one is left out. */
const providerCode = (body: Body): string | undefined => text(body.code).match(/^[A-Z][A-Z0-9_]{1,63}$/)?.[0]

/** A sum in fen; one official sample writes it as text. */
const fen = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
