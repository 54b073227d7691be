import type { Problem } from '../problem.ts'
import { looksLikeState, STATE_COLUMNS, type StateColumn } from './payment-status.ts'

/** The columns of a statement that are read. */
export type Column =
  | 'out_order_no'
  | 'paid_time'
  | 'sub_mchid'
  | 'service_id'
  | 'appid'
  | 'amount_fen'
  | 'amount_yuan'
  | 'shop_id'
  | 'cashier_id'
  | 'pos_ref'

/** Column names of amounts. A unit may follow, such as 元. */
const SUMS = [
  ...['收款金额', '实收金额', '实付金额', '支付金额', '付款金额', '总金额', '金额', '交易金额', '订单金额', '消费金额'],
  ...['实收', '实付'],
]

/**
 * Column names as POS systems write them. `amount` is in fen, as in a payment notice; the Chinese columns are in yuan.
 */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  out_order_no: ['out_order_no', 'order_no', '商户服务订单号', '服务订单号', '支付分订单号', '订单号'],
  paid_time: ['paid_time', 'paid_at', '收款成功时间', '收款时间', '付款时间', '支付时间', '付款成功时间'],
  sub_mchid: [
    ...['sub_mchid', 'sub_mch_id', 'submchid', '特约商户号', '子商户号', '特约商户id', '子商户id'],
    ...['特约商户编号', '子商户编号', '特约商户商户号', '子商户商户号', '二级商户号'],
  ],
  service_id: ['service_id', '服务id', '服务编号'],
  appid: ['appid', 'app_id', '公众号id', '小程序id', '应用id'],
  amount_fen: ['amount', 'amount_fen', ...SUMS.map((name) => `${name}分`)],
  amount_yuan: ['amount_yuan', ...SUMS.flatMap((name) => [`${name}元`, name, `${name}rmb`, `${name}cny`, `${name}¥`])],
  shop_id: ['shop_id', 'shop', 'store_id', '门店', '门店id', '门店号', '门店编号', '门店名称', '店铺'],
  cashier_id: ['cashier_id', 'cashier', '收银员', '收银员id', '收银员号', '收银员编号'],
  pos_ref: ['pos_ref', 'receipt_no', '小票号', '流水号', 'pos流水号', '收银流水号', '交易流水号'],
}

const COLUMNS = Object.entries(NAMES) as readonly (readonly [Column, readonly string[]])[] // in the order above
const KNOWN = new Set([...COLUMNS.flatMap(([, names]) => names), ...STATE_COLUMNS.keys()])

/** A header line that was recognised. */
export type Header = {
  /** The column names as the file has them, without empty ones at the end. */
  readonly names: readonly string[]
  /** Number of fields in the header, including empty ones at the end. */
  readonly width: number
  /** Field indexes of each column. There are several if a name occurs twice. */
  readonly columns: ReadonlyMap<Column, readonly number[]>
  /** Columns that say whether the payment was made or refunded. */
  readonly states: readonly { readonly at: number; readonly column: StateColumn; readonly name: string }[]
  /** Columns with unknown names. */
  readonly unknown: readonly { readonly at: number; readonly name: string; readonly looksLike?: 'state' | 'amount' }[]
}

/** Finds the columns by the names in a header; undefined if the line is no header. */
export const readHeader = (fields: readonly string[]): Header | undefined => {
  const plain = fields.map(plainName)
  const columns = new Map<Column, readonly number[]>()
  for (const [column, known] of COLUMNS) {
    // If several names fit, the more exact one wins.
    const name = known.find((one) => plain.includes(one))
    if (name !== undefined)
      columns.set(
        column,
        [...plain.keys()].filter((at) => plain[at] === name),
      )
  }
  if (!columns.has('out_order_no') || !columns.has('paid_time')) return undefined
  const names = fields.slice(0, plain.findLastIndex((name) => name !== '') + 1).map((name) => name.trim())
  const every = names.map((name, at) => ({ at, name, plain: plain[at] ?? '' }))
  return {
    names,
    width: fields.length,
    columns,
    states: every.flatMap(({ at, name, plain: known }) => {
      const column = STATE_COLUMNS.get(known)
      return column ? [{ at, column, name }] : []
    }),
    unknown: every
      .filter(({ plain: name }) => !KNOWN.has(name))
      .map(({ at, name, plain: unknown }) => ({ at, name, ...lookOf(unknown) })),
  }
}

/** Whether a field is a column name. A header may be repeated in the middle of a list, at the start of a page. */
export const isColumnName = (field: string): boolean => KNOWN.has(plainName(field))

/** The state column that a member of a JSON object stands for, if there is one. */
export const stateColumnOf = (name: string): StateColumn | undefined => STATE_COLUMNS.get(plainName(name))

/** What kind of column an unknown name looks like. */
export const lookOf = (name: string): { readonly looksLike?: 'state' | 'amount' } => {
  const plain = plainName(name)
  if (KNOWN.has(plain)) return {}
  if (/金额|总价|价格|单价|实收|应收|实付|应付|合计|总额|款额|收款额|amount|price|total|money|元$|分$/.test(plain))
    return { looksLike: 'amount' }
  return looksLikeState(plain) ? { looksLike: 'state' } : {}
}

/** Without case, spaces, brackets and unit signs. */
const plainName = (field: string): string =>
  field
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}()[\]{}<>:*"'`·-]/gu, '')
    .replace(/(必填|选填)$/, '')

export const NO_HEADER: Problem = {
  en: 'no header was found: the first line must name the columns out_order_no and paid_time',
  zh: '未找到表头:首行须包含“商户服务订单号”和“收款成功时间”两列',
}
