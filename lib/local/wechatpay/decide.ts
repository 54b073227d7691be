import type { Accounts } from './accounts.ts'
import { type Answer, done, doneSilently, refused, refusedFor } from './answer.ts'
import { readBillRequest, readRefundRequest, readToken } from './bill-rules.ts'
import { bindingRefusal, type Merchant, type Merchants } from './merchants.ts'
import type { OrderApi, Route } from './order-apis.ts'
import { markPaidOffline, syncRefusal } from './order-moves.ts'
import { payafterSyncAnswer, wholeOrder } from './order-views.ts'
import type { Order, Orders } from './orders.ts'
import { refundView } from './refund-view.ts'
import { isProblem, type Party, readEcho, readPathValue, readQuery, readSyncBody } from './request-rules.ts'

export type Rules = {
  /** The response to a sync of an order that a sync has already paid. It is not published, so both can be chosen. */
  readonly repeatedSync: 'ORDER_DONE' | 'same answer'
  /** Two calls for one order within this time are refused; 0 for no limit. */
  readonly minMsBetweenCalls: number
}

/** The merchants, orders and accounts of WeChat Pay, its clock and its rules. */
export type Office = Rules & {
  readonly merchants: Merchants
  readonly orders: Orders
  readonly accounts: Accounts
  readonly now: () => number
}

const belongsTo = (order: Order, api: OrderApi, party: Party): boolean =>
  (order.family === 'payafter-orders') === (api === 'payafter-orders') && order.sub_mchid === party.sub_mchid

/** The order if the API may be used for it, or the refusal. */
const openOrder = (
  { merchants, now, minMsBetweenCalls }: Office,
  merchant: Merchant,
  api: OrderApi,
  party: Party,
  order: Order | undefined,
): Order | Answer => {
  const unbound = bindingRefusal(merchants, merchant, api, party)
  if (unbound !== undefined) return refused(unbound)
  if (order === undefined || !belongsTo(order, api, party)) return refused('order-not-exist')
  if (order.service_id !== party.service_id) return refused('other-parameters')
  if (party.appid !== undefined && order.appid !== party.appid) return refused('other-parameters')
  const sinceLastCall = now() - order.lastCallAt
  order.lastCallAt = now()
  return sinceLastCall < minMsBetweenCalls ? refused('frequency-limited') : order
}

type RouteOf<Kind> = Extract<Route, { kind: Kind }>

const isAnswer = (value: object): value is Answer => 'status' in value

const syncAnswer = (order: Order, api: OrderApi): Answer => {
  if (api === 'payafter-orders') return done(payafterSyncAnswer(order))
  return api === 'serviceorder' ? done(wholeOrder(order)) : doneSilently
}

/** The response, and whether this call made the order paid. */
export type Decision = { readonly answer: Answer; readonly applied: boolean }

export const unchanged = (answer: Answer): Decision => ({ answer, applied: false })

const sync = (office: Office, merchant: Merchant, { api, segment }: RouteOf<'sync'>, body: string): Decision => {
  const path = readPathValue(segment)
  if (isProblem(path)) return unchanged(refusedFor(path))
  const request = readSyncBody(api, body)
  if (isProblem(request)) return unchanged(refusedFor(request))
  const found = office.orders.find(merchant.mchid, path.out_order_no)
  const order = openOrder(office, merchant, api, request.party, found)
  if (isAnswer(order)) return unchanged(order)
  const refusal = syncRefusal(order, api)
  if (refusal === undefined) {
    markPaidOffline(order, request.paid_time)
    return { answer: syncAnswer(order, api), applied: true }
  }
  const bySync = order.payments.length > 0 && order.payments.every(({ paid_type }) => paid_type === 'MCH')
  return unchanged(bySync && office.repeatedSync === 'same answer' ? syncAnswer(order, api) : refused(refusal))
}

const find = (office: Office, merchant: Merchant, { api, query }: RouteOf<'query'>): Answer => {
  const request = readQuery(api, query)
  if (isProblem(request)) return refusedFor(request)
  const found =
    'query_id' in request
      ? office.orders.findByQueryId(merchant.mchid, request.query_id)
      : office.orders.find(merchant.mchid, request.out_order_no)
  const order = openOrder(office, merchant, api, request.party, found)
  return isAnswer(order) ? order : done(wholeOrder(order))
}

const echo = (body: string): Answer => {
  const request = readEcho(body)
  return isProblem(request) ? refusedFor(request) : done(request)
}

const bill = ({ merchants, accounts, now }: Office, merchant: Merchant, { query }: RouteOf<'bill'>): Answer => {
  const request = readBillRequest(merchants, merchant, query, now())
  return isAnswer(request) ? request : accounts.bills.ask(merchant, request)
}

const download = ({ accounts }: Office, merchant: Merchant, { query }: RouteOf<'download'>): Answer => {
  const request = readToken(query)
  return isAnswer(request) ? request : accounts.bills.download(merchant, request.token)
}

const refund = ({ merchants, accounts }: Office, merchant: Merchant, route: RouteOf<'refund'>): Answer => {
  const request = readRefundRequest(merchants, merchant, route.segment, route.query)
  if (isAnswer(request)) return request
  const found = accounts.refunds.find(merchant.mchid, request.sub_mchid, request.out_refund_no)
  return found ? done(refundView(found)) : refused('refund-not-exist')
}

/** The response to a well-formed request with a valid signature. */
export const decide = (office: Office, merchant: Merchant, route: Route, body: string): Decision => {
  switch (route.kind) {
    case 'sync':
      return sync(office, merchant, route, body)
    case 'query':
      return unchanged(find(office, merchant, route))
    case 'echo':
      return unchanged(echo(body))
    case 'bill':
      return unchanged(bill(office, merchant, route))
    case 'download':
      return unchanged(download(office, merchant, route))
    case 'refund':
      return unchanged(refund(office, merchant, route))
  }
}
