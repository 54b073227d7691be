/** A column by every name that it has had. Where the columns stand is never relied on. */
type Names = readonly string[]

/** What is read of a line. Whatever else stands there, as openid and bank of the customer, is not looked at. */
const COLUMNS = {
  time: ['交易时间'],
  mchid: ['商户号'],
  transaction_id: ['微信订单号'],
  out_trade_no: ['商户订单号'],
  trade_type: ['交易类型'],
  trade_state: ['交易状态'],
  refund_id: ['微信退款单号'],
  out_refund_no: ['商户退款单号'],
  refund_state: ['退款状态'],
  attach: ['商户数据包'],
} as const satisfies Readonly<Record<string, Names>>

/** A direct merchant's bill may do without it. */
const SUB_MCHID: Names = ['特约商户号', '子商户号']

/** A column of money, and its sum in the summary. */
type Sum = { readonly column: Names; readonly total: Names; readonly isNewOnly?: true }

/**
 * Each by its names in a bill of today, in one with 企业红包, and in one with 代金券或立减优惠. `isNewOnly`: the older ones
 * lack the column, and then its sum as well.
 */
const SUMS = {
  settled: { column: ['应结订单金额', '总金额'], total: ['应结订单总金额', '总交易额'] },
  refunded: { column: ['退款金额'], total: ['退款总金额', '总退款金额'] },
  coupon_refunded: {
    column: ['充值券退款金额', '企业红包退款金额', '代金券或立减优惠退款金额'],
    total: ['充值券退款总金额', '总企业红包退款金额', '总代金券或立减优惠退款金额'],
  },
  fee: { column: ['手续费'], total: ['手续费总金额'] },
  ordered: { column: ['订单金额'], total: ['订单总金额'], isNewOnly: true },
  refund_asked: { column: ['申请退款金额'], total: ['申请退款总金额'], isNewOnly: true },
} as const satisfies Readonly<Record<string, Sum>>

const COUNT: Names = ['总交易单数']

type ColumnName = keyof typeof COLUMNS
export type SumName = keyof typeof SUMS

export type SumColumn = {
  readonly name: SumName
  readonly at: number
  /** As the bill calls it. */
  readonly column: string
  readonly totals: Names
}

/** Where in a line each column stands. */
export type Header = {
  readonly width: number
  readonly at: Readonly<Record<ColumnName, number>>
  readonly subMchidAt: number | undefined
  readonly sums: readonly SumColumn[]
}

/** The column, by its name of today, that is missing or stands there twice. */
export type ColumnFlaw = { readonly column: string }

const SUM_ROWS = Object.entries(SUMS) as readonly (readonly [SumName, Sum])[]

/** Reads the first line of a bill. */
export const readHeader = (line: string): Header | ColumnFlaw => {
  const titles = line.split(',')
  const at: Partial<Record<ColumnName, number>> = {}
  for (const [name, names] of Object.entries(COLUMNS)) {
    const index = placeOf(titles, names)
    if (index === undefined || index === 'twice') return { column: names[0] }
    at[name as ColumnName] = index
  }
  const subMchidAt = placeOf(titles, SUB_MCHID)
  if (subMchidAt === 'twice') return { column: String(SUB_MCHID[0]) }

  const sums: SumColumn[] = []
  for (const [name, { column, total, isNewOnly }] of SUM_ROWS) {
    const index = placeOf(titles, column)
    if (index === 'twice' || (index === undefined && !isNewOnly)) return { column: String(column[0]) }
    if (index !== undefined) sums.push({ name, at: index, column: String(titles[index]), totals: total })
  }
  // Each of COLUMNS was found.
  return { width: titles.length, at: at as Header['at'], subMchidAt, sums }
}

/** Where in the last line the count and each column's sum stand, in the order of `sums`. */
export type SummaryHeader = { readonly width: number; readonly countAt: number; readonly sumsAt: readonly number[] }

/** Reads the line before the last. A sum without its column is as wrong as a column without its sum. */
export const readSummaryHeader = (line: string, { sums }: Header): SummaryHeader | ColumnFlaw => {
  const titles = line.split(',')
  const countAt = placeOf(titles, COUNT)
  if (typeof countAt !== 'number') return { column: String(COUNT[0]) }
  const sumsAt: number[] = []
  for (const [name, { total }] of SUM_ROWS) {
    const index = placeOf(titles, total)
    const isRead = sums.some((sum) => sum.name === name)
    if (index === 'twice' || isRead !== (index !== undefined)) return { column: String(total[0]) }
    if (index !== undefined) sumsAt.push(index)
  }
  return { width: titles.length, countAt, sumsAt }
}

const placeOf = (titles: readonly string[], names: Names): number | 'twice' | undefined => {
  const places = titles.flatMap((title, index) => (names.includes(title) ? [index] : []))
  return places.length > 1 ? 'twice' : places[0]
}
