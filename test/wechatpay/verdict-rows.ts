import type { VerdictKind } from '../../lib/wechatpay/verdict-kinds.ts'

/** What is seen of an order, and what it means as the answer to a sync and to a query. */
type Row = readonly [name: string, state: string, bySync: VerdictKind, byQuery: VerdictKind]

export const done = (details: string) =>
  `"need_collection":true,"state":"DONE","collection":{"state":"USER_PAID","total_amount":50000,"paying_amount":0,"paid_amount":50000,"details":${details}}`
const complete = (collection: string) =>
  `"need_collection":true,"state":"DOING","state_description":"MCH_COMPLETE"${collection}`

export const MCH = '{"seq":1,"amount":50000,"paid_type":"MCH","paid_time":"20261124103000"}'
export const NEWTON =
  '{"seq":1,"amount":50000,"paid_type":"NEWTON","paid_time":"20261124103000","transaction_id":"4200002001202611241234567890"}'
const UNPAID = complete(
  ',"collection":{"state":"USER_PAYING","total_amount":50000,"paying_amount":50000,"paid_amount":0}',
)

/** Every state in which the serviceorder family can answer, and some that it should not. */
export const SERVICE_ORDERS: readonly Row[] = [
  ['CREATED', '"state":"CREATED"', 'open', 'open'],
  ['DOING, not completed', '"state":"DOING","state_description":"USER_CONFIRM"', 'open', 'open'],
  ['DOING, undescribed', '"state":"DOING"', 'open', 'open'],
  ['completed and waiting for payment', UNPAID, 'unpaid', 'unpaid'],
  ['completed, without collection', complete(''), 'unknown', 'unknown'],
  ['completed and paid, yet DOING', complete(',"collection":{"state":"USER_PAID"}'), 'unknown', 'unknown'],
  ['completed, collection in no listed state', complete(',"collection":{"state":"PAYING"}'), 'unknown', 'unknown'],
  ['completed, collection an array', complete(',"collection":["USER_PAYING"]'), 'unknown', 'unknown'],
  ['DONE by the merchant', done(`[${MCH}]`), 'confirmed', 'confirmed'],
  ['DONE by the merchant in two payments', done(`[${MCH},${MCH}]`), 'confirmed', 'confirmed'],
  ['DONE by WeChat Pay', done(`[${NEWTON}]`), 'collected', 'collected'],
  ['DONE by both', done(`[${MCH},${NEWTON}]`), 'collected', 'collected'],
  ['DONE by WeChat Pay, first of both', done(`[${NEWTON},${MCH}]`), 'collected', 'collected'],
  [
    'DONE by WeChat Pay, without number',
    done('[{"seq":1,"amount":50000,"paid_type":"NEWTON"}]'),
    'collected',
    'collected',
  ],
  [
    'DONE by the merchant, with a number of WeChat Pay',
    done('[{"seq":1,"amount":50000,"paid_type":"MCH","transaction_id":"4200002001202611241234567890"}]'),
    'collected',
    'collected',
  ],
  [
    'DONE by nobody known, with a number of WeChat Pay',
    done('[{"seq":1,"amount":50000,"paid_type":"LINGQIAN","transaction_id":"4200002001202611241234567890"}]'),
    'collected',
    'collected',
  ],
  ['DONE by nobody known', done('[{"seq":1,"amount":50000,"paid_type":"LINGQIAN"}]'), 'accepted', 'undecided'],
  ['DONE by the merchant and nobody known', done(`[${MCH},{"paid_type":"mch"}]`), 'accepted', 'undecided'],
  ['DONE with an empty number', done(`[{"seq":1,"paid_type":"MCH","transaction_id":""}]`), 'confirmed', 'confirmed'],
  ['DONE with details that say nothing', done('[null,"MCH",["MCH"],{}]'), 'accepted', 'undecided'],
  ['DONE without details', done('[]'), 'accepted', 'undecided'],
  ['DONE with details that are no list', done(`{"0":${MCH},"length":1}`), 'accepted', 'undecided'],
  ['DONE without collection', '"need_collection":true,"state":"DONE"', 'accepted', 'undecided'],
  ['DONE, silent about collection', '"state":"DONE"', 'accepted', 'undecided'],
  ['DONE, nothing to collect', '"need_collection":false,"state":"DONE"', 'confirmed', 'confirmed'],
  ['DONE, nothing to collect said as text', '"need_collection":"false","state":"DONE"', 'accepted', 'undecided'],
  [
    'DONE, nothing to collect, yet charged',
    `"need_collection":false,"state":"DONE","collection":{"details":[${NEWTON}]}`,
    'collected',
    'collected',
  ],
  [
    'DONE, nothing to collect, yet paid to nobody known',
    '"need_collection":false,"state":"DONE","collection":{"details":[{"seq":1,"amount":1,"paid_type":"LINGQIAN"}]}',
    'accepted',
    'undecided',
  ],
  ['REVOKED', '"state":"REVOKED"', 'closed', 'closed'],
  ['EXPIRED', '"state":"EXPIRED"', 'closed', 'closed'],
  ['WAIT_PAY, which no page lists', '"state":"WAIT_PAY"', 'unknown', 'unknown'],
  ['PAYING, which no page lists', '"state":"PAYING"', 'unknown', 'unknown'],
  ['CLOSED, which no page lists', '"state":"CLOSED"', 'unknown', 'unknown'],
  ["the other family's USER_PAID", '"state":"USER_PAID","pay_type":"MchChannelPayType"', 'confirmed', 'confirmed'],
  ["the other family's FINISHED", '"state":"FINISHED"', 'unpaid', 'unpaid'],
  ['done in small letters', '"state":"done"', 'unknown', 'unknown'],
  ['null', '"state":null', 'unknown', 'unknown'],
  ['a list', '"state":["DONE"]', 'unknown', 'unknown'],
  ['no state', '"state_description":"MCH_COMPLETE"', 'accepted', 'unknown'],
]

