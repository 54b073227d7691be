import type { Lookup } from '../../config/served.ts'
import { InputError } from '../../errors.ts'
import { readPaymentNotice } from '../../intake/payment-notice.ts'
import { isObject, type Json } from '../../json.ts'
import type { PaymentNotice } from '../../ledger/notice.ts'
import { readPaidTime } from '../../paid-time.ts'
import type { Problem } from '../problem.ts'
import { readTillSum, type TillSum } from '../till-sum.ts'
import { type Column, type Header, stateColumnOf } from './columns.ts'
import { type ListRecord, TOO_LONG } from './csv-records.ts'
import { isMangled, plainField, plainTime, readFen, shown, yuanToFen } from './forms.ts'
import { type Payee, readPayee } from './payee.ts'
import { paidWord, type StateColumn } from './payment-status.ts'
import type { TextLine } from './text-lines.ts'

/** What could be read of a line that creates no order. Amounts are in fen. */
export type Kept = {
  /** 14 digits, or 8 if the list has only a day. */
  readonly paid_time?: string
  readonly amount?: number
  readonly sub_mchid?: string
  readonly shop_id?: string
  readonly cashier_id?: string
  readonly pos_ref?: string
}

export type Payment = {
  readonly kind: 'payment'
  readonly line: number
  readonly order: PaymentNotice
  /** 14 digits, or 8 if the list has only a day. */
  readonly paid_time: string
}

/** A line of a statement: a payment, or what it is instead. `text` is the field where the order number is expected. */
export type StatementLine =
  | Payment
  | {
      readonly kind: 'malformed'
      readonly line: number
      readonly text: string
      readonly problem: Problem
      readonly kept: Kept
      /** The order number, if a spreadsheet has rounded it. */
      readonly mangled?: string
    }
  | {
      readonly kind: 'not_paid'
      readonly line: number
      readonly text: string
      readonly problem: Problem
      readonly kept: Kept
      /** The order number whose payment this line reverses, and who was paid, if the line tells it. */
      readonly undoes?: string
      readonly mchid?: string
    }
  | { readonly kind: 'till_sum'; readonly line: number; readonly text: string; readonly sum: TillSum }

/** The merchants that are served, whose folder the statement is in, and the current time in ms. */
export type LineContext = {
  readonly mchid: string
  readonly merchants: Lookup
  readonly now: number
  /** When the list was put into the bucket, ms. */
  readonly put_at?: number
}

/**
 * Reads a record below its header. The payment is checked like a payment notice. @param fits whether a record may have
 * this many fields
 */
export const readTableLine = (
  record: Exclude<ListRecord, { isBlank: true }>,
  header: Header,
  fits: (fields: readonly string[]) => boolean,
  context: LineContext,
): StatementLine => {
  const { line } = record
  if ('problem' in record)
    return { kind: 'malformed', line, text: shown(record.text), problem: record.problem, kept: {} }
  const { fields } = record
  const values = (column: Column): readonly string[] =>
    (header.columns.get(column) ?? []).map((at) => plainField(fields[at] ?? ''))
  const field = (column: Column): string | undefined => values(column).find((value) => value !== '')

  const text = field('out_order_no') ?? fields.join(' ')
  const sum = readTillSum(fields, {
    out_order_no: field('out_order_no'),
    paid_time: field('paid_time'),
    yuan: fits(fields) ? field('amount_yuan') : undefined,
    fen: fits(fields) ? field('amount_fen') : undefined,
  })
  if (sum) return { kind: 'till_sum', line, text: shown(fields.filter(Boolean).join(' ')), sum }
  if (!fits(fields))
    return { kind: 'malformed', line, text: shown(fields.join(' ')), problem: wrongWidth(fields, header), kept: {} }

  const stated: Stated = {
    out_order_no: field('out_order_no'),
    paid_time: field('paid_time'),
    sub_mchid: field('sub_mchid'),
    service_id: field('service_id'),
    appid: field('appid'),
    shop_id: field('shop_id'),
    cashier_id: field('cashier_id'),
    pos_ref: field('pos_ref'),
  }
  const doubled = [...header.columns.keys()].find((column) => new Set(values(column)).size > 1)
  return judged(line, text, stated, context, {
    amount: () => {
      if (doubled) throw new LineError(contradiction(header.names[header.columns.get(doubled)?.[0] ?? 0] ?? doubled))
      return amountOf(field('amount_fen'), field('amount_yuan'))
    },
    states: header.states.map(({ at, column, name }) => ({ column, name, value: plainField(fields[at] ?? '') })),
  })
}

