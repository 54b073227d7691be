import * as v from 'valibot'
import type { State } from '../../../lib/ledger/row.ts'
import { STATES } from '../../../lib/ledger/row.ts'
import {
  Count,
  Decisions,
  Fen,
  Next,
  OrderApis,
  PaidTime,
  REFUND_STATUSES,
  said,
  Text,
  Time,
  Turns,
  Verdicts,
} from './words.ts'

// What this service answers. For tests and documents: nothing here is part of a function.

const orderOf = (...states: readonly State[]) => ({
  mchid: said(Text, '商户号 of who was to be paid'),
  out_order_no: said(Text, '商户服务订单号'),
  order_id: v.optional(said(Text, '微信支付服务订单号, once WeChat Pay has told it')),
  state: said(v.picklist(states), 'how the order stands in the ledger'),
  attempt: said(Count, 'claims so far'),
})

const advice = {
  meaning_zh: Text,
  turn: said(Turns, 'who has to do something'),
  next_step: said(Text, 'what to do'),
  next_step_zh: Text,
}

const replayed = said(v.boolean(), 'true: this request made no call')

/** What WeChat Pay, or the way to it, said last. */
export const LastAnswer = v.object({
  verdict: Verdicts,
  at: Time,
  status: v.optional(said(Count, "WeChat Pay's HTTP status")),
  code: v.optional(said(Text, "WeChat Pay's code, or ours for what never arrived")),
  request_id: v.optional(said(Text, "WeChat Pay's Request-Id: its support asks for it")),
  detail: v.optional(said(Text, 'what is wrong with the deployment')),
})

export const Synced = v.object({
  appid: v.optional(said(Text, 'of a direct merchant')),
  ...orderOf('SYNCED'),
  confirmed: said(v.boolean(), 'true: WeChat Pay has proved it'),
  synced_at: Time,
  replayed,
})

const charge = {
  amount: v.optional(said(Fen, 'what WeChat Pay charged as well, fen')),
  transaction_id: v.optional(said(Text, '微信支付订单号: the number to refund by')),
}

export const Pending = v.object({
  reason: v.optional(said(Text, 'why the order is held')),
  ...charge,
  ...orderOf('PENDING', 'HELD'),
  next_attempt_at: Time,
  last_error: v.optional(LastAnswer),
  meaning: said(Text, 'how the order stands, in words'),
  ...advice,
  replayed,
})

const problem = {
  type: v.literal('about:blank'),
  title: Text,
  status: Count,
  detail: said(Text, 'what was seen and what it means'),
}

/** RFC 9457. */
export const Problem = v.object(problem)

export const BadInput = v.object({ ...problem, field: said(Text, 'which member of the request is wrong') })

const lastCall = { code: LastAnswer.entries.code, request_id: LastAnswer.entries.request_id }

export const NotSynced = v.object({
  ...problem,
  ...orderOf('REJECTED'),
  ...advice,
  ...lastCall,
  reason: said(Text, 'not_found, revoked, invalid, too_old, or why a person ended it'),
  ...charge,
  replayed,
})

export const ChargedTwice = v.object({
  ...problem,
  ...orderOf('DOUBLE_CHARGED'),
  ...advice,
  ...lastCall,
  amount: v.optional(said(Fen, 'what WeChat Pay charged, fen; absent when its answer has no sum that can be read')),
  transaction_id: v.optional(said(Text, '微信支付订单号: the number to refund by; absent when it cannot be read')),
  replayed,
})

export const Conflict = v.object({
  ...problem,
  ...orderOf(...STATES),
  paid_time: PaidTime,
  next_step: Text,
  next_step_zh: Text,
})

export const UnknownOrder = v.object({ ...problem, next_step: Text, next_step_zh: Text })

export const DecisionRefused = v.object({
  ...problem,
  ...orderOf(...STATES),
  ...advice,
  ...lastCall,
  decision: Decisions,
  possible: said(v.array(Decisions), 'what can be decided now; empty while a call may be out'),
  needs: v.optional(
    said(v.literal('not_double'), 'WeChat Pay charged the order: close and withdraw need `not_double: true`'),
  ),
  ...charge,
  next_attempt_at: v.optional(Time),
  settled_at: v.optional(said(Time, 'of a double charge that was settled already')),
  settled_by: v.optional(Text),
  settled_as: v.optional(Text),
})

const cashier = {
  out_order_no: Text,
  verdict: Verdicts,
  total_amount: v.optional(said(Fen, 'of the order, fen')),
  paid_amount: v.optional(said(Fen, 'of an order that is paid in part: paid already, fen')),
  paying_amount: v.optional(said(Fen, 'of an order that is paid in part: outstanding, fen')),
  may_charge: said(v.boolean(), 'WeChat Pay may still charge this order'),
  advice: said(Text, 'one line for the cashier'),
  advice_zh: Text,
  amount: v.optional(said(Fen, 'what WeChat Pay charged, fen')),
  transaction_id: v.optional(Text),
}

export const Checked = v.object({ ...cashier, request_id: v.optional(Text) })

export const NotKnownNow = v.object({ ...problem, ...cashier, ...lastCall })

