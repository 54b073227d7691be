import type { Problem } from './problem.ts'

/** What a statement says of a payment, as text. */
export type Column =
  | 'out_order_no'
  | 'paid_time'
  | 'service_id'
  | 'appid'
  | 'amount_fen'
  | 'amount_yuan'
  | 'shop_id'
  | 'cashier_id'
  | 'pos_ref'

/** Names of the columns as tills write them. `amount` is fen as in a notice; people's Chinese columns are yuan. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  out_order_no: ['out_order_no', 'order_no', '商户服务订单号', '服务订单号', '支付分订单号', '订单号'],
  paid_time: ['paid_time', 'paid_at', '收款成功时间', '收款时间', '付款时间', '支付时间', '付款成功时间'],
  service_id: ['service_id', '服务id', '服务编号'],
  appid: ['appid', 'app_id', '公众号id', '小程序id', '应用id'],
  amount_fen: ['amount', 'amount_fen', '金额分', '收款金额分', '总金额分', '实收金额分'],
  amount_yuan: [
    ...['amount_yuan', '金额', '金额元', '收款金额', '收款金额元', '总金额', '总金额元', '实收金额', '实收金额元'],
    ...['付款金额', '付款金额元'],
  ],
  shop_id: ['shop_id', 'shop', 'store_id', '门店', '门店id', '门店号', '门店编号', '门店名称', '店铺'],
  cashier_id: ['cashier_id', 'cashier', '收银员', '收银员id', '收银员号', '收银员编号'],
  pos_ref: ['pos_ref', 'receipt_no', '小票号', '流水号', 'pos流水号', '收银流水号', '交易流水号'],
}

export type Columns = ReadonlyMap<Column, number>

/** Which field is what, by a header's names; undefined for a line that is no header. */
export const readHeader = (fields: readonly string[]): Columns | undefined => {
  const names = fields.map(plainName)
  const columns = new Map<Column, number>()
  for (const [column, known] of Object.entries(NAMES) as readonly (readonly [Column, readonly string[]])[]) {
    // The more exact name wins where a list has several that fit.
    const at = known.map((name) => names.indexOf(name)).find((index) => index >= 0)
    if (at !== undefined) columns.set(column, at)
  }
  return columns.has('out_order_no') && columns.has('paid_time') ? columns : undefined
}

/** Case, spaces, brackets and units' marks do not matter. */
const plainName = (field: string): string =>
  field
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s()[\]{}:*"'·-]/g, '')

export const NO_HEADER: Problem = {
  en: 'no header was found: the first line must name the columns out_order_no and paid_time',
  zh: '未找到表头:首行须包含“商户服务订单号”和“收款成功时间”两列',
}
