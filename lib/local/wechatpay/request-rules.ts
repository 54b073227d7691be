import type { Problem } from './answer.ts'
import {
  illegal,
  lengthProblem,
  type Members,
  may,
  membersProblem,
  missing,
  must,
  type Place,
  textProblem,
  wrongType,
} from './member-rules.ts'
import { decodeOnce, type OrderApi, parseQuery, type Query } from './order-apis.ts'
import { isPaidTime } from './paid-time.ts'

const DIRECT: Members = { appid: must('公众账号ID'), service_id: must('服务ID') }
const PARTNER: Members = { sub_mchid: must('子商户号'), service_id: must('服务ID') }
const ACQUIRING: Members = { ...PARTNER, channel_id: must('渠道商商户号') }

/** The members that say whose order it is: in the body of a sync and in the query of a query. */
const PARTY: Readonly<Record<OrderApi, Members>> = {
  'payafter-orders': DIRECT,
  serviceorder: DIRECT,
  partner: PARTNER,
  acquiringbank: ACQUIRING,
}

export type Party = {
  readonly service_id: string
  readonly appid?: string
  readonly sub_mchid?: string
  readonly channel_id?: string
}

export type SyncRequest = { readonly party: Party; readonly paid_time: string }

export type QueryRequest = { readonly party: Party } & (
  | { readonly out_order_no: string }
  | { readonly query_id: string }
)

const SYNC: Members = { type: must('场景类型') }
const DETAIL: Members = { paid_time: must('收款成功时间', 64) }
const QUERY: Members = { out_order_no: may('商户服务订单号'), query_id: may('查单ID', 512) }
const ECHO: Members = { echo_message: must('回显信息', 1024) }

const BODY: Place = { location: 'body', field: '', label: '请求报文' }
const DETAIL_PLACE: Place = { location: 'body', field: '/detail', label: '内容信息详情' }
const TYPE_PLACE: Place = { location: 'body', field: '/type', label: '场景类型' }
const PAID_TIME_PLACE: Place = { location: 'body', field: '/detail/paid_time', label: '收款成功时间' }
const PATH_PLACE: Place = { location: 'uri_template', field: '/out_order_no', label: '商户服务订单号' }
const QUERY_PLACE: Place = { location: 'query', field: '', label: '查询参数' }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isProblem = (value: object): value is Problem => 'refusal' in value

const parseObject = (body: string): Readonly<Record<string, unknown>> | Problem => {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : wrongType(BODY, 'JSON对象', value)
  } catch {
    return illegal(BODY, '请求报文不是合法的JSON')
  }
}

const partyOf = (values: Readonly<Record<string, unknown>>): Party => {
  const text = (name: keyof Party) => (values[name] === undefined ? {} : { [name]: String(values[name]) })
  return { service_id: String(values.service_id), ...text('appid'), ...text('sub_mchid'), ...text('channel_id') }
}

/**
 * Validates a sync's body: exactly the members of its API, none of them null, the only allowed type, and an existing
 * time.
 */
export const readSyncBody = (api: OrderApi, body: string): SyncRequest | Problem => {
  const whole = parseObject(body)
  if (isProblem(whole)) return whole
  const { detail, ...flat } = whole
  const flatProblem = membersProblem(flat, { ...PARTY[api], ...SYNC })
  if (flatProblem !== undefined) return flatProblem
  if (detail === undefined) return missing(DETAIL_PLACE)
  if (!isObject(detail)) return wrongType(DETAIL_PLACE, 'JSON对象', detail)
  const detailProblem = membersProblem(detail, DETAIL, '/detail')
  if (detailProblem !== undefined) return detailProblem
  if (flat.type !== 'Order_Paid') return illegal(TYPE_PLACE, '场景类型错误', flat.type)
  const paid_time = String(detail.paid_time)
  if (!isPaidTime(paid_time)) return illegal(PAID_TIME_PLACE, '收款成功时间格式错误', paid_time)
  return { party: partyOf(flat), paid_time }
}

/** An order number in the path: encoded once, and exactly as `encodeURIComponent` does it. */
export const readPathValue = (segment: string): { readonly out_order_no: string } | Problem => {
  const out_order_no = decodeOnce(segment)
  if (out_order_no === undefined || encodeURIComponent(out_order_no) !== segment) {
    return illegal(PATH_PLACE, '商户服务订单号编码错误', segment)
  }
  return lengthProblem(PATH_PLACE, out_order_no, 32) ?? { out_order_no }
}

/** A query's parameters: none unknown, none twice, none missing, and each of the right length. */
export const readParameters = (members: Members, query: string): Query | Problem => {
  const values = parseQuery(query)
  if (values === undefined) return illegal(QUERY_PLACE, '查询参数重复或编码错误')
  for (const [name, value] of values) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined
    const place: Place = { location: 'query', field: `/${name}`, label: member?.label ?? '' }
    if (member === undefined) return illegal(place, `未定义的查询参数“${name}”`, value)
    const wrong = textProblem(place, value, member.max)
    if (wrong !== undefined) return wrong
  }
  for (const [name, { label, required }] of Object.entries(members)) {
    if (required && !values.has(name)) return missing({ location: 'query', field: `/${name}`, label })
  }
  return values
}

/** Validates a query's parameters, of which exactly one is one of the two numbers. */
export const readQuery = (api: OrderApi, query: string): QueryRequest | Problem => {
  const values = readParameters({ ...PARTY[api], ...QUERY }, query)
  if (isProblem(values)) return values
  const party = partyOf(Object.fromEntries(values))
  const out_order_no = values.get('out_order_no')
  const query_id = values.get('query_id')
  if (out_order_no !== undefined && query_id === undefined) return { party, out_order_no }
  if (query_id !== undefined && out_order_no === undefined) return { party, query_id }
  return illegal(QUERY_PLACE, '商户服务订单号与查单ID必须且只能填写一个')
}

/** Only `echo_message`. */
export const readEcho = (body: string): { readonly echo_message: string } | Problem => {
  const whole = parseObject(body)
  if (isProblem(whole)) return whole
  return membersProblem(whole, ECHO) ?? { echo_message: String(whole.echo_message) }
}
