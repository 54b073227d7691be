import { REFUSALS, type RefusalTexts, type Turn } from '../wechatpay/refusals.ts'
import { type BookRow, hasOpenCharge, isOpenStatus, type Refund } from './row.ts'
import { provedAt } from './signed-answers.ts'

/** Whose turn it is with an order, and what to do. Cashiers, accountants and engineers read this. */
export type Advice = { readonly turn: Turn; readonly en: RefusalTexts; readonly zh: RefusalTexts }

/** Advice for every situation of an order that no refusal explains. */
const SITUATIONS = {
  proved: {
    turn: 'service',
    en: { meaning: 'WeChat Pay has proved that the order is done and will not be charged', next: 'Nothing.' },
    zh: { meaning: '已核实:订单已完成,不再扣款', next: '无需处理。' },
  },
  accepted: {
    turn: 'service',
    en: { meaning: 'WeChat Pay took the sync', next: 'Nothing. A query proves it within minutes.' },
    zh: { meaning: '已同步,待核实', next: '无需处理,将自动查单核实。' },
  },
  unproved: {
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay took the sync, but no query could prove it',
      next: 'Look the order up in the merchant platform: is it done, and was it charged? If WeChat Pay charged it, refund one side.',
    },
    zh: {
      meaning: '已同步,但始终未能查单核实',
      next: '请在商户平台查看该订单是否已完成、是否已扣款;若支付分已扣款,请退还其中一笔。',
    },
  },
  unasked: {
    turn: 'service',
    en: { meaning: 'WeChat Pay took the sync; a person ended the asking for its proof', next: 'Nothing.' },
    zh: { meaning: '已同步;已由人工停止查单核实', next: '无需处理。' },
  },
  pending: {
    turn: 'service',
    en: { meaning: 'WeChat Pay has not taken the sync yet', next: 'Nothing. It goes on by itself.' },
    zh: { meaning: '处理中(尚未同步)', next: '无需处理,将自动继续。' },
  },
  misconfigured: {
    turn: 'engineer',
    en: {
      meaning: 'the deployment or the secret of this merchant is wrong, so nothing was sent',
      next: 'Mend what the detail of the last answer names; then it goes on by itself.',
    },
    zh: {
      meaning: '部署配置或该商户号的密钥有误,未发送任何请求',
      next: '请按最后一次结果的 detail 修正,之后将自动继续。',
    },
  },
  open: {
    turn: 'shop',
    en: {
      meaning: 'the order is not completed at WeChat Pay yet, so it cannot be synced',
      next: 'The customer has paid: cancel the order at WeChat Pay, or complete it with 0. Never complete it with the sum: WeChat Pay would charge it as well.',
    },
    zh: {
      meaning: '进行中:商户未完结,暂不能同步',
      next: '顾客已付款,请在微信支付取消该订单,或以0元完结。切勿按应付金额完结,否则支付分会自动扣款,造成重复支付。',
    },
  },
  undecided: {
    turn: 'accountant',
    en: {
      meaning: 'the order is done at WeChat Pay, but its answer does not tell who collected',
      next: 'Look the order up in the merchant platform. If WeChat Pay charged it, refund one side. Then close it.',
    },
    zh: {
      meaning: '订单已完成,但微信支付的应答未说明由谁收款',
      next: '请在商户平台查看该订单;若支付分已扣款,请退还其中一笔。之后人工结案。',
    },
  },
  double: {
    turn: 'accountant',
    en: {
      meaning: 'the customer paid offline, and WeChat Pay charged the order as well',
      next: 'Compare the order number with the receipt. The same order: refund one side, WeChat Pay’s by transaction_id, and settle it with the refund. Another order was meant: settle it as not double, and send a notice with the right number.',
    },
    zh: {
      meaning: '疑似重复支付,待核对',
      next: '请核对商户服务订单号与小票。若为同一订单,请按微信支付订单号退款,或退还线下款项,并登记退款单号;若单号有误,请登记为并非重复支付,并按正确单号重新通知。',
    },
  },
  // A charge comes before all other advice, even when the row is in another state.
  charged: {
    turn: 'accountant',
    en: {
      meaning:
        'WeChat Pay charged this order, and a notice says that it was paid offline: the customer may have paid twice',
      next: 'Compare the order number and the amounts with the receipt. Paid twice: refund one side, WeChat Pay’s by transaction_id, and settle it with the refund. Another order was meant, or WeChat Pay charged no more than the rest: settle it as not double. If the number was wrong, send a notice with the right one.',
    },
    zh: {
      meaning: '支付分已扣款,门店又通知已线下收款:疑似重复支付,待核对',
      next: '请核对商户服务订单号、金额与小票。若重复支付,请按微信支付订单号退款,或退还线下款项,并登记退款单号;若单号有误,或支付分只扣了差额,请登记为并非重复支付。单号有误的,请按正确单号重新通知。',
    },
  },
  unnumbered: {
    turn: 'accountant',
    en: {
      meaning:
        'the customer paid offline, and WeChat Pay charged the order as well; its answer has no transaction_id that can be read',
      next: 'Find the transaction by the order number in the trade bill of the merchant platform, and compare with the receipt; if it is the same order, refund one side.',
    },
    zh: {
      meaning: '疑似重复支付,待核对;应答中没有可识别的微信支付订单号',
      next: '请按商户服务订单号在商户平台的交易账单中查找微信支付订单号,并与小票核对;若为同一订单,请退还其中一方款项。',
    },
  },
  held: {
    turn: 'shop',
    en: {
      meaning: 'held: nothing is sent until a person has decided',
      next: 'Release it if the order is right and all of it was paid at the till; else close it, or send a corrected notice.',
    },
    zh: {
      meaning: '已暂停,等待人工确认',
      next: '若订单无误且已全额线下收款,请放行;否则请人工结案或发送更正后的通知。',
    },
  },
  paid_less: {
    turn: 'shop',
    en: {
      meaning: 'held: the amount in the notice is less than the total of this order',
      next: 'Compare the order number and the amount with the receipt. Wrong number: close this notice, and send one with the right number. All of it was paid, and the amount was typed wrongly: release it. Only a part was paid: lower the order to the rest at WeChat Pay, then close this notice; an order with a paid deposit cannot be lowered, so take the rest at the till, then release it.',
    },
    zh: {
      meaning: '通知金额少于订单总金额,已暂停',
      next: '请核对商户服务订单号、金额与小票。单号有误:请人工结案,并按正确单号重新通知。已全额收款,只是金额输错:请放行。只收了一部分:请在微信支付将订单金额下调为差额,再人工结案;押金订单不能下调,请补收差额后放行。',
    },
  },
  paid_more: {
    turn: 'shop',
    en: {
      meaning: 'held: the amount in the notice is more than the total of this order',
      next: 'Compare the order number and the amount with the receipt. Wrong number: close this notice, and send one with the right number. The right order: release it; if the till took too much, give the difference back.',
    },
    zh: {
      meaning: '通知金额多于订单总金额,已暂停',
      next: '请核对商户服务订单号、金额与小票。单号有误:请人工结案,并按正确单号重新通知。单号无误:请放行;若确实多收,请在门店退还差额。',
    },
  },
  // Rows written by version 1.0.0 do not say whether it was less or more.
  amount_differs: {
    turn: 'shop',
    en: {
      meaning: 'held: the amount in the notice is not the total of this order',
      next: 'Compare the order number and the amount with the receipt. Wrong number: close this notice, and send one with the right number. All of it was paid: release it. Only a part was paid: do not release it; lower the order to the rest at WeChat Pay, then close this notice.',
    },
    zh: {
      meaning: '通知金额与订单总金额不一致,已暂停',
      next: '请核对商户服务订单号、金额与小票。单号有误:请人工结案,并按正确单号重新通知。已全额收款:请放行。只收了一部分:请勿放行,请在微信支付将订单金额下调为差额,再人工结案。',
    },
  },
  amount_unknown: {
    turn: 'shop',
    en: {
      meaning: 'held: WeChat Pay does not tell the total of this order, so the amount could not be compared',
      next: 'Compare the order number and the amount in the merchant platform. Release it if all of it was paid at the till; if the number was wrong, close this notice, and send one with the right number.',
    },
    zh: {
      meaning: '微信支付未返回订单总金额,无法核对,已暂停',
      next: '请在商户平台核对商户服务订单号和金额。已全额线下收款:请放行;单号有误:请人工结案,并按正确单号重新通知。',
    },
  },
  uncharged: {
    turn: 'shop',
    en: {
      meaning:
        'held: WeChat Pay will not charge this order (it is done, cancelled or expired), but the amount in the notice does not fit it',
      next: 'Compare the order number with the receipt, then close this notice. If another order was meant, send a notice with the right number.',
    },
    zh: {
      meaning: '订单已完成、已取消或已失效,支付分不会再扣款,但通知金额与其不符或无法核对,已暂停',
      next: '请核对商户服务订单号与小票,然后人工结案;若单号有误,请按正确单号重新通知。',
    },
  },
  part_paid: {
    turn: 'accountant',
    en: {
      meaning:
        'held: a part of this order is paid already, by WeChat Pay or by another channel, and the rest is outstanding',
      next: 'Look the order up in the merchant platform, and compare what is paid and outstanding with the receipt. If the rest was paid offline, release it, else WeChat Pay goes on charging; refund what was paid twice. If nothing was paid offline, close it.',
    },
    zh: {
      meaning: '该订单已收到部分款项(支付分扣款或其他渠道),其余待收,已暂停',
      next: '请在商户平台查看该订单的已收、待收金额,并与小票核对。若其余款项已在线下付清,请放行(否则支付分会继续扣款),多收的部分请退款;若顾客并未线下付款,请人工结案。',
    },
  },
  observe_only: {
    turn: 'service',
    en: {
      meaning: 'held: this merchant is only observed, no sync is sent',
      next: 'Nothing, while you pilot. Release it to sync this one order, if all of it was paid at the till.',
    },
    zh: { meaning: '观察模式:不发送同步', next: '试点期间无需处理;如需同步该订单(须已全额线下收款),请放行。' },
  },
  over_cap: {
    turn: 'engineer',
    en: {
      meaning: 'held: more payments of one hour than this merchant allows, or they could not be counted',
      next: 'Find out whether the payments are genuine. Release those that are (payscore release --reason over_cap); close the others.',
    },
    zh: {
      meaning: '同一小时的收款笔数超过上限(或暂时无法计数),已暂停',
      next: '请确认收款是否真实:真实的请批量放行(payscore release --reason over_cap),其余请人工结案。',
    },
  },
  refunding: {
    turn: 'service',
    en: {
      meaning: 'a refund of the double charge was noted; WeChat Pay has not confirmed yet that the money is back',
      next: 'Nothing. WeChat Pay is asked until the refund has ended.',
    },
    zh: {
      meaning: '已登记疑似重复支付的退款,待微信支付确认退款成功',
      next: '无需处理,将自动查询退款结果。',
    },
  },
  refund_failed: {
    turn: 'accountant',
    en: {
      meaning:
        'the money of a double charge is not back: WeChat Pay does not know the refund, closed it, could not pay it out, or it is of another order',
      next: 'Look the refund up in the merchant platform by its number. Correct the number, or refund anew under another one and settle with it; if the account cannot take the money, give it back at the till.',
    },
    zh: {
      meaning: '疑似重复支付的退款未成功:单号查无此退款、退款已关闭、退款异常,或不属于该订单',
      next: '请按商户退款单号在商户平台核对:单号有误请更正,需要时以新的商户退款单号重新退款并登记;若账户无法收款,请在门店退还。',
    },
  },
  refund_part: {
    turn: 'accountant',
    en: {
      meaning: 'a part of the double charge is refunded, and the rest is not',
      next: 'Refund the rest, and settle with the number of that refund; or settle it with the receipt if the rest was given back at the till.',
    },
    zh: {
      meaning: '疑似重复支付已部分退款,其余未退',
      next: '请退还其余款项并登记其商户退款单号;若其余款项已在门店退还,请凭小票登记。',
    },
  },
  refunded: {
    turn: 'service',
    en: { meaning: 'WeChat Pay has confirmed that the money of the double charge is back', next: 'Nothing.' },
    zh: { meaning: '疑似重复支付已退款,微信支付已确认退款成功', next: '无需处理。' },
  },
  settled: {
    turn: 'service',
    en: { meaning: 'a person settled what WeChat Pay charged as well', next: 'Nothing.' },
    zh: { meaning: '疑似重复支付已处理', next: '无需处理。' },
  },
  not_found: {
    turn: 'shop',
    en: {
      meaning: 'for 24 hours WeChat Pay knew no such order',
      next: 'Compare mchid and the order number; send the notice again with the right ones.',
    },
    zh: { meaning: '24小时内微信支付查无此订单', next: '请核对商户号和商户服务订单号,更正后重新通知。' },
  },
  revoked: {
    turn: 'service',
    en: { meaning: 'the order was cancelled or has expired: nothing can be charged any more', next: 'Nothing.' },
    zh: { meaning: '订单已取消或已失效,不会再扣款', next: '无需处理。' },
  },
  too_old: {
    turn: 'engineer',
    en: {
      meaning: 'for 30 days the order could not be synced',
      next: 'Look the order up in the merchant platform, mend what the last answer names, then reopen it.',
    },
    zh: { meaning: '30天内未能同步', next: '请在商户平台查看该订单,按最后一次应答排除问题后重新处理。' },
  },
  open_too_long: {
    turn: 'shop',
    en: {
      meaning: 'for 30 days the order was not completed at WeChat Pay, so it could not be synced',
      next: 'If the customer has paid, cancel the order at WeChat Pay, or complete it with 0. Never complete it with the sum: WeChat Pay would charge it as well.',
    },
    zh: {
      meaning: '订单30天内未完结,未能同步',
      next: '若顾客已付款,请在微信支付取消该订单,或以0元完结。切勿按应付金额完结,否则支付分会自动扣款,造成重复支付。',
    },
  },
  rejected: {
    turn: 'engineer',
    en: {
      meaning: 'the order was not synced',
      next: 'Look the order up in the merchant platform, mend what the last answer names, then reopen it.',
    },
    zh: { meaning: '同步未成功', next: '请在商户平台查看该订单,按最后一次应答排除问题后重新处理。' },
  },
  closed: {
    turn: 'service',
    en: { meaning: 'a person closed it', next: 'Nothing.' },
    zh: { meaning: '已人工结案', next: '无需处理。' },
  },
} as const satisfies Readonly<Record<string, Advice>>

