import type { Distrust } from '../../lib/wechatpay/answer.ts'
import type { Call, OrderApi } from '../../lib/wechatpay/order-api.ts'
import type { Outcome } from '../../lib/wechatpay/signed-call.ts'
import { NOW } from './samples.ts'

const order = { out_order_no: '1234323JKHDFE1243252', service_id: '500001', paid_time: '20261124102959' }

/** One call of each order API, all of the same order number and service. */
export const CALLS: Readonly<Record<OrderApi, Call>> = {
  'payafter-orders': { ...order, order_api: 'payafter-orders', mchid: '1230000109', appid: 'wxd678efh567hg6787' },
  serviceorder: { ...order, order_api: 'serviceorder', mchid: '1230000109', appid: 'wxd678efh567hg6787' },
  partner: { ...order, order_api: 'partner', mchid: '1800000001', sub_mchid: '1900000125' },
  acquiringbank: {
    ...order,
    order_api: 'acquiringbank',
    mchid: '1800000002',
    sub_mchid: '1900000133',
    channel_id: '2088000001',
  },
}

/** How an answer of each order API names the parties of the call above. */
export const PARTIES: Readonly<Record<OrderApi, string>> = {
  'payafter-orders': '"appid":"wxd678efh567hg6787","mchid":"1230000109"',
  serviceorder: '"appid":"wxd678efh567hg6787","mchid":"1230000109"',
  partner:
    '"appid":"wx8888888888888888","mchid":"1800000001","sub_appid":"wx7777777777777777","sub_mchid":"1900000125"',
  acquiringbank: '"channel_id":"2088000001","mchid":"1800000002","sub_mchid":"1900000133"',
}

/** What of the orders below nobody but the ledger may see. */
export const PERSONAL = ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', 'oKLmZ5eF2wQ', '\u5f20\u4e09', '\u5357\u5c71\u533a']

/** A whole service order, of which `state` tells the members that are judged. */
export const serviceOrder = (api: OrderApi, state: string): string =>
  `{"out_order_no":"1234323JKHDFE1243252",${PARTIES[api]},"service_id":"500001",` +
  '"order_id":"15646546545165651651","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","sub_openid":"oKLmZ5eF2wQ",' +
  '"service_introduction":"\u67d0\u67d0\u9152\u5e97","location":{"start_location":"\u5357\u5c71\u533a"},' +
  '"attach":"\u5f20\u4e09","notify_url":"https://shop.example.com/notify",' +
  '"time_range":{"start_time":"20261123120000","end_time":"20261124100000"},' +
  '"post_payments":[{"name":"\u623f\u8d39","amount":50000}],"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":50000},' +
  `"a_new_member":[{}],"total_amount":50000,${state}}`

/** An order of the payafter-orders family, as a query answers it. */
export const payafterOrder = (state: string): string =>
  `{"out_order_no":"1234323JKHDFE1243252",${PARTIES['payafter-orders']},"service_id":"500001",` +
  '"order_id":"15646546545165651651","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","attach":"\u5f20\u4e09",' +
  `"total_amount":50000,${state}}`

/** The answer of a payafter-orders sync: four members. */
export const PAYAFTER_SYNCED =
  '{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_order_no":"1234323JKHDFE1243252","order_id":"15646546545165651651"}'

export const REQUEST_ID = '08F7E2C0B80610B20318E8A1F6A60120B1DA0228CDDF02-0'

export const SIGNED = {
  serial: 'PUB_KEY_ID_0114232134912410000000000000',
  timestamp: '1795487400',
  nonce: 'EEE1C1A7F9A1C9B8D7E6F5A4B3C2D1E0',
  signature: 'c2lnbmVk',
} as const

type Answered = Extract<Outcome, { kind: 'answered' }>

/** An answer that is WeChat Pay's own word. */
export const signed = (status: number, body: string | Buffer, request_id: string = REQUEST_ID): Answered => ({
  kind: 'answered',
  sent_at: NOW,
  request_id,
  status,
  body: Buffer.from(body),
  verified: true,
  signed: SIGNED,
})

/** An answer that anybody may have written. */
export const unsigned = (status: number, body: string | Buffer, reason: Distrust = 'header'): Answered => ({
  kind: 'answered',
  sent_at: NOW,
  request_id: REQUEST_ID,
  status,
  body: Buffer.from(body),
  verified: false,
  reason,
})