/** All that the ledger knows of an order and may tell. */
const Refund = v.object({
  out_refund_no: said(Text, '商户退款单号'),
  status: v.optional(said(v.picklist(REFUND_STATUSES), 'what WeChat Pay said last; absent until it was asked')),
  refund_id: v.optional(said(Text, '微信支付退款单号')),
  transaction_id: v.optional(Text),
  refund_amount: v.optional(said(Fen, 'what this refund gives back, fen')),
  total_amount: v.optional(said(Fen, 'what the transaction charged, fen')),
  success_time: v.optional(Text),
  code: v.optional(Text),
  request_id: v.optional(Text),
  noted_at: Time,
  answered_at: v.optional(Time),
})

export const orderView = (...states: readonly State[]) =>
  v.object({
    ...orderOf(...states),
    meaning: Text,
    ...advice,
    confirmed: said(v.boolean(), 'true: WeChat Pay has proved that the order is done and will not be charged'),
    order_api: OrderApis,
    service_id: said(Text, '服务ID'),
    paid_time: PaidTime,
    paid_time_clamped: v.optional(said(v.boolean(), "the till's clock was ahead, so paid_time was set to now")),
    mode: v.optional(v.picklist(['check', 'observe'])),
    expected_amount: v.optional(said(Fen, 'the amount of the notice, fen')),
    shop_id: v.optional(Text),
    cashier_id: v.optional(Text),
    pos_ref: v.optional(Text),
    next: v.optional(said(Next, 'the next call; absent when nothing is left to do')),
    next_attempt_at: v.optional(Time),
    last_error: v.optional(LastAnswer),
    reason: v.optional(Text),
    ...charge,
    conflicts: v.optional(said(Count, 'other notices for the same order')),
    earlier_decisions: v.optional(said(Count, 'decisions before those listed, whose text is kept no longer')),
    decisions: v.optional(v.array(v.object({ what: Decisions, by: Text, why: Text, at: Time }))),
    late_since: v.optional(Time),
    created_at: Time,
    synced_at: v.optional(Time),
    settled_at: v.optional(Time),
    settled_by: v.optional(
      said(v.picklist(['refund', 'cash', 'not_double']), "refund: on WeChat Pay's signed word; else on an operator's"),
    ),
    case_since: v.optional(said(Time, 'since when the double charge is not settled')),
    refunds: v.optional(v.array(Refund)),
    bill: v.optional(said(Text, 'yyyymmdd: the trade bill for which the order is asked about')),
  })

/** The detail of an event that the robot is not told of where it is of one sub-merchant's trouble. */
export const troubleView = (...states: readonly State[]) =>
  v.object({
    ...orderView(...states).entries,
    told_daily: v.optional(
      said(
        v.literal(true),
        'a sub-merchant of a provider is refused or unknown: counted once a day in Payscore Open Cases',
      ),
    ),
  })

/** The detail of the event about a settlement. */
export const settledView = v.object({
  ...orderView('DOUBLE_CHARGED').entries,
  proved: said(v.boolean(), 'true: WeChat Pay signed that the money went back; else an operator said so'),
})

const Day = said(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/)), 'YYYY-MM-DD in China')

/** The detail of the daily event about double charges that are not settled, and sub-merchants in trouble. */
export const openCases = v.object({
  day: Day,
  made_at: Time,
  open: said(Count, 'double charges that are not settled'),
  amount: said(Fen, 'their sum, fen'),
  oldest_days: said(Count, 'days since the oldest of them is known'),
  cases: said(
    v.array(
      v.object({
        mchid: said(Text, '商户号 of who was to be paid'),
        out_order_no: said(Text, '商户服务订单号'),
        shop_id: v.optional(Text),
        ...charge,
        paid: said(Day, 'when the order was paid at the till'),
        days: said(Count, 'days since the double charge is known'),
        is_urgent: said(v.boolean(), 'true: 300 days or more since the payment, and refunds end after 365'),
        refunds: v.array(v.object({ out_refund_no: Text, status: v.optional(v.picklist(REFUND_STATUSES)) })),
        meaning: Text,
        ...advice,
      }),
    ),
    'the oldest of them, at most 20',
  ),
  more: said(Count, 'how many are not in the list'),
  bills: said(
    v.array(
      v.object({
        mchid: said(Text, '商户号 of who signs'),
        day: Day,
        outcome: Text,
        found: said(v.record(v.string(), Count), 'lines of the bill by class'),
      }),
    ),
    'trade bills since the last event in which something was found, or which are of no use; at most 20',
  ),
  sub_merchants: said(
    v.array(
      v.object({
        provider: said(Text, '服务商商户号'),
        mchid: said(Text, '特约商户号'),
        orders: said(Count, 'orders that wait, and those that ended since the last event'),
        days: said(Count, 'days since the notice of the oldest'),
        meaning: Text,
        ...advice,
      }),
    ),
    'sub-merchants whose orders WeChat Pay refuses or does not know; those with most orders, at most 20',
  ),
  more_sub_merchants: said(Count, 'how many are not in the list'),
  silent: said(
    v.array(
      v.object({
        provider: said(Text, '服务商商户号'),
        expected: said(Count, 'sub-merchants of whom payments are expected'),
        silent: said(Count, 'those without a payment for 3 days'),
        newly: said(Count, 'those that are silent since today'),
      }),
    ),
    'providers with sub-merchants that send nothing, at most 20',
  ),
  pages: said(v.array(Text), 'where the pages are in the bucket, at most 20'),
})

export const Order = orderView(...STATES)

/** What API Gateway says itself: no right, no route, too much, or a function that could not answer. */
export const Gateway = v.object({ message: Text })
