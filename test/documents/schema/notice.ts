import * as v from 'valibot'
import { NoticeSchema } from '../../../lib/intake/payment-notice.ts'

/** What the members of a notice mean to whoever sends it. */
export const NOTICE_MEMBERS = {
  mchid: '商户号 of who was to be paid: a direct merchant, or a sub-merchant',
  out_order_no: '商户服务订单号',
  service_id: '服务ID; may be left out by a merchant with one service',
  appid: 'one of the appids of the service; the first that is configured if left out. Direct merchants only',
  sub_mchid: '子商户号, as mchid says it; may be left out. Sub-merchants only',
  channel_id: '渠道商商户号, as it is configured; may be left out. Sub-merchants of an acquiring institution only',
  type: 'may be left out',
  detail: 'when: paid_time (收款成功时间) is yyyyMMddHHmmss or yyyyMMdd in China time, or RFC 3339 with an offset',
  amount: 'what the customer paid, fen: the order is asked about first, and held when its total differs',
  shop_id: 'never goes to WeChat Pay',
  cashier_id: 'never goes to WeChat Pay',
  pos_ref: 'never goes to WeChat Pay',
} as const

/** Over HTTP the path says who and which order; a body may say the same again. */
export const NoticeBody = v.strictObject({
  ...NoticeSchema.entries,
  mchid: v.optional(NoticeSchema.entries.mchid),
  out_order_no: v.optional(NoticeSchema.entries.out_order_no),
})
