import type { Order, OrderState, Payment } from './orders.ts'

const PAYAFTER_STATE: Readonly<Record<OrderState, string>> = {
  created: 'CREATED',
  accepted: 'USER_ACCEPTED',
  finished: 'FINISHED',
  paid: 'USER_PAID',
  revoked: 'REVOKED',
  expired: 'EXPIRED',
}

const SERVICE_STATE: Readonly<Record<OrderState, { readonly state: string; readonly state_description?: string }>> = {
  created: { state: 'CREATED' },
  accepted: { state: 'DOING', state_description: 'USER_CONFIRM' },
  finished: { state: 'DOING', state_description: 'MCH_COMPLETE' },
  paid: { state: 'DONE' },
  revoked: { state: 'REVOKED' },
  expired: { state: 'EXPIRED' },
}

const collectedBy = ({ payments }: Order, type: Payment['paid_type']) =>
  payments.find(({ paid_type }) => paid_type === type)

/** A payafter order in a query response: one flat state, and no `order_id`. */
const payafterOrder = (order: Order): object => {
  const charged = collectedBy(order, 'NEWTON')
  const synced = collectedBy(order, 'MCH')
  const finished = order.state === 'finished' || order.state === 'paid'
  return {
    appid: order.appid,
    mchid: order.mchid,
    out_order_no: order.out_order_no,
    service_id: order.service_id,
    state: PAYAFTER_STATE[order.state],
    service_start_time: '20261124090000',
    service_start_location: '深圳腾大',
    service_introduction: '智慧零售',
    fees: [{ fee_name: '购物', fee_count: 1, fee_amount: order.total_amount }],
    risk_amount: 10000,
    ...(finished && { finish_type: 1, total_amount: order.total_amount }),
    ...(order.state === 'accepted' && { finish_ticket: `ticket-${order.order_id}` }),
    ...(order.payments[0] && { pay_succ_time: order.payments[0].paid_time }),
    ...(charged && { finish_transaction_id: charged.transaction_id }),
    ...(synced && { pay_type: 'MchChannelPayType' }),
    attach: 'Easdfowealsdkjfnlaksjdlfkwqoi&wl3l2sald',
  }
}

const collection = ({ state, total_amount, payments }: Order) => {
  const paid = state === 'paid'
  return {
    state: paid ? 'USER_PAID' : 'USER_PAYING',
    total_amount,
    paying_amount: paid ? 0 : total_amount,
    paid_amount: payments.reduce((sum, { amount }) => sum + amount, 0),
    // The answer does not tell how WeChat Pay Score collected.
    ...(paid && { details: payments.map(({ by: _, ...payment }, index) => ({ seq: index + 1, ...payment })) }),
  }
}

/** A service order in a query response and in a direct merchant's sync response. It has personal data. */
const serviceOrder = (order: Order): object => {
  const finished = order.state === 'finished' || order.state === 'paid'
  const need_collection = order.total_amount > 0
  return {
    out_order_no: order.out_order_no,
    service_id: order.service_id,
    appid: order.appid,
    mchid: order.mchid,
    ...(order.sub_mchid !== undefined && { sub_mchid: order.sub_mchid }),
    ...(order.channel_id !== undefined && { channel_id: order.channel_id }),
    service_introduction: '某某商店',
    ...SERVICE_STATE[order.state],
    total_amount: order.total_amount,
    post_payments: [{ name: '购物', amount: order.total_amount, description: '自助结账', count: 1 }],
    post_discounts: [],
    risk_fund: { name: 'ESTIMATE_ORDER_COST', amount: 10000, description: '预估费用' },
    time_range: { start_time: '20261124090000', end_time: '20261124101500' },
    location: { start_location: '深圳腾大', end_location: '深圳腾大' },
    attach: 'Easdfowealsdkjfnlaksjdlfkwqoi&wl3l2sald',
    notify_url: 'https://merchant.example/payscore',
    order_id: order.order_id,
    openid: order.openid,
    ...(order.sub_mchid !== undefined && { sub_openid: `s${order.openid}` }),
    ...(finished && { need_collection }),
    ...(finished && need_collection && { collection: collection(order) }),
  }
}

/** The whole order as its API shows it, with the members that a test has replaced. */
export const wholeOrder = (order: Order): object => ({
  ...(order.family === 'payafter-orders' ? payafterOrder(order) : serviceOrder(order)),
  ...order.shownInstead,
})

/** The four members of a payafter sync response. They do not say who collected the payment. */
export const payafterSyncAnswer = ({ appid, mchid, out_order_no, order_id }: Order): object => ({
  appid,
  mchid,
  out_order_no,
  order_id,
})