/** The attributes of a row that decide the advice. */
export type Situation = Pick<
  BookRow,
  | 'state'
  | 'due'
  | 'settled_at'
  | 'settled_by'
  | 'reason'
  | 'last_error'
  | 'transaction_id'
  | 'refunds'
  | 'proved_at'
  | 'proof'
>

/** Returns the advice for the current state of a row. */
export const adviceOf = (row: Situation): Advice => {
  if (row.state !== 'DOUBLE_CHARGED' && row.reason !== 'part_paid' && hasOpenCharge(row)) return SITUATIONS.charged
  switch (row.state) {
    case 'SYNCED':
      if (provedAt(row) !== undefined) return SITUATIONS.proved
      if (row.due !== undefined) return SITUATIONS.accepted
      return row.reason === 'unproved' ? SITUATIONS.unproved : SITUATIONS.unasked
    case 'DOUBLE_CHARGED':
      if (row.settled_at !== undefined) return row.settled_by === 'refund' ? SITUATIONS.refunded : SITUATIONS.settled
      if (row.refunds?.length) return refundAdvice(row.refunds)
      return row.transaction_id === undefined ? SITUATIONS.unnumbered : SITUATIONS.double
    case 'REJECTED':
      return rejectedAdvice(row)
    case 'HELD':
      return heldAdvice(row)
    case 'PENDING':
      if (row.last_error?.verdict === 'open' || row.last_error?.verdict === 'undecided')
        return SITUATIONS[row.last_error.verdict]
      return (
        refusalAdvice(row) ?? (row.last_error?.verdict === 'config' ? SITUATIONS.misconfigured : SITUATIONS.pending)
      )
  }
}

