import type { RefusalTexts, Turn } from '../wechatpay/refusals.ts'

/** What the service does about a class by itself. The bill alone changes no state of an order. */
export type FollowUp =
  | 'ask_order' // the order is queried again, and the signed answer decides
  | 'ask_refund' // the refund's number is noted, and the refund is queried
  | 'note_transaction' // the case had no number to refund by, the bill has it
  | 'tell' // nothing, but people must know
  | 'none'

type Class = { readonly follows: FollowUp; readonly turn: Turn; readonly en: RefusalTexts; readonly zh: RefusalTexts }

/** What a line of the bill is together with the ledger. `turn` is whose it is if the follow-up leaves it as it is. */
export const LINE_CLASSES = {
  contradiction: {
    follows: 'tell',
    turn: 'engineer',
    en: {
      meaning:
        'the trade bill has a charge for this order, but WeChat Pay’s signed answer says that only the merchant collected',
      next: 'Keep both, and ask WeChat Pay with the transaction_id and the Request-Id which of the two is true.',
    },
    zh: {
      meaning: '交易账单中该订单有支付分扣款,但查单应答(含签名)显示仅由商户渠道收款,两者矛盾',
      next: '请保留两份凭证,凭微信支付订单号和 Request-Id 向微信支付核实以何为准。',
    },
  },
  charged_after_sync: {
    follows: 'ask_order',
    turn: 'service',
    en: {
      meaning: 'the trade bill has a charge for an order that was synced as paid offline',
      next: 'Nothing. The order is asked about again; if the charge is confirmed, it becomes a double charge.',
    },
    zh: {
      meaning: '订单已同步为线下付款,但交易账单中有支付分扣款',
      next: '无需处理,将自动查单;若确认已扣款,将转为疑似重复支付。',
    },
  },
  charged_after_end: {
    follows: 'ask_order',
    turn: 'accountant',
    en: {
      meaning: 'the trade bill has a charge for an order whose notice was ended without a sync',
      next: 'Find out with the receipt whether the customer also paid at the till. If so, refund one side, WeChat Pay’s by transaction_id.',
    },
    zh: {
      meaning: '线下收款通知未能同步或已结案,但交易账单中该订单有支付分扣款',
      next: '请用小票核对顾客是否也在门店付款;若是,请退还其中一笔,支付分扣款请按微信支付订单号退款。',
    },
  },
  charged_while_open: {
    follows: 'ask_order',
    turn: 'service',
    en: {
      meaning: 'the trade bill has a charge for an order that is pending or held',
      next: 'Nothing. The order is asked about now; if the charge is confirmed, it becomes a double charge.',
    },
    zh: {
      meaning: '订单处理中或已暂停,交易账单中已有支付分扣款',
      next: '无需处理,将立即查单;若确认已扣款,将转为疑似重复支付。',
    },
  },
  charged_again: {
    follows: 'ask_order',
    turn: 'accountant',
    en: {
      meaning: 'the trade bill has another transaction for an order that is already known as charged twice',
      next: 'The order is asked about again. Compare every transaction_id of this order with the merchant platform, and refund what is too much.',
    },
    zh: {
      meaning: '疑似重复支付的订单,在交易账单中还有另一笔交易',
      next: '将自动查单;请在商户平台核对该订单的每个微信支付订单号,并退还多收的款项。',
    },
  },
  numbered: {
    follows: 'note_transaction',
    turn: 'accountant',
    en: {
      meaning: 'the trade bill has the transaction_id of a double charge of which no number was known',
      next: 'Compare with the receipt; if it is the same order, refund one side, WeChat Pay’s by this transaction_id.',
    },
    zh: {
      meaning: '疑似重复支付此前没有可识别的微信支付订单号,交易账单中已查到',
      next: '请与小票核对;若为同一订单,请退还其中一笔,支付分扣款请按此微信支付订单号退款。',
    },
  },
  refunded: {
    follows: 'ask_refund',
    turn: 'service',
    en: {
      meaning: 'the trade bill has a refund of what WeChat Pay charged; accepted is not refunded yet',
      next: 'Nothing. The refund is asked about until WeChat Pay says that the money is back.',
    },
    zh: {
      meaning: '交易账单中有该笔支付分扣款的退款(已受理,不代表退款成功)',
      next: '无需处理,将自动查询退款,直至退款成功。',
    },
  },
  known: {
    follows: 'none',
    turn: 'service',
    en: { meaning: 'the trade bill has the charge that is known already', next: 'Nothing.' },
    zh: { meaning: '交易账单中的该笔扣款此前已知', next: '无需处理。' },
  },
  plain: {
    follows: 'none',
    turn: 'service',
    en: { meaning: 'a trade that does not concern any offline payment', next: 'Nothing.' },
    zh: { meaning: '与线下收款通知无关的交易', next: '无需处理。' },
  },
} as const satisfies Readonly<Record<string, Class>>

export type LineClass = keyof typeof LINE_CLASSES

/** What becomes of an open case that no bill has a refund of. */
export const REFUND_MISSING = {
  follows: 'tell',
  turn: 'accountant',
  en: {
    meaning: 'no trade bill has a refund of this double charge yet',
    next: 'Refund one side, WeChat Pay’s by transaction_id, which is possible within 365 days of the payment; or settle the case if the money was given back at the till, or if it was no double charge.',
  },
  zh: {
    meaning: '疑似重复支付尚未退款:交易账单中未见退款',
    next: '请退还其中一笔,支付分扣款请按微信支付订单号退款(支付后365天内);若已在门店退款或并非重复支付,请登记处理结果。',
  },
} as const satisfies Class

/** What a day is of which there is no bill to read. */
export const BILL_CLASSES = {
  unreadable: {
    follows: 'tell',
    turn: 'engineer',
    en: {
      meaning: 'the trade bill cannot be trusted or read, so nothing of it was acted on',
      next: 'Download the bill of that day in the merchant platform, and compare the column or the line that is named. Until then no charge of that day is found by the bill.',
    },
    zh: {
      meaning: '交易账单校验未通过或无法解析,未据此做任何处理',
      next: '请在商户平台下载当日交易账单,核对所示的列或行;在此之前,当日扣款无法通过账单发现。',
    },
  },
  no_bill: {
    follows: 'none',
    turn: 'service',
    en: { meaning: 'WeChat Pay says that there was no trade on that day', next: 'Nothing.' },
    zh: { meaning: '当日无交易,微信支付未生成交易账单', next: '无需处理。' },
  },
  no_bill_but_charged: {
    follows: 'tell',
    turn: 'engineer',
    en: {
      meaning: 'WeChat Pay says that there was no trade on that day, but charges of that day are known',
      next: 'Compare mchid and sub_mchid of the bill with the merchant platform: it may be another merchant’s bill.',
    },
    zh: {
      meaning: '微信支付称当日无交易账单,但已知当日有支付分扣款',
      next: '请核对申请账单所用的商户号、子商户号与商户平台是否一致,可能申请了其他商户号的账单。',
    },
  },
  late_bill: {
    follows: 'tell',
    turn: 'engineer',
    en: {
      meaning: 'at 18:00 the trade bill of the day before could still not be had',
      next: 'See whether it can be downloaded in the merchant platform. It is asked for again tomorrow.',
    },
    zh: {
      meaning: '截至18:00仍未取得前一日的交易账单',
      next: '请在商户平台查看能否下载该账单;次日将再次申请。',
    },
  },
} as const satisfies Readonly<Record<string, Class>>

export type BillClass = keyof typeof BILL_CLASSES
