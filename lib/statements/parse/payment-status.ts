/** What a value says about the payment. `undone`: the payment was made and then refunded or cancelled. */
export type PaidWord = 'paid' | 'not_paid' | 'undone' | 'says_nothing' | 'unknown'

/** Columns of a statement that a payment notice does not have. */
export type StateColumn = 'status' | 'kind' | 'is_paid' | 'is_refunded' | 'refund_status' | 'refund_sum' | 'refund_mark'

/** Names of such columns, in the form that plainName gives. */
export const STATE_COLUMNS: ReadonlyMap<string, StateColumn> = new Map(
  Object.entries({
    status: [
      ...[
        '交易状态',
        '支付状态',
        '订单状态',
        '收款状态',
        '付款状态',
        '状态',
        '交易结果',
        '支付结果',
        '收款结果',
        '结果',
      ],
      ...['单据状态', '结账状态', '结算状态', 'status', 'state', 'result', 'trade_state', 'trade_status', 'pay_status'],
      ...['pay_state', 'payment_status', 'payment_state', 'order_status', 'order_state', 'transaction_status'],
    ],
    kind: [
      ...[
        '交易类型',
        '类型',
        '业务类型',
        '订单类型',
        '支付类型',
        '收款类型',
        '单据类型',
        '流水类型',
        '收支类型',
        '收支',
      ],
      ...['收/支', '收支标志', '收付标志', '交易类别', '类别', 'type', 'kind', 'trade_type', 'transaction_type'],
      ...['order_type', 'payment_type', 'pay_type', 'business_type', 'biz_type'],
    ],
    is_paid: ['是否支付', '是否付款', '是否已支付', '是否已付款', '是否收款', '是否成功', 'is_paid', 'paid', 'success'],
    is_refunded: [
      ...['是否退款', '是否已退款', '是否退货', '是否撤销', '是否作废', '是否冲正', '退款', '退款标志', '退款标识'],
      ...['撤销标志', 'is_refund', 'is_refunded', 'refunded', 'refund', 'is_void', 'voided', 'reversed'],
    ],
    refund_status: ['退款状态', '退货状态', '退款结果', 'refund_status', 'refund_state'],
    refund_sum: [
      ...['退款金额', '退款金额元', '已退金额', '已退款金额', '退款总金额', '申请退款金额', '退货金额', '退款额'],
      ...['退款金额分', 'refund_amount', 'refund_fee', 'refunded_amount', 'amount_refunded', 'refund_total'],
    ],
    refund_mark: [
      ...['退款单号', '商户退款单号', '微信退款单号', '退款流水号', '退款时间', '退款日期', '退款成功时间', '撤销时间'],
      ...['refund_id', 'out_refund_no', 'refund_no', 'refund_time', 'refunded_at', 'cancelled_at', 'revoked_at'],
    ],
  } satisfies Readonly<Record<StateColumn, readonly string[]>>).flatMap(([column, names]) =>
    names.map((name) => [name, column as StateColumn] as const),
  ),
)

