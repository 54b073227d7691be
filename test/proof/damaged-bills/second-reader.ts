import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'

/** What a bill says, if it is one: read at once and simply, by the words of the format and not by the product's code. */
export type SecondReading = {
  readonly rows: number
  readonly counts: Readonly<Record<string, number>>
  /** Fen. */
  readonly sums: Readonly<Record<string, number>>
  readonly candidates: readonly object[]
}

/** Column and total of each sum: today's names, then those of old. */
const SUMS = [
  ['settled', ['应结订单金额', '总金额'], ['应结订单总金额', '总交易额'], false],
  ['refunded', ['退款金额'], ['退款总金额', '总退款金额'], false],
  [
    'coupon_refunded',
    ['充值券退款金额', '企业红包退款金额', '代金券或立减优惠退款金额'],
    ['充值券退款总金额', '总企业红包退款金额', '总代金券或立减优惠退款金额'],
    false,
  ],
  ['fee', ['手续费'], ['手续费总金额'], false],
  ['ordered', ['订单金额'], ['订单总金额'], true],
  ['refund_asked', ['申请退款金额'], ['申请退款总金额'], true],
] as const

const NEEDED = [
  '交易时间',
  '商户号',
  '微信订单号',
  '商户订单号',
  '交易类型',
  '交易状态',
  '微信退款单号',
  '商户退款单号',
]
const ALSO_NEEDED = ['退款状态', '商户数据包']
const LONGEST = 16_384

class NoBill extends Error {}
const must = (holds: boolean): void => {
  if (!holds) throw new NoBill()
}

/** Undefined: these bytes are no bill with this hash whose lines come to its sums. */
export const readAgain = (bytes: Buffer, sha1: string): SecondReading | undefined => {
  try {
    const whole = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
    must(createHash('sha1').update(whole).digest('hex') === sha1)
    return readText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole))
  } catch (error) {
    if (error instanceof NoBill || error instanceof TypeError || isOfZlib(error)) return undefined
    throw error
  }
}

const isOfZlib = (error: unknown) => error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')

const readText = (text: string): SecondReading => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [at, line] of lines.entries()) if (line.endsWith('\r')) lines[at] = line.slice(0, -1)
  must(lines.every((line) => line.length <= LONGEST))
  const titles = (lines.shift() ?? '').replace(/^\ufeff/, '').split(',')
  const place = (names: readonly string[], among: readonly string[]): number => {
    const at = among.flatMap((title, index) => (names.includes(title) ? [index] : []))
    must(at.length <= 1)
    return at[0] ?? -1
  }
  for (const name of [...NEEDED, ...ALSO_NEEDED]) must(place([name], titles) >= 0)
  const ends = lines.splice(-2)
  must(ends.length === 2 && lines.every((line) => line.startsWith('`')) && !ends[0]?.startsWith('`'))
  const totals = (ends[0] ?? '').split(',')
  const stated = dataOf(ends[1] ?? '', totals.length)
  const rows = lines.map((line) => dataOf(line, titles.length))
  const countAt = place(['总交易单数'], totals)
  must(countAt >= 0 && /^\d{1,15}(\.0+)?$/.test(stated[countAt] ?? ''))
  must(Number(stated[countAt]) === rows.length)

  const sums: Record<string, number> = {}
  const columns: Record<string, number> = {}
  for (const [name, column, total, isNewOnly] of SUMS) {
    const at = place(column, titles)
    const totalAt = place(total, totals)
    must(at >= 0 === totalAt >= 0 && (at >= 0 || isNewOnly))
    if (at < 0) continue
    columns[name] = at
    const units = (text: string) => unitsOf(text, name === 'fee' ? 5 : 2)
    const sum = rows.reduce((so, row) => so + units(row[at] ?? ''), 0n)
    must(sum === units(stated[totalAt] ?? '') && sum <= 9_007_199_254_740_991n && sum >= -9_007_199_254_740_991n)
    if (name !== 'fee') sums[name] = Number(sum)
  }

  const at = (name: string) => titles.indexOf(name)
  const subAt = place(['特约商户号', '子商户号'], titles)
  const counts: Record<string, number> = { order: 0, hint: 0, refund: 0, revoked: 0, other: 0, unknown: 0 }
  const candidates = rows.flatMap((row) => {
    const field = (name: string) => row[at(name)] ?? ''
    const money = (name: string) => Number(unitsOf(row[columns[name] ?? -1] ?? '', 2))
    const [kind, candidate] = candidateOf(field, row[subAt] ?? '', (isRefund) => {
      if (isRefund) return money('refund_asked' in columns ? 'refund_asked' : 'refunded')
      return money('ordered' in columns ? 'ordered' : 'settled')
    })
    counts[kind] = (counts[kind] ?? 0) + 1
    return candidate ? [candidate] : []
  })
  return { rows: rows.length, counts, sums, candidates }
}

