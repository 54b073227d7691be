import type { Problem } from '../problem.ts'
import { looksLikeState, STATE_COLUMNS, type StateColumn } from './payment-status.ts'

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

/** Names of sums; each may end in its unit. */
const SUMS = [
  ...['收款金额', '实收金额', '实付金额', '支付金额', '付款金额', '总金额', '金额', '交易金额', '订单金额', '消费金额'],
  ...['实收', '实付'],
]

/** Names of the columns as tills write them. `amount` is fen as in a notice; people's Chinese columns are yuan. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  out_order_no: ['out_order_no', 'order_no', '商户服务订单号', '服务订单号', '支付分订单号', '订单号'],
  paid_time: ['paid_time', 'paid_at', '收款成功时间', '收款时间', '付款时间', '支付时间', '付款成功时间'],
  service_id: ['service_id', '服务id', '服务编号'],
  appid: ['appid', 'app_id', '公众号id', '小程序id', '应用id'],
  amount_fen: ['amount', 'amount_fen', ...SUMS.map((name) => `${name}分`)],
  amount_yuan: ['amount_yuan', ...SUMS.flatMap((name) => [`${name}元`, name, `${name}rmb`, `${name}cny`, `${name}¥`])],
  shop_id: ['shop_id', 'shop', 'store_id', '门店', '门店id', '门店号', '门店编号', '门店名称', '店铺'],
  cashier_id: ['cashier_id', 'cashier', '收银员', '收银员id', '收银员号', '收银员编号'],
  pos_ref: ['pos_ref', 'receipt_no', '小票号', '流水号', 'pos流水号', '收银流水号', '交易流水号'],
}

const COLUMNS = Object.entries(NAMES) as readonly (readonly [Column, readonly string[]])[] // as they stand above
const KNOWN = new Set([...COLUMNS.flatMap(([, names]) => names), ...STATE_COLUMNS.keys()])

/** A header that was understood. */
export type Header = {
  /** The names as they stand there, empty ones at the end left out. */
  readonly names: readonly string[]
  /** Fields of the header, empty ones at the end among them. */
  readonly width: number
  /** Which fields are what: more than one where a name stands there twice. */
  readonly columns: ReadonlyMap<Column, readonly number[]>
  /** Columns that tell whether a payment was made, or has gone back. */
  readonly states: readonly { readonly at: number; readonly column: StateColumn; readonly name: string }[]
  /** Columns under names that are not known. */
  readonly unknown: readonly { readonly at: number; readonly name: string; readonly looksLike?: 'state' | 'amount' }[]
}

/** Which field is what, by a header's names; undefined for a line that is no header. */
export const readHeader = (fields: readonly string[]): Header | undefined => {
  const plain = fields.map(plainName)
  const columns = new Map<Column, readonly number[]>()
  for (const [column, known] of COLUMNS) {
    // The more exact name wins where a list has several that fit.
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

/** Is it the name of a column? A header may stand in the middle of a list again, where a page of it begins. */
export const isColumnName = (field: string): boolean => KNOWN.has(plainName(field))

/** What a member of a JSON object is, if it tells whether a payment was made. */
export const stateColumnOf = (name: string): StateColumn | undefined => STATE_COLUMNS.get(plainName(name))

/** What a name that is not known looks like. */
export const lookOf = (name: string): { readonly looksLike?: 'state' | 'amount' } => {
  const plain = plainName(name)
  if (KNOWN.has(plain)) return {}
  if (/金额|总价|价格|单价|实收|应收|实付|应付|合计|总额|款额|收款额|amount|price|total|money|元$|分$/.test(plain))
    return { looksLike: 'amount' }
  return looksLikeState(plain) ? { looksLike: 'state' } : {}
}

/** Case, spaces, brackets and units' marks do not matter. */
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
