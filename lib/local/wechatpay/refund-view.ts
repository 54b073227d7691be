import { rfc3339 } from './paid-time.ts'
import type { Refund } from './refunds.ts'

/** A refund as the query shows it. `user_received_account` is personal: a bank, and the end of a card. */
export const refundView = ({ trade, out_refund_no, refund_id, amount, ...refund }: Refund): object => ({
  refund_id,
  out_refund_no,
  transaction_id: trade.transaction_id,
  out_trade_no: trade.out_trade_no,
  channel: 'ORIGINAL',
  user_received_account: '招商银行信用卡0403',
  ...(refund.succeededAt !== undefined && { success_time: rfc3339(refund.succeededAt) }),
  create_time: rfc3339(refund.acceptedAt),
  status: refund.status,
  funds_account: 'AVAILABLE',
  amount: {
    total: trade.amount,
    refund: amount,
    from: [],
    payer_total: trade.amount,
    payer_refund: amount,
    settlement_refund: amount,
    settlement_total: trade.amount,
    discount_refund: 0,
    currency: 'CNY',
    refund_fee: 0,
  },
  promotion_detail: [],
  ...refund.shows,
})