/** Every field begins with a backquote. */
const dataOf = (line: string, width: number): readonly string[] => {
  must(line.startsWith('`'))
  const fields = line.replace(/^`/, '').split(',`')
  must(fields.length === width)
  return fields
}

const unitsOf = (text: string, places: 2 | 5): bigint => {
  if (text === '') return 0n
  const [, minus, whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d{1,5}))?$/.exec(text) ?? []
  must(whole !== '' && /^0*$/.test(part.slice(places)))
  const units = BigInt(whole + part.slice(0, places).padEnd(places, '0'))
  must(units <= 9_007_199_254_740_991n)
  return minus === '-' ? -units : units
}

const candidateOf = (
  field: (name: string) => string,
  sub: string,
  amountOf: (isRefund: boolean) => number,
): readonly [kind: string, candidate?: object] => {
  const state = field('交易状态')
  if (state === 'REVOKED') return ['revoked']
  if (state !== 'SUCCESS' && state !== 'REFUND') return ['unknown']
  const isRefund = state === 'REFUND'
  const number = /^[0-9A-Za-z_|*-]{1,32}$/
  const type = field('交易类型')
  const [mark, order_id = '', ...rest] = field('商户数据包').split('|')
  const named = rest.join('|')
  const isOrder = type === 'AUTH' && mark === 'wxzff' && /^.{1,64}$/su.test(order_id) && number.test(named)
  const isHint = type === 'JSAPI' && number.test(field('商户订单号'))
  if (!isOrder && !isHint && !isRefund) return ['other']
  const transaction_id = field('微信订单号')
  must(/^[0-9A-Za-z_-]{1,64}$/.test(transaction_id))
  const mchid = sub === '' || sub === '0' ? field('商户号') : sub
  must(/^\d{1,32}$/.test(mchid))
  const time = field('交易时间')
  must(/^\d{4}-\d\d-\d\d +\d\d:\d\d:\d\d$/.test(time))
  const refundNo = field('商户退款单号')
  const refundId = field('微信退款单号')
  const candidate = {
    ...(isOrder && { by: 'order', out_order_no: named, order_id }),
    ...(isHint && { by: 'hint', out_order_no: field('商户订单号') }),
    ...(!isOrder && !isHint && { by: 'transaction' }),
    mchid,
    transaction_id,
    time: time.replaceAll(/\D/g, ''),
    amount: amountOf(isRefund),
    kind: isRefund ? 'refund' : 'charge',
    ...(isRefund && refundNo !== '0' && /^[0-9A-Za-z_|*@-]{1,64}$/.test(refundNo) && { out_refund_no: refundNo }),
    ...(isRefund && refundId !== '0' && /^[0-9A-Za-z_-]{1,64}$/.test(refundId) && { refund_id: refundId }),
    ...(isRefund && { refund_state: /^[A-Z_]{0,32}$/.test(field('退款状态')) ? field('退款状态') : '' }),
  }
  return [isRefund ? 'refund' : isOrder ? 'order' : 'hint', candidate]
}

export const isSameReading = (a: SecondReading, b: SecondReading): boolean => isDeepStrictEqual(a, b)
