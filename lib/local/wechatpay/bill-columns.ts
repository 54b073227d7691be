import type { Refund, RefundStatus } from './refunds.ts'
import type { Trade } from './trades.ts'

/** A row of a trade bill: a trade on the day when it was paid, or its refund on the day when that was accepted. */
export type BillRow = {
  readonly trade: Trade
  readonly refund?: Refund
  /** yyyyMMddHHmmss in China time. */
  readonly time: string
  readonly shows?: ShownColumns
}

/** By title: what columns show in place of what they would. */
export type ShownColumns = Readonly<Record<string, string>>

/** As of today, or as old merchants may still have them. */
export type ColumnFamily = 'today' | 'old'

type Column = readonly [title: string, value: (row: BillRow) => string]

/** Fen → yuan. */
const yuan = (fen: number): string => decimal(fen, 2)

/** A fee of 0.60% has parts of a fen, so it is counted in thousandths of one. */
const FEE_RATE = 6

const decimal = (units: number, places: number): string => {
  const digits = String(Math.abs(units)).padStart(places + 1, '0')
  return `${units < 0 ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

const TIME = /^(....)(..)(..)(..)(..)(..)$/

/** The bill has words of its own for what a refund was when it was accepted. */
const BILL_STATUS: Readonly<Record<RefundStatus, string>> = {
  SUCCESS: 'SUCCESS',
  PROCESSING: 'PROCESSING',
  ABNORMAL: 'CHANGE',
  CLOSED: 'FAIL',
}

/** Commas part the columns: in the merchant's own text one becomes a backslash and a space. */
const ownText = (text: string) => text.replaceAll(',', '\\ ')

/** Fen of one row: what the customer paid, and what is to go back. */
const paid = ({ trade, refund }: BillRow): number => (refund ? 0 : trade.amount)
const back = ({ refund }: BillRow): number => refund?.amount ?? 0
const fee = (row: BillRow): number => (paid(row) - back(row)) * FEE_RATE

const COLUMNS: readonly Column[] = [
  ['交易时间', ({ time }) => time.replace(TIME, '$1-$2-$3 $4:$5:$6')],
  ['公众账号ID', ({ trade }) => trade.appid],
  ['商户号', ({ trade }) => trade.mchid],
  ['特约商户号', ({ trade }) => trade.sub_mchid ?? '0'],
  ['设备号', () => ''],
  ['微信订单号', ({ trade }) => trade.transaction_id],
  ['商户订单号', ({ trade }) => trade.out_trade_no],
  ['用户标识', ({ trade }) => trade.openid],
  ['交易类型', ({ trade }) => trade.trade_type],
  ['交易状态', ({ refund }) => (refund ? 'REFUND' : 'SUCCESS')],
  ['付款银行', () => 'PAB_DEBIT'],
  ['货币种类', () => 'CNY'],
  ['应结订单金额', (row) => yuan(paid(row))],
  ['代金券金额', () => '0.00'],
  ['微信退款单号', ({ refund }) => refund?.refund_id ?? '0'],
  ['商户退款单号', ({ refund }) => refund?.out_refund_no ?? '0'],
  ['退款金额', (row) => yuan(back(row))],
  ['充值券退款金额', () => '0.00'],
  ['退款类型', ({ refund }) => (refund ? 'ORIGINAL' : '')],
  ['退款状态', ({ refund }) => (refund ? BILL_STATUS[refund.acceptedAs] : '')],
  ['商品名称', ({ trade }) => ownText(trade.description)],
  ['商户数据包', ({ trade }) => ownText(trade.attach)],
  ['手续费', (row) => decimal(fee(row), 5)],
  ['费率', () => '0.60%'],
  ['订单金额', (row) => yuan(paid(row))],
  ['申请退款金额', (row) => yuan(back(row))],
  ['费率备注', () => ''],
]

/** The names of old; the last three columns were not there then. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  特约商户号: '子商户号',
  应结订单金额: '总金额',
  代金券金额: '企业红包金额',
  充值券退款金额: '企业红包退款金额',
}

const FAMILIES: Readonly<Record<ColumnFamily, readonly Column[]>> = {
  today: COLUMNS,
  old: COLUMNS.slice(0, -3).map(([title, value]) => [OLD_NAMES[title] ?? title, value]),
}

export const headerLine = (family: ColumnFamily): string => FAMILIES[family].map(([title]) => title).join(',')

/** A line of data: every field begins with a backquote. */
const dataLine = (values: readonly string[]): string => values.map((value) => `\`${value}`).join(',')

export const rowLine = (family: ColumnFamily, row: BillRow): string =>
  dataLine(FAMILIES[family].map(([title, value]) => row.shows?.[title] ?? value(row)))

/** What the rows of a bill come to; fen, and the fee in thousandths of one. */
export type BillTotals = { readonly count: number; readonly paid: number; readonly back: number; readonly fee: number }

export const totalsOf = (rows: readonly BillRow[]): BillTotals => {
  const sum = (of: (row: BillRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  return { count: rows.length, paid: sum(paid), back: sum(back), fee: sum(fee) }
}

const SUMMARIES: Readonly<
  Record<ColumnFamily, readonly (readonly [title: string, of: (all: BillTotals) => string])[]>
> = {
  today: [
    ['总交易单数', ({ count }) => String(count)],
    ['应结订单总金额', (all) => yuan(all.paid)],
    ['退款总金额', (all) => yuan(all.back)],
    ['充值券退款总金额', () => '0.00'],
    ['手续费总金额', (all) => decimal(all.fee, 5)],
    ['订单总金额', (all) => yuan(all.paid)],
    ['申请退款总金额', (all) => yuan(all.back)],
  ],
  old: [
    ['总交易单数', ({ count }) => String(count)],
    ['总交易额', (all) => yuan(all.paid)],
    ['总退款金额', (all) => yuan(all.back)],
    ['总企业红包退款金额', () => '0.00'],
    ['手续费总金额', (all) => decimal(all.fee, 5)],
  ],
}

/** The last two lines. */
export const summaryLines = (family: ColumnFamily, totals: BillTotals): readonly [string, string] => [
  SUMMARIES[family].map(([title]) => title).join(','),
  dataLine(SUMMARIES[family].map(([, of]) => of(totals))),
]
