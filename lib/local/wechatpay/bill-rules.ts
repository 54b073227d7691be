import { type Answer, type Problem, refused, refusedFor } from './answer.ts'
import { illegal, type Member, type Members, may, must, type Place } from './member-rules.ts'
import type { Merchant, Merchants } from './merchants.ts'
import { decodeOnce, type Query } from './order-apis.ts'
import { chinaDay, chinaTime } from './paid-time.ts'
import { OUT_REFUND_NO } from './refunds.ts'
import { isProblem, readParameters } from './request-rules.ts'

export type BillRequest = {
  /** yyyyMMdd. */
  readonly day: string
  readonly type: 'ALL' | 'SUCCESS' | 'REFUND'
  readonly gzip: boolean
  /** Undefined for all of them, or for a direct merchant. */
  readonly sub_mchid: string | undefined
}

export type RefundRequest = { readonly out_refund_no: string; readonly sub_mchid: string | undefined }

const SUB_MCHID: Member = may('子商户号')
const BILL: Members = { bill_date: must('账单日期', 10), bill_type: may('账单类型'), tar_type: may('压缩类型') }
const DOWNLOAD: Members = { token: must('下载凭证', 2048) }

const placeOf = (name: string, label: string): Place => ({ location: 'query', field: `/${name}`, label })
const DATE_PLACE = placeOf('bill_date', '账单日期')
const REFUND_PLACE: Place = { location: 'uri_template', field: '/out_refund_no', label: '商户退款单号' }

/** Bills begin this many months back, and one is made from this hour of the next day. */
const MONTHS_BACK = 3
const MADE_AT = '09'
const DAY_MS = 86_400_000

const isDay = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** The same day so many months earlier, or the last one of a month that is shorter. */
const monthsBefore = (day: string, months: number): string => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 - months, Math.min(date, last))).toISOString().slice(0, 10)
}

/** Why there is no bill of this day, or not yet. */
const dayRefusal = (day: string, nowMs: number): Answer | undefined => {
  const today = chinaDay(nowMs)
  const wrong = (message: string) => refusedFor(illegal(DATE_PLACE, message, day))
  if (!isDay(day)) return wrong('账单日期格式错误')
  if (day >= today) return wrong('账单日期不能是当天或未来日期')
  if (day < monthsBefore(today, MONTHS_BACK)) return wrong('仅支持三个月内的账单')
  const isYesterday = day === chinaDay(nowMs - DAY_MS)
  return isYesterday && chinaTime(nowMs).slice(8, 10) < MADE_AT ? refused('statement-creating') : undefined
}

const TYPES = ['ALL', 'SUCCESS', 'REFUND'] as const
const CHOICES: readonly (readonly [name: string, label: string, known: readonly string[]])[] = [
  ['bill_type', '账单类型', TYPES],
  ['tar_type', '压缩类型', ['GZIP']],
]

const choiceProblem = (values: Query): Problem | undefined => {
  for (const [name, label, known] of CHOICES) {
    const value = values.get(name)
    if (value !== undefined && !known.includes(value)) return illegal(placeOf(name, label), `${label}错误`, value)
  }
  return undefined
}

/** Only who signs for sub-merchants may name one, and only one of its own. */
const subMerchantRefusal = (
  merchants: Merchants,
  merchant: Merchant,
  sub_mchid: string | undefined,
): Answer | undefined => {
  if (merchant.disabled) return refused('merchant-disabled')
  if (sub_mchid === undefined || merchant.subMerchants.has(sub_mchid)) return undefined
  return refused(merchants.isKnown(sub_mchid) ? 'no-auth' : 'mchid-unknown')
}

const withSubMerchant = (members: Members, { role }: Merchant, member: Member): Members =>
  role === 'direct' ? members : { ...members, sub_mchid: member }

/** Validates a request for a bill, and whether there is one of that day at all. */
export const readBillRequest = (
  merchants: Merchants,
  merchant: Merchant,
  query: string,
  nowMs: number,
): BillRequest | Answer => {
  const values = readParameters(withSubMerchant(BILL, merchant, SUB_MCHID), query)
  if (isProblem(values)) return refusedFor(values)
  const wrong = choiceProblem(values)
  if (wrong !== undefined) return refusedFor(wrong)
  const sub_mchid = values.get('sub_mchid')
  const bill_date = values.get('bill_date') ?? ''
  return (
    subMerchantRefusal(merchants, merchant, sub_mchid) ??
    dayRefusal(bill_date, nowMs) ?? {
      day: bill_date.replaceAll('-', ''),
      type: TYPES.find((type) => type === values.get('bill_type')) ?? 'ALL',
      gzip: values.has('tar_type'),
      sub_mchid,
    }
  )
}

export const readToken = (query: string): { readonly token: string } | Answer => {
  const values = readParameters(DOWNLOAD, query)
  return isProblem(values) ? refusedFor(values) : { token: values.get('token') ?? '' }
}

/** Validates a query of a refund: its number is encoded once, and who signs for a sub-merchant names it. */
export const readRefundRequest = (
  merchants: Merchants,
  merchant: Merchant,
  segment: string,
  query: string | undefined,
): RefundRequest | Answer => {
  const out_refund_no = decodeOnce(segment)
  if (out_refund_no === undefined || encodeURIComponent(out_refund_no) !== segment)
    return refusedFor(illegal(REFUND_PLACE, '商户退款单号编码错误', segment))
  if (!OUT_REFUND_NO.test(out_refund_no)) return refusedFor(illegal(REFUND_PLACE, '商户退款单号错误', out_refund_no))
  const members = withSubMerchant({}, merchant, { ...SUB_MCHID, required: true })
  const values = query === undefined && merchant.role === 'direct' ? new Map() : readParameters(members, query ?? '')
  if (isProblem(values)) return refusedFor(values)
  const sub_mchid = values.get('sub_mchid')
  return subMerchantRefusal(merchants, merchant, sub_mchid) ?? { out_refund_no, sub_mchid }
}
