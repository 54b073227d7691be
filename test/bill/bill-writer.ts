import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Candidate } from '../../lib/bill/candidate.ts'
import { type AgreedBill, type BillReading, readBill } from '../../lib/bill/read-bill.ts'
import { readSpool } from '../../lib/bill/spool.ts'

/** The header lines of a bill of today, and of one with 企业红包 as old merchants may still have. */
export const HEADERS = {
  today: [
    '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注',
    '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额',
  ],
  old: [
    '交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,企业红包金额,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率',
    '总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额',
  ],
} as const

/** A line of a bill; sums are fen, the fee thousandths of one. */
export type Line = {
  readonly time: string
  readonly mchid: string
  readonly sub_mchid: string
  readonly transaction_id: string
  readonly out_trade_no: string
  readonly type: string
  readonly state: string
  readonly refund: readonly [refund_id: string, out_refund_no: string, state: string]
  readonly attach: string
  readonly name: string
  readonly settled: number
  readonly ordered: number
  readonly refunded: number
  readonly coupon: number
  readonly asked: number
  readonly fee: number
}

export const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
export const BANK = 'PAB_DEBIT'

/** How one text of a bill may differ from another with the same lines. */
export type Form = {
  readonly kind: keyof typeof HEADERS
  readonly bom: boolean
  readonly eol: '\r\n' | '\n'
  readonly lastEol: boolean
  /** The order of the columns, by numbers from which the order follows. */
  readonly shuffle: readonly number[]
}

export const PLAIN: Form = { kind: 'today', bom: true, eol: '\r\n', lastEol: true, shuffle: [] }

const decimal = (units: bigint | number, places: number): string => {
  const digits = String(units)
    .replace('-', '')
    .padStart(places + 1, '0')
  return `${String(units).startsWith('-') ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

const valuesOf = (line: Line): Readonly<Record<string, string>> => ({
  交易时间: line.time,
  公众账号ID: 'wxd678efh567hg6787',
  商户号: line.mchid,
  特约商户号: line.sub_mchid,
  子商户号: line.sub_mchid,
  微信订单号: line.transaction_id,
  商户订单号: line.out_trade_no,
  用户标识: OPENID,
  交易类型: line.type,
  交易状态: line.state,
  付款银行: BANK,
  货币种类: 'CNY',
  应结订单金额: decimal(line.settled, 2),
  总金额: decimal(line.settled, 2),
  代金券金额: '0.00',
  微信退款单号: line.refund[0],
  商户退款单号: line.refund[1],
  退款金额: decimal(line.refunded, 2),
  充值券退款金额: decimal(line.coupon, 2),
  企业红包退款金额: decimal(line.coupon, 2),
  退款状态: line.refund[2],
  商品名称: line.name,
  商户数据包: line.attach,
  手续费: decimal(line.fee, 5),
  费率: '0.60%',
  订单金额: decimal(line.ordered, 2),
  申请退款金额: decimal(line.asked, 2),
})

/** Any order of columns that the numbers tell; without numbers the usual one. */
const shuffled = (titles: readonly string[], numbers: readonly number[]): readonly string[] => {
  const left = [...titles]
  return titles.map((_, index) => left.splice((numbers[index] ?? 0) % left.length, 1)[0] ?? '')
}

export const writeBill = (lines: readonly Line[], form: Form = PLAIN): Buffer => {
  const [header, summary] = HEADERS[form.kind]
  const titles = shuffled(header.split(','), form.shuffle)
  const totals = shuffled(summary.split(','), form.shuffle)
  const sum = (of: (line: Line) => number, places = 2) =>
    decimal(
      lines.reduce((total, line) => total + BigInt(of(line)), 0n),
      places,
    )
  const settled = sum((line) => line.settled)
  const refunded = sum((line) => line.refunded)
  const coupon = sum((line) => line.coupon)
  const sums: Readonly<Record<string, string>> = {
    总交易单数: String(lines.length),
    应结订单总金额: settled,
    总交易额: settled,
    退款总金额: refunded,
    总退款金额: refunded,
    充值券退款总金额: coupon,
    总企业红包退款金额: coupon,
    手续费总金额: sum((line) => line.fee, 5),
    订单总金额: sum((line) => line.ordered),
    申请退款总金额: sum((line) => line.asked),
  }
  const data = (columns: readonly string[], values: Readonly<Record<string, string>>) =>
    columns.map((title) => `\`${values[title] ?? ''}`).join(',')
  const text = [
    titles.join(','),
    ...lines.map((line) => data(titles, valuesOf(line))),
    totals.join(','),
    data(totals, sums),
  ].join(form.eol)
  return Buffer.from(`${form.bom ? '\ufeff' : ''}${text}${form.lastEol ? form.eol : ''}`)
}

export const sha1 = (text: string | Uint8Array): string => createHash('sha1').update(text).digest('hex')

/** The bytes in pieces of `size`. */
export const pieces = (bytes: Uint8Array, size = 65_536): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  )

export const LARGE = 64 * 1024 * 1024

/** Reads a bill that is kept in memory, and where it agrees what was spooled of it. */
export const readWhole = async (bytes: Uint8Array, hash: string = sha1(bytes), size?: number) => {
  let spool = ''
  const reading: BillReading = await readBill(pieces(bytes, size), { sha1: hash, maxBytes: LARGE }, (text) => {
    spool += text
  })
  if (!reading.agreed) return { reading, spool, candidates: undefined }
  const candidates = await candidatesOf(reading.bill, spool, size)
  return { reading, spool, candidates }
}

export const candidatesOf = async (bill: AgreedBill, spool: string, size?: number): Promise<readonly Candidate[]> => {
  const candidates: Candidate[] = []
  for await (const some of readSpool(bill, pieces(Buffer.from(spool), size))) candidates.push(...some)
  return candidates
}