/**
 * Reads a line of a JSON Lines file: an object with the members of a payment notice; `paid_time` may stand at the
 * top level instead of in `detail`.
 */
export const readJsonLine = ({ number, text, isCut }: TextLine, context: LineContext): StatementLine => {
  let value: Stated
  try {
    if (isCut) throw new LineError(TOO_LONG)
    value = parseObject(text)
  } catch (error) {
    return malformed(number, text, error, {})
  }
  const detail: { readonly paid_time?: unknown } = Object(value.detail)
  const stated = { ...value, paid_time: value.paid_time ?? detail.paid_time }
  const { out_order_no } = value
  return judged(number, typeof out_order_no === 'string' ? out_order_no : text, stated, context, {
    amount: () => value.amount,
    states: Object.entries(value).flatMap(([name, said]) => {
      const column = stateColumnOf(name)
      return column ? [{ column, name, value: said === null || said === undefined ? '' : String(said) }] : []
    }),
  })
}

type State = { readonly column: StateColumn; readonly name: string; readonly value: string }

/** The members of a line before any check. */
type Stated = Json

/** Checks first whether a payment was made, then reads it. A line that does not say so clearly creates no order. */
const judged = (
  line: number,
  text: string,
  stated: Stated,
  context: LineContext,
  { amount, states }: { readonly amount: () => unknown; readonly states: readonly State[] },
): StatementLine => {
  let fen: unknown
  try {
    fen = amount()
  } catch (error) {
    return malformed(line, text, error, keptOf(stated, undefined, context))
  }
  const kept = keptOf(stated, fen, context)
  const payee = readPayee(stated.sub_mchid, context.mchid, context.merchants)
  const words = states.map((state) => ({ ...state, word: paidWord(state.column, state.value, sumOf(state.name)) }))
  const refused = words.find(({ word }) => word === 'undone') ?? words.find(({ word }) => word === 'not_paid')
  const isBelowZero = typeof fen === 'number' && fen < 0
  if (refused || isBelowZero) {
    const isUndone = isBelowZero || refused?.word === 'undone'
    return {
      kind: 'not_paid',
      line,
      text: shown(text),
      problem: refused ? notPaid(refused) : BELOW_ZERO,
      kept,
      ...(isUndone && { undoes: text }),
      ...(payee.mchid !== undefined && { mchid: payee.mchid }),
    }
  }
  try {
    const unknown = words.find(({ word }) => word === 'unknown')
    if (unknown) throw new LineError(unknownState(unknown))
    if (isMangled(text)) throw new LineError(MANGLED)
    return readStated(line, { ...stated, amount: fen }, payee, context)
  } catch (error) {
    return malformed(line, text, error, kept)
  }
}

const sumOf = (name: string) =>
  /分|fee|_amount|amount_/.test(name) ? (text: string) => readFen(text) ?? yuanToFen(text) : yuanToFen

const readStated = (
  line: number,
  stated: Stated,
  payee: Payee,
  { merchants, now, put_at: noticed_at = now }: Pick<LineContext, 'merchants' | 'now' | 'put_at'>,
): Payment => {
  if ('problem' in payee) throw new LineError(payee.problem)
  const { mchid } = payee
  const { out_order_no, service_id, appid, amount, shop_id, cashier_id, pos_ref } = stated
  for (const label of [shop_id, cashier_id, pos_ref])
    if (String(label).includes('\ufffd')) throw new LineError({ en: 'holds broken characters', zh: '含有乱码' })
  const given = stated.paid_time
  const paid_time = typeof given === 'string' ? plainTime(given) : given
  if (typeof given === 'string' && /^\d{5}(\.\d+)?$/.test(given)) throw new LineError(SERIAL)
  const notice = {
    mchid,
    out_order_no,
    service_id,
    // A sub-merchant's call has no appid, so a column of that name has another meaning.
    appid: merchants.get(mchid)?.provider === undefined ? appid : undefined,
    detail: present({ paid_time }),
    amount,
    shop_id,
    cashier_id,
    pos_ref,
  }
  const order = readPaymentNotice({ via: 'direct', noticed_at, notice: present(notice) }, merchants, now)
  return {
    kind: 'payment',
    line,
    order,
    paid_time: /^\d{8}$/.test(String(paid_time)) ? String(paid_time) : order.call.paid_time,
  }
}

const present = (members: Stated): Stated =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/**
 * The valid members of a refused line. They help a person to find it, and its amount counts in the totals of its shop.
 */
