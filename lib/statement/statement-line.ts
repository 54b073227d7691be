import { InputError } from '../errors.ts'
import type { Merchant } from '../order/merchant.ts'
import { type PaidOrder, readPaidOrder } from '../order/paid-order.ts'
import type { Columns } from './columns.ts'
import type { CsvRecord } from './csv-records.ts'
import type { Problem } from './problem.ts'
import type { TextLine } from './text-lines.ts'

/** A line of a statement: the payment it tells of, or why it tells none. */
export type StatementLine =
  | {
      readonly line: number
      readonly order: PaidOrder
      /** 14 digits, or 8 where the list tells the day alone. */
      readonly paid_time: string
    }
  | { readonly line: number; readonly problem: Problem /** As it stands there. */; readonly text: string }

/** Who is served, for whom the statement is, and now (ms). */
export type LineContext = {
  readonly mchid: string
  readonly merchants: ReadonlyMap<string, Merchant>
  readonly now: number
}

/** A record of a CSV file under its header. The payment is checked as every notice is. */
export const readCsvLine = (record: CsvRecord, columns: Columns, context: LineContext): StatementLine => {
  if ('problem' in record) return { ...record, text: shown(record.text) }
  const { line, fields } = record
  const field = (name: Parameters<Columns['get']>[0]): string | undefined => {
    const at = columns.get(name)
    return at === undefined ? undefined : plainField(fields[at] ?? '') || undefined
  }
  const out_order_no = field('out_order_no')
  const stated: Stated = {
    out_order_no,
    paid_time: field('paid_time'),
    service_id: field('service_id'),
    appid: field('appid'),
    shop_id: field('shop_id'),
    cashier_id: field('cashier_id'),
    pos_ref: field('pos_ref'),
  }
  const text = out_order_no ?? fields.join(' ')
  try {
    return readStated(line, { ...stated, amount: amountOf(field('amount_fen'), field('amount_yuan')) }, context)
  } catch (error) {
    return malformed(line, text, error)
  }
}

/** A line of a JSON Lines file: an object with the members of a notice, or with paid_time beside the others. */
export const readJsonLine = ({ number, text, isCut }: TextLine, context: LineContext): StatementLine => {
  try {
    if (isCut) throw new LineError({ en: 'the line is too long', zh: '该行过长' })
    const value = parseObject(text)
    const detail: { readonly paid_time?: unknown } = Object(value.detail)
    return readStated(number, { ...value, paid_time: value.paid_time ?? detail.paid_time }, context)
  } catch (error) {
    return malformed(number, text, error)
  }
}

/** What a line states; nothing of it is believed yet. */
type Stated = Readonly<Record<string, unknown>>

const readStated = (line: number, stated: Stated, { mchid, merchants, now }: LineContext): StatementLine => {
  const { out_order_no, service_id, appid, amount, shop_id, cashier_id, pos_ref } = stated
  for (const label of [shop_id, cashier_id, pos_ref])
    if (String(label).includes('\ufffd')) throw new LineError({ en: 'holds broken characters', zh: '含有乱码' })
  const given = stated.paid_time
  const paid_time = typeof given === 'string' ? plainTime(given) : given
  const notice = {
    mchid,
    out_order_no,
    service_id,
    // A call for a sub-merchant has none, so such a column is a free one.
    appid: merchants.get(mchid)?.provider === undefined ? appid : undefined,
    detail: present({ paid_time }),
    amount,
    shop_id,
    cashier_id,
    pos_ref,
  }
  const order = readPaidOrder({ via: 'direct', noticed_at: now, notice: present(notice) }, merchants, now)
  return { line, order, paid_time: /^\d{8}$/.test(String(paid_time)) ? String(paid_time) : order.call.paid_time }
}

const present = (members: Stated): Stated =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** Without the spaces and wraps that spreadsheets put around a text. */
const plainField = (field: string): string =>
  field
    .trim()
    .replace(/^="(.*)"$/, '$1')
    .replace(/^'/, '')
    .trim()

const SHEET_TIME = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2}):(\d\d)(?::(\d\d))?)?$/

/** A time as a spreadsheet writes it, in China time, → digits; any other as it is. */
const plainTime = (text: string): string => {
  const [, year, month = '', day = '', hour, minute = '', second = '00'] = SHEET_TIME.exec(text) ?? []
  if (year === undefined) return text
  const date = `${year}${month.padStart(2, '0')}${day.padStart(2, '0')}`
  return hour === undefined ? date : `${date}${hour.padStart(2, '0')}${minute}${second}`
}

/** Fen. */
const amountOf = (fen: string | undefined, yuan: string | undefined): number | undefined => {
  if (fen !== undefined) {
    if (!/^\d{1,15}$/.test(fen)) throw new LineError(NOT_FEN)
    return Number(fen)
  }
  if (yuan === undefined) return undefined
  const [, whole, part = ''] = /^[¥¥]?((?:\d{1,3}(?:,\d{3})+)|\d{1,12})(?:\.(\d{1,2}))?元?$/.exec(yuan) ?? []
  if (whole === undefined) throw new LineError(NOT_YUAN)
  return Number(whole.replaceAll(',', '')) * 100 + Number(part.padEnd(2, '0'))
}

const parseObject = (text: string): Stated => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LineError({ en: 'is not JSON', zh: '不是有效的 JSON' })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LineError({ en: 'must be a JSON object', zh: '必须是 JSON 对象' })
  return { ...value }
}

class LineError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.en)
    this.problem = problem
  }
}

const malformed = (line: number, text: string, error: unknown): StatementLine => {
  if (error instanceof LineError) return { line, text: shown(text), problem: error.problem }
  if (!(error instanceof InputError)) throw error
  const field = error.field.replace(/^detail\./, '')
  const isMangled = field === 'out_order_no' && /^\d(\.\d+)?e\+\d+$/i.test(text)
  return {
    line,
    text: shown(text),
    problem: isMangled
      ? MANGLED
      : { en: error.message.replace(/^detail\./, ''), zh: CHINESE[field] ?? '该行内容无法识别' },
  }
}

/** As much of a line as helps to find it. */
const shown = (text: string): string =>
  text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 64)

const NOT_FEN: Problem = {
  en: 'amount: must be a whole number of fen; name the column amount_yuan where it is yuan',
  zh: '金额须为整数分;若单位为元,请将列名改为“金额(元)”',
}
const NOT_YUAN: Problem = {
  en: 'amount: must be yuan with at most two decimals, and not negative',
  zh: '金额须为元,最多两位小数,且不能为负数',
}
const MANGLED: Problem = {
  en: 'out_order_no: a spreadsheet has rounded this number; format the column as text and export it again',
  zh: '订单号被表格软件改成了科学计数;请将该列设为文本格式后重新导出',
}

/** What is wrong with a member of a notice, in Chinese. */
const CHINESE: Readonly<Record<string, string>> = {
  out_order_no: '商户服务订单号须为1至32位数字、字母或 _ - | *',
  paid_time: '收款成功时间无法识别,或晚于当前24小时以上',
  service_id: '服务ID缺失,或不属于该商户号',
  appid: 'appid 不属于该服务ID',
  amount: '金额须大于0',
  shop_id: '门店编号须为1至64个可显示字符',
  cashier_id: '收银员编号须为1至64个可显示字符',
  pos_ref: '小票号须为1至64个可显示字符',
}