/** The same of the payafter-orders family. Whichever family was asked, the answer is read by its shape. */
export const PAYAFTER_ORDERS: readonly Row[] = [
  ['CREATED', '"state":"CREATED"', 'open', 'open'],
  ['USER_ACCEPTED', '"state":"USER_ACCEPTED"', 'open', 'open'],
  ['FINISHED', '"state":"FINISHED"', 'unpaid', 'unpaid'],
  ['paid to the merchant', '"state":"USER_PAID","pay_type":"MchChannelPayType"', 'confirmed', 'confirmed'],
  [
    'paid to WeChat Pay',
    '"state":"USER_PAID","finish_transaction_id":"4200002001202611241234567890"',
    'collected',
    'collected',
  ],
  [
    'paid to both',
    '"state":"USER_PAID","pay_type":"MchChannelPayType","finish_transaction_id":"4200002001202611241234567890"',
    'collected',
    'collected',
  ],
  [
    'paid to WeChat Pay, yet FINISHED',
    '"state":"FINISHED","finish_transaction_id":"4200002001202611241234567890"',
    'collected',
    'collected',
  ],
  ['paid to nobody known', '"state":"USER_PAID"', 'undecided', 'undecided'],
  ['paid in an unknown way', '"state":"USER_PAID","pay_type":"OtherPayType"', 'undecided', 'undecided'],
  ['paid, with an empty number', '"state":"USER_PAID","finish_transaction_id":""', 'undecided', 'undecided'],
  ['REVOKED', '"state":"REVOKED"', 'closed', 'closed'],
  ['EXPIRED', '"state":"EXPIRED"', 'closed', 'closed'],
  ["the other family's DONE", done(`[${MCH}]`), 'confirmed', 'confirmed'],
  ["the other family's DONE, charged", done(`[${NEWTON}]`), 'collected', 'collected'],
  ["the other family's DOING", UNPAID, 'unpaid', 'unpaid'],
  ['null', '"state":null', 'unknown', 'unknown'],
  ['no state', '"pay_type":"MchChannelPayType"', 'accepted', 'unknown'],
]