const keptOf = (
  { paid_time, sub_mchid, shop_id, cashier_id, pos_ref }: Stated,
  fen: unknown,
  { now }: LineContext,
): Kept => {
  const plain = typeof paid_time === 'string' ? plainTime(paid_time) : ''
  const time = readPaidTime(plain, now)
  const label = (value: unknown) =>
    typeof value === 'string' && /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]{1,64}$/u.test(value) ? value : undefined
  return present({
    paid_time: time && (/^\d{8}$/.test(plain) ? plain : time.stated_time),
    amount: typeof fen === 'number' && Number.isSafeInteger(fen) ? fen : undefined,
    sub_mchid: typeof sub_mchid === 'string' && /^[1-9]\d{0,31}$/.test(sub_mchid) ? sub_mchid : undefined,
    shop_id: label(shop_id),
    cashier_id: label(cashier_id),
    pos_ref: label(pos_ref),
  }) as Kept // every member has the type of Kept
}

/** The amount in fen. */
const amountOf = (fen: string | undefined, yuan: string | undefined): number | undefined => {
  const inFen = fen === undefined ? undefined : readFen(fen)
  if (fen !== undefined && inFen === undefined) throw new LineError(NOT_FEN)
  const inYuan = yuan === undefined ? undefined : yuanToFen(yuan)
  if (yuan !== undefined && inYuan === undefined) throw new LineError(NOT_YUAN)
  if (inFen !== undefined && inYuan !== undefined && inFen !== inYuan) throw new LineError(contradiction('amount'))
  return inFen ?? inYuan
}

const parseObject = (text: string): Stated => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LineError({ en: 'is not JSON', zh: '不是有效的 JSON' })
  }
  if (!isObject(value)) throw new LineError({ en: 'must be a JSON object', zh: '必须是 JSON 对象' })
  return value
}

class LineError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.en)
    this.problem = problem
  }
}

const malformed = (line: number, text: string, error: unknown, kept: Kept): StatementLine => ({
  kind: 'malformed',
  line,
  text: shown(text),
  problem: problemOf(error),
  kept,
  ...(error instanceof LineError && error.problem === MANGLED && { mangled: shown(text) }),
})

const problemOf = (error: unknown): Problem => {
  if (error instanceof LineError) return error.problem
  if (!(error instanceof InputError)) throw error
  const field = error.field.replace(/^detail\./, '')
  return { en: error.message.replace(/^detail\./, ''), zh: CHINESE[field] ?? '该行内容无法识别' }
}

const wrongWidth = (fields: readonly string[], { names }: Header): Problem => ({
  en: `has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, and the header has ${names.length}: a field that holds the delimiter must stand in quotes`,
  zh: `该行有 ${fields.length} 个字段,表头为 ${names.length} 个;字段内含分隔符时须加引号`,
})

const unknownState = ({ name, value }: State): Problem =>
  value === ''
    ? {
        en: `${shown(name)}: is empty, so it is not sure that this was paid`,
        zh: `“${shown(name)}”为空,无法确认已付款`,
      }
    : {
        en: `${shown(name)}: ${shown(value)} is not known, so it is not sure that this was paid`,
        zh: `“${shown(name)}”的值“${shown(value)}”无法识别,不能确认已付款`,
      }

const notPaid = ({ name, value }: State): Problem => ({
  en: `not a payment: ${shown(name)} is ${shown(value)}`,
  zh: `非收款:“${shown(name)}”为“${shown(value)}”`,
})

const BELOW_ZERO: Problem = { en: 'not a payment: the amount is below zero', zh: '非收款:金额为负数' }

const contradiction = (name: string): Problem => ({
  en: `${shown(name)}: stands in more than one column, and they differ`,
  zh: `“${shown(name)}”有多列,且内容不一致`,
})

const NOT_FEN: Problem = {
  en: 'amount: must be a whole number of fen; name the column amount_yuan where it is yuan',
  zh: '金额须为整数分;若单位为元,请将列名改为“金额(元)”',
}
const NOT_YUAN: Problem = {
  en: 'amount: must be yuan with at most two decimals',
  zh: '金额须为元,最多两位小数',
}
const SERIAL: Problem = {
  en: 'paid_time: is the number by which a spreadsheet counts days; format the column as a date and export it again',
  zh: '收款时间为表格软件的日期序列号;请将该列设为日期时间格式后重新导出',
}
const MANGLED: Problem = {
  en: 'out_order_no: a spreadsheet has rounded this number; format the column as text and export it again',
  zh: '订单号已被表格软件舍入(只保留15位有效数字或科学计数);请将该列设为文本格式后重新导出',
}

/** Messages about invalid members of a payment notice, in Chinese. */
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
