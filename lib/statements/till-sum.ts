import { count as grouped, yuan } from '../money.ts'
import { readFen, yuanToFen } from './parse/forms.ts'
import type { Problem } from './problem.ts'

/** A total that the POS printed, over the lines above it or since its last total. Fen. */
export type TillSum = { readonly count?: number; readonly amount?: number }

const WORD = '合计|总计|小计|共计|总和|汇总|累计|总笔数|总单数|总金额|交易笔数|交易金额'
const LABEL = `(?:本[页日次班]|当[日页]|今日|全天|单日)?(?:${WORD})(?:金额|笔数|数)?|(?:grand |sub ?-?)?totals?\\b|共:? *\\d+ *[笔单条]`
/** 合计 in its own cell, with nothing but figures beside it. */
const LABEL_ALONE = new RegExp(`^(?:${LABEL})(?:[\\s\\d,.:;、¥元笔单条共-]|${WORD}|金额|rmb|cny)*$`, 'i')
const COUNT = /(?:^|[^\d.,])(\d{1,3}(?:,\d{3})+|\d{1,7}) *[笔单条]/
const MONEY =
  /(?:[¥¥] *-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)? *元|-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}0*)(?![\d.])/

/**
 * Reads a line as a total of the POS; undefined for any other line. A line with an order number and a time is a
 * payment, whatever else it contains.
 */
export const readTillSum = (
  fields: readonly string[],
  columns: {
    readonly out_order_no?: string | undefined
    readonly paid_time?: string | undefined
    readonly yuan?: string | undefined
    readonly fen?: string | undefined
  },
): TillSum | undefined => {
  const cells = fields.map(plainCell).filter((field) => field !== '')
  if (!cells.some((cell) => LABEL_ALONE.test(cell)) || holdsPayment(columns)) return undefined
  const text = cells.join('\n')
  const [, counted = bareCount(columns)] = COUNT.exec(text) ?? []
  const [money] = MONEY.exec(text) ?? []
  const { yuan, fen } = columns
  const amount =
    (fen === undefined ? undefined : readFen(fen)) ??
    (yuan === undefined ? undefined : yuanToFen(yuan)) ??
    (money === undefined ? undefined : yuanToFen(money))
  return {
    ...(counted !== undefined && { count: Number(counted.replaceAll(',', '')) }),
    ...(amount !== undefined && { amount }),
  }
}

/** 合 计 occurs too. */
const plainCell = (field: string): string =>
  field
    .normalize('NFKC')
    .replaceAll(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '')
    .trim()

/** A count without a unit in the column of the order number or of the time. */
const bareCount = ({ out_order_no = '', paid_time = '' }: Parameters<typeof readTillSum>[1]): string | undefined =>
  [out_order_no, paid_time].find((cell) => /^\d{1,6}$/.test(cell))

/**
 * A line whose label is in the order number's column has no order number. Otherwise a number or a time makes it a
 * payment.
 */
const holdsPayment = ({ out_order_no, paid_time }: Parameters<typeof readTillSum>[1]): boolean => {
  if (out_order_no !== undefined && LABEL_ALONE.test(plainCell(out_order_no))) return false
  const isNumber = out_order_no !== undefined && !/^\d{1,6} *[笔单条]?$/.test(out_order_no)
  const isTime = paid_time !== undefined && !LABEL_ALONE.test(plainCell(paid_time)) && /\d{4}/.test(paid_time)
  return isNumber || isTime
}

/** A line as the POS may have counted it. The amount of a refund is negative. */
export type Counted = { readonly amount: number | undefined; readonly isPaid: boolean; readonly isUndone: boolean }

type Part = { lines: number; paid: number; all: number; received: number; net: number }

const nothing = (): Part => ({ lines: 0, paid: 0, all: 0, received: 0, net: 0 })

/**
 * Compares the POS's totals with the lines. Some POS systems count unpaid lines and some subtract refunds, so each way
 * is tried.
 */
export const createTillSums = () => {
  const whole = nothing()
  let since = nothing()

  const add = ({ amount = 0, isPaid, isUndone }: Counted): void => {
    for (const part of [whole, since]) {
      part.lines += 1
      part.all += amount
      if (isPaid) {
        part.paid += 1
        part.received += amount
        part.net += amount
      } else if (isUndone) part.net -= Math.abs(amount)
    }
  }

  /** Undefined if the total is right. @param hasAmounts whether the lines of the list have amounts */
  const compare = (sum: TillSum, hasAmounts: boolean): Problem | undefined => {
    const { count, amount } = sum
    const parts = [whole, since]
    const isCount = count === undefined || parts.some(({ lines, paid }) => count === lines || count === paid)
    const isAmount =
      amount === undefined ||
      !hasAmounts ||
      parts.some(({ all, received, net }) => amount === all || amount === received || amount === net)
    const here = { lines: whole.paid, amount: whole.received }
    since = nothing()
    return isCount && isAmount ? undefined : difference(sum, here)
  }

  return { add, compare }
}

const difference = ({ count, amount }: TillSum, here: { readonly lines: number; readonly amount: number }): Problem => {
  const of = (lines: number, fen: number, unit: string, between: string) =>
    [count !== undefined && `${grouped(lines)}${unit}`, amount !== undefined && `¥${yuan(fen)}`]
      .filter(Boolean)
      .join(between)
  return {
    en: `the till’s own sum is ${of(count ?? 0, amount ?? 0, ' payments', ', ')}; the lines above it come to ${of(here.lines, here.amount, ' payments', ', ')}`,
    zh: `收银系统合计 ${of(count ?? 0, amount ?? 0, ' 笔', '、')},与以上各行不符:各行收款合计 ${of(here.lines, here.amount, ' 笔', '、')}`,
  }
}