const refundAdvice = (refunds: readonly Pick<Refund, 'status'>[]): Advice => {
  if (refunds.some(({ status }) => isOpenStatus(status))) return SITUATIONS.refunding
  return refunds.every(({ status }) => status === 'refunded') ? SITUATIONS.refund_part : SITUATIONS.refund_failed
}

const heldAdvice = ({ reason, last_error }: Situation): Advice => {
  const verdict = last_error?.verdict
  if (verdict === 'undecided') return SITUATIONS.undecided
  if (verdict === 'confirmed' || verdict === 'closed') return SITUATIONS.uncharged
  switch (reason) {
    case 'paid_less':
    case 'paid_more':
    case 'amount_differs':
    case 'amount_unknown':
    case 'part_paid':
    case 'observe_only':
    case 'over_cap':
      return SITUATIONS[reason]
    default:
      return SITUATIONS.held
  }
}

const rejectedAdvice = (row: Situation): Advice => {
  switch (row.reason) {
    case 'not_found':
    case 'revoked':
      return SITUATIONS[row.reason]
    case 'too_old':
      return row.last_error?.verdict === 'open' ? SITUATIONS.open_too_long : SITUATIONS.too_old
    case 'invalid':
      return refusalAdvice(row) ?? REFUSALS.parameter
    default:
      return /^(closed|withdrawn)/.test(row.reason ?? '') ? SITUATIONS.closed : SITUATIONS.rejected
  }
}

const refusalAdvice = ({ last_error }: Situation): Advice | undefined =>
  last_error?.refusal && REFUSALS[last_error.refusal]