/** Only the letters of a word, without case, spaces, dashes, brackets and punctuation. */
const plainWord = (value: string): string =>
  value
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}_\-.。`'"()[\]:]/gu, '')

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean))

const PAID = words(`
  支付成功 已支付 支付完成 支付 付款成功 已付款 付款完成 付款 已付 交易成功 交易完成 交易 成功 收款成功 已收款 收款完成 收款 已收
  消费 消费成功 销售 已完成 完成 已结账 结账 已结算 结算完成 线下收款 线下支付 线下付款 收入 收 正常 已成功
  success succeeded successful paid complete completed done finished pay payment sale purchase tradesuccess
  tradefinished orderpaid paymentsuccess paysuccess settled captured income`)

const UNDONE = words(`
  退款 已退款 全额退款 部分退款 退款成功 退款中 转入退款 已全额退款 已部分退款 退货 已退货 退单 已退单 退费 已退费
  冲正 已冲正 冲销 已冲销 红冲 撤销 已撤销 交易撤销 消费撤销 撤单 已撤单 作废 已作废 反结账
  refund refunded refunding partialrefund partiallyrefunded refundsuccess fullrefund fullyrefunded return returned
  reversed reversal reverse revoked revoke void voided chargeback`)

const NOT_PAID = words(`
  支付失败 失败 交易失败 付款失败 收款失败 未支付 待支付 未付款 待付款 未付 未收款 待收款 支付中 付款中 收款中 用户支付中
  处理中 进行中 待确认 已关闭 交易关闭 订单关闭 关闭 已取消 取消 交易取消 订单取消 超时 已超时 支付超时 已过期 已失效 异常 支付异常
  预授权 预授权撤销 押金 冻结 解冻 充值 储值 提现 转账 挂单 挂账 赊账 退款失败 退款关闭 支出 支 未成功 未完成
  fail failed failure payfail payfailed pending processing unpaid notpay notpaid closed close tradeclosed cancel canceled
  cancelled usercanceled userpaying payerror error expired timeout declined rejected preauth preauthorization authorized
  authorization created wait waiting waitbuyerpay deposit recharge topup withdraw transfer expense open draft`)

/** The payment method or what was sold: it does not say whether the payment was made. */
const NEUTRAL = words(`
  jsapi native app micropay mweb facepay h5 auth 扫码 扫码支付 刷卡 刷卡支付 刷脸支付 被扫 主扫 现金 现金支付 微信 微信支付 支付宝
  支付宝支付 银行卡 银行卡支付 储值卡 会员卡 云闪付 数字人民币 聚合支付 其他 其他支付 线下 堂食 外卖 外带 打包 自提 到店 零售 餐饮
  cash wechat wechatpay alipay card bankcard unionpay pos offline other dinein takeaway takeout instore`)

const YES = words('是 y yes true t 1 已 有 √ ✓')
const NO = words('否 n no false f 0 未 无 没有 不')
const NOTHING = words(
  '无 没有 否 未退款 无退款 未退货 未发生退款 none null nil n/a na norefund notrefunded 0 / 退款失败 退款关闭 退款异常 fail failed closed',
)

/** What the value of such a column says. @param sumOf converts an amount to fen; undefined if the text is no amount */
export const paidWord = (column: StateColumn, value: string, sumOf: (text: string) => number | undefined): PaidWord => {
  const word = plainWord(value)
  switch (column) {
    case 'status':
      return known(word)
    case 'kind':
      return NEUTRAL.has(word) ? 'says_nothing' : known(word)
    case 'is_paid':
      if (YES.has(word)) return 'paid'
      return NO.has(word) ? 'not_paid' : known(word)
    case 'is_refunded':
      if (word === '' || NO.has(word) || NOTHING.has(word)) return 'says_nothing'
      if (YES.has(word) || UNDONE.has(word)) return 'undone'
      // 退款 may be the name of an amount column as well.
      return refundedSum(value, sumOf)
    case 'refund_status':
      if (word === '' || NOTHING.has(word)) return 'says_nothing'
      return UNDONE.has(word) || REFUND_STATES.has(word) ? 'undone' : 'unknown'
    case 'refund_sum':
      if (word === '' || NOTHING.has(word)) return 'says_nothing'
      return refundedSum(value, sumOf)
    case 'refund_mark':
      return word === '' || NOTHING.has(word) ? 'says_nothing' : 'undone'
  }
}

const REFUND_STATES = words(
  'success processing change pending abnormal 成功 处理中 已完成 完成 退款处理中 待退款 申请退款 退款申请',
)

const known = (word: string): PaidWord => {
  if (PAID.has(word)) return 'paid'
  if (UNDONE.has(word)) return 'undone'
  return NOT_PAID.has(word) ? 'not_paid' : 'unknown'
}

const refundedSum = (value: string, sumOf: (text: string) => number | undefined): PaidWord => {
  const fen = sumOf(value)
  if (fen === undefined) return 'unknown'
  return fen === 0 ? 'says_nothing' : 'undone'
}

/** Whether a value in a column with an unknown name is a known payment state. */
export const isStateWord = (value: string): boolean => {
  if (value.length === 0 || value.length > 24) return false
  return known(plainWord(value)) !== 'unknown'
}

/** Whether an unknown column name looks like a payment state or type. */
export const looksLikeState = (name: string): boolean =>
  /状态|类型|类别|结果|退款|退货|撤销|冲正|作废|status|state$|type$|kind|result|refund|revers|void|cancel/.test(name)
