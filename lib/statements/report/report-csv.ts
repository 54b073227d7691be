import { chinaTime, readableTime } from '../../china-time.ts'
import type { Entry } from '../classify-line.ts'
import { CLASSES, LEDGER_ONLY } from '../line-classes.ts'
import type { ShopSum } from '../shop-sums.ts'
import { countedAmount } from '../totals.ts'

/** Byte order mark, without which Excel does not read the file as UTF-8. */
export const CSV_BEGIN = '\ufeff'

/** A column of a table: its title, and its cell for an entry. A second column of the same has no Chinese title. */
export type Column<T> = readonly [zh: string, en: string, of: (entry: T) => string | number | undefined]

const COLUMNS: readonly Column<Entry>[] = [
  ['行号', 'line', ({ line }) => line],
  ['分类', 'class', ({ class: name }) => (name === 'ledger_only' ? LEDGER_ONLY : CLASSES[name]).zh],
  ['', 'class_en', ({ class: name }) => name],
  ['商户服务订单号', 'out_order_no', ({ out_order_no }) => out_order_no],
  ['收款成功时间', 'paid_time', ({ paid_time }) => paid_time && readableTime(paid_time)],
  ['台账收款时间', 'ledger_paid_time', ({ ledger_paid_time }) => ledger_paid_time && readableTime(ledger_paid_time)],
  ['金额(元)', 'amount_yuan', ({ amount }) => yuanCell(amount)],
  ['门店', 'shop_id', ({ shop_id }) => shop_id],
  ['收银员', 'cashier_id', ({ cashier_id }) => cashier_id],
  ['小票号', 'pos_ref', ({ pos_ref }) => pos_ref],
  ['需人工处理', 'needs_person', ({ needs_person }) => (needs_person ? '是 yes' : '否 no')],
  ['含义', 'meaning_zh', ({ advice, problem }) => problem?.zh ?? advice?.zh.meaning],
  ['下一步', 'next_step_zh', ({ advice }) => advice?.zh.next],
  ['', 'meaning', ({ advice, problem }) => problem?.en ?? advice?.en.meaning],
  ['', 'next_step', ({ advice }) => advice?.en.next],
  ['状态', 'state', ({ state }) => state],
  ['已核实', 'confirmed', ({ confirmed }) => (confirmed === undefined ? undefined : String(confirmed))],
  ['入账时间', 'in_ledger_since', ({ since }) => since && chinaTime(since)],
  ['同步时间', 'synced_at', ({ synced_at }) => synced_at && chinaTime(synced_at)],
  ['已扣金额(元)', 'charged_yuan', ({ charged }) => yuanCell(charged)],
  ['微信支付订单号', 'transaction_id', ({ transaction_id }) => transaction_id],
  ['重复支付已处理', 'settled', ({ settled }) => (settled === undefined ? undefined : String(settled))],
  [
    '计入合计(元)',
    'counted_yuan',
    (entry) => yuanCell(entry.class === 'ledger_only' ? undefined : countedAmount(entry)),
  ],
  ['通知金额(元)', 'ledger_amount_yuan', ({ ledger_amount }) => yuanCell(ledger_amount)],
  ['特约商户号', 'sub_mchid', ({ sub_mchid }) => sub_mchid],
]

/** The header line with its line end. */
export const csvHeader = (): string => headerOf(COLUMNS)

export const csvRow = (entry: Entry): string => rowOf(COLUMNS, entry)

export const headerOf = <T>(columns: readonly Column<T>[]): string =>
  csvLine(columns.map(([zh, en]) => `${zh} ${en}`.trim()))

export const rowOf = <T>(columns: readonly Column<T>[], entry: T): string =>
  csvLine(columns.map(([, , of]) => of(entry)))

/** The totals of each sub-merchant in the list of a provider. */
const SHOP_COLUMNS: readonly Column<readonly [mchid: string, sum: ShopSum]>[] = [
  ['特约商户号', 'sub_mchid', ([mchid]) => mchid],
  ['需人工处理', 'needs_person', ([, { person }]) => person],
  ['待核对退款(元)', 'to_refund_yuan', ([, { to_refund }]) => yuanCell(to_refund)],
  ['金额(元)', 'amount_yuan', ([, { amount }]) => yuanCell(amount)],
  ['行数', 'lines', ([, { lines }]) => lines],
  ['已同步', 'synced', ([, { synced }]) => synced],
  ['处理中', 'pending', ([, { pending }]) => pending],
]

export const shopsHeader = (): string => headerOf(SHOP_COLUMNS)

export const shopsRow = (shop: readonly [mchid: string, sum: ShopSum]): string => rowOf(SHOP_COLUMNS, shop)

/** A line of CSV with its line end, as spreadsheets read it without harm. */
const csvLine = (cells: readonly (string | number | undefined)[]): string => `${cells.map(cell).join(',')}\r\n`

const cell = (value: string | number | undefined): string => {
  if (value === undefined) return ''
  const text = typeof value === 'number' ? String(value) : guarded(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * A backtick before text that a spreadsheet would take for a formula or round as a number. WeChat Pay's own bills have
 * it before every field.
 */
const guarded = (text: string): string => {
  const isFormula = /^[\s\p{C}]*[=+\-@＝＋－＠|%]/u.test(text) || /^[\t\r\n]/.test(text)
  const isRounded = /^\s*(\d{12,}|0\d+|\d+(\.\d+)?[eE]\d+)\s*$/.test(text)
  return isFormula || isRounded ? `\`${text}` : text
}

/** In yuan as a number, so that a spreadsheet can add it up. */
export const yuanCell = (fen: number | undefined): number | undefined => (fen === undefined ? undefined : fen / 100)
