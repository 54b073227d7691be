// A second reader of shops' lists, written from the page for accountants alone: it has the whole text at once, knows
// records by a grammar of regular expressions, and takes times and sums apart by their digits. It shares no code with
// the first, and says only what would be booked.
import { TextDecoder } from 'node:util'

export type Seen = { readonly number: string; readonly time: string; readonly fen: number | undefined }
export type SecondReading = {
  /** Lines of the text. */
  readonly lines: number
  /** What would be booked, by its number; undefined when the list has no header. */
  readonly payments: ReadonlyMap<string, Seen> | undefined
}

const HEADS = new Map(
  Object.entries({
    number: ['商户服务订单号', 'out_order_no', '订单号', 'order_no', '服务订单号', '支付分订单号'],
    time: ['收款成功时间', 'paid_time', '付款时间', 'paid_at', '收款时间', '支付时间', '付款成功时间'],
    yuan: ['金额', '金额元', 'amount_yuan'],
    fen: ['amount', '金额分'],
    label: ['门店', 'shop_id', '收银员', 'cashier_id', '小票号', 'pos_ref'],
    state: ['交易状态', '支付状态', '状态', 'status', 'trade_state'],
    kind: ['交易类型', '类型', 'type'],
    isRefund: ['是否退款', '退款'],
    refund: ['退款金额'],
  }).flatMap(([what, names]) => names.map((name) => [name, what] as const)),
)

const WORDS: Readonly<Record<string, 'paid' | 'back' | 'not'>> = {
  ...Object.fromEntries(
    ['支付成功', '已支付', '成功', '收款', '消费', '已完成', 'success', 'paid', 'orderpaid'].map((word) => [
      word,
      'paid' as const,
    ]),
  ),
  ...Object.fromEntries(
    ['退款', '已退款', '部分退款', '已撤销', '冲正', 'refund'].map((word) => [word, 'back' as const]),
  ),
  ...Object.fromEntries(
    ['支付失败', '待支付', '已关闭', '预授权', 'notpay', 'closed'].map((word) => [word, 'not' as const]),
  ),
}

const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cf}_\-.。`'"()[\]:]/gu, '')
const header = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cf}()[\]{}<>:*"'`·-]/gu, '')

/** A line in which nothing can be seen. */
const nothing = (line: string) => line.replace(/[\s\p{C}]/gu, '') === ''

/** Blanks around, ="…", and one guard in front. */
const content = (cell: string): string => {
  const trimmed = cell.replace(/^[\s\p{Cf}]+/u, '').replace(/[\s\p{Cf}]+$/u, '')
  const [, wrapped] = /^="([\s\S]*)"$/.exec(trimmed) ?? []
  const text = (wrapped ?? trimmed).replace(/^[\s\p{Cf}]+/u, '').replace(/[\s\p{Cf}]+$/u, '')
  return "`'‘’".includes(text[0] ?? 'x') ? text.slice(1).trim() : text
}

export const readAgain = (bytes: Buffer, now: number): SecondReading => {
  const text = decode(bytes)
  const lines = text === '' ? [] : text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/)
  const filled = lines.flatMap((line, at) => (nothing(line) ? [] : [at])).slice(0, 10)
  for (const at of filled)
    for (const delimiter of mostFirst([',', '\t', ';', '|', ','], lines[at] ?? '')) {
      const head = recordAt(lines, at, delimiter, (fields) => isHead(fields))
      if (head.fields && isHead(head.fields))
        return { lines: lines.length, payments: paymentsOf(lines, at + head.lines, delimiter, head.fields, now) }
    }
  return { lines: lines.length, payments: undefined }
}

/** UTF-16 by its mark or its zeros; UTF-8 where all of it, or else a first line with Chinese, is; GB18030 otherwise. */
const decode = (bytes: Buffer): string => {
  const pairs = [...Array(Math.floor(Math.min(bytes.length, 4096) / 2)).keys()].map(
    (i) => [bytes[2 * i] ?? 0, bytes[2 * i + 1] ?? 0] as const,
  )
  const little = pairs.filter(([a, b]) => b === 0 && a > 0 && a < 128).length
  const big = pairs.filter(([a, b]) => a === 0 && b > 0 && b < 128).length
  const mark = bytes.subarray(0, 2).toString('hex')
  if (mark === 'fffe' || (mark !== 'feff' && little >= 4 && little > 4 * big))
    return new TextDecoder('utf-16le').decode(bytes)
  if (mark === 'feff' || (big >= 4 && big > 4 * little)) return new TextDecoder('utf-16be').decode(bytes)
  const isUtf8 = (part: Buffer) => !part.toString('utf8').includes('\ufffd')
  const firstLine = bytes.subarray(0, bytes.indexOf(10) < 0 ? bytes.length : bytes.indexOf(10))
  const hasChinese = firstLine.some((byte) => byte > 127)
  const isMarked = bytes.subarray(0, 3).toString('hex') === 'efbbbf'
  const name = isUtf8(bytes) || isMarked || (hasChinese && isUtf8(firstLine)) ? 'utf-8' : 'gb18030'
  return new TextDecoder(name).decode(bytes)
}

const mostFirst = (delimiters: readonly string[], line: string) =>
  delimiters.toSorted((a, b) => line.split(b).length - line.split(a).length)

type Found = { readonly lines: number; readonly fields?: readonly string[] }

/** The record that begins at a line, by a grammar: fields in quotes with blanks around, or without a quote in front. */
const recordAt = (
  lines: readonly string[],
  at: number,
  delimiter: string,
  fits: (fields: readonly string[]) => boolean,
): Found => {
  const d = delimiter === '|' ? '\\|' : delimiter
  const blank = delimiter === '\t' ? '[ \\u00a0\\u3000]*' : '[ \\t\\u00a0\\u3000]*'
  const quoted = `${blank}"(?:[^"]|"")*"${blank}`
  const plain = `(?!${blank}")[^${d}]*`
  const whole = new RegExp(`^(?:${quoted}|${plain})(?:${d}(?:${quoted}|${plain}))*$`)
  const open = new RegExp(`^(?:(?:${quoted}|${plain})${d})*${blank}"(?:[^"]|"")*$`)
  const field = new RegExp(`${d}(?:${blank}"((?:[^"]|"")*)"${blank}|(${plain}))(?=${d}|$)`, 'gy')
  const isLong = (line: string | undefined) => (line ?? '').length > 8192
  if (isLong(lines[at])) return { lines: 1 }
  for (let count = 1; count <= 10 && at + count <= lines.length && !isLong(lines[at + count - 1]); count += 1) {
    const own = lines.slice(at, at + count)
    const text = own.join('\n')
    if (whole.test(text) && !(count > 1 && open.test(text))) {
      const fields = [...(delimiter + text).matchAll(field)].map(
        ([, inQuotes, bareField]) => inQuotes?.replaceAll('""', '"') ?? bareField ?? '',
      )
      if (count === 1) return { lines: 1, fields }
      const alike = own.filter((line) => !nothing(line) && fits(line.split(delimiter).map(() => '-')))
      return fits(fields) && alike.length < 2 ? { lines: count, fields } : { lines: count }
    }
    if (!open.test(text)) break
  }
  return { lines: 1 }
}

const isHead = (fields: readonly string[]) => {
  const what = fields.map((field) => HEADS.get(header(field)))
  return what.includes('number') && what.includes('time')
}

const paymentsOf = (
  lines: readonly string[],
  from: number,
  delimiter: string,
  first: readonly string[],
  now: number,
) => {
  let head = first
  let named = lastNamed(head)
  const next = lines.slice(from, lines.length).filter((line) => !nothing(line))
  const extra = habit(next.slice(0, 10), delimiter, head.length)
  const fits = (fields: readonly string[]) =>
    fields.length >= named &&
    fields.length <= head.length + extra &&
    fields.slice(Math.max(named, head.length)).every((one) => one.trim() === '')

  const told: (Seen & { readonly back: boolean; readonly isPaid: boolean })[] = []
  for (let at = from; at < lines.length; ) {
    if (nothing(lines[at] ?? '')) {
      at += 1
      continue
    }
    const { lines: count, fields } = recordAt(lines, at, delimiter, fits)
    at += count
    if (!fields) continue
    if (isHead(fields)) {
      head = fields
      named = lastNamed(head)
      continue
    }
    if (fits(fields)) told.push(judge(head, fields, now))
  }
  const back = new Set(told.filter((one) => one.back).map((one) => one.number))
  const payments = new Map<string, Seen>()
  for (const { number, time, fen, isPaid } of told)
    if (isPaid && !back.has(number) && !payments.has(number)) payments.set(number, { number, time, fen })
  return payments
}

const lastNamed = (head: readonly string[]) => head.findLastIndex((name) => header(name) !== '') + 1

/** Empty fields at the end of all of the first lines, two at least. */
const habit = (lines: readonly string[], delimiter: string, width: number): number => {
  const rows = lines.flatMap((line) => {
    const { fields } = recordAt([line], 0, delimiter, () => true)
    return fields?.some((field) => field.trim() !== '') ? [fields] : []
  })
  const sizes = new Set(rows.map((row) => row.length - width))
  const [size = 0] = sizes
  const areEmpty = rows.every((row) => row.slice(width).every((field) => field.trim() === ''))
  return rows.length > 1 && sizes.size === 1 && areEmpty ? Math.max(0, size) : 0
}

const judge = (head: readonly string[], fields: readonly string[], now: number) => {
  const cells = (what: string) =>
    head.flatMap((name, at) => (HEADS.get(header(name)) === what ? [content(fields[at] ?? '')] : []))
  const number = cells('number').find(Boolean) ?? ''
  const time = timeOf(cells('time').find(Boolean) ?? '', now)
  const yuan = cells('yuan').map((cell) => (cell === '' ? undefined : fenOf(cell)))
  const fens = cells('fen').map((cell) =>
    cell === ''
      ? undefined
      : /^[-+]?\d{1,15}$/.test(cell.normalize('NFKC'))
        ? Number(cell.normalize('NFKC'))
        : Number.NaN,
  )
  const sums = [...yuan, ...fens].filter((one) => one !== undefined)
  const [fen] = sums
  const isSum = sums.every((one) => Number.isInteger(one) && one === fen)
  const states = [...cells('state'), ...cells('kind')].map((cell) => WORDS[bare(cell)])
  const refunds = cells('refund').map((cell) => (['', '无', '0'].includes(bare(cell)) ? 0 : fenOf(cell)))
  const flags = cells('isRefund').map((cell) => {
    const word = bare(cell)
    if (word === '' || word === '否' || fenOf(cell) === 0) return 'no'
    return word === '是' || Number.isInteger(fenOf(cell)) ? 'back' : 'unknown'
  })
  const isBack =
    states.includes('back') ||
    flags.includes('back') ||
    refunds.some((one) => Number.isInteger(one) && one !== 0) ||
    (isSum && fen !== undefined && fen < 0)
  const isNot = states.includes('not')
  const isSure =
    states.every((state) => state === 'paid') &&
    flags.every((flag) => flag === 'no') &&
    refunds.every((one) => one === 0)
  const isNumber = /^[0-9A-Za-z_\-|*]{1,32}$/.test(number) && !/^\d{15}0+$/.test(number)
  const areLabels = cells('label').every(
    (cell) => /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]{0,64}$/u.test(cell) && !cell.includes('\ufffd'),
  )
  return {
    number,
    time: time ?? '',
    fen,
    back: isSum && isBack && !(isNot && !isBack),
    isPaid:
      isSure &&
      isSum &&
      (fen === undefined || (fen >= 1 && fen <= 10_000_000_000)) &&
      isNumber &&
      areLabels &&
      time !== undefined,
  }
}

/** Its digits, group by group: year, month, day, and the clock if there is one. */
const timeOf = (cell: string, now: number): string | undefined => {
  const text = cell.normalize('NFKC').trim()
  if (!/^[\d\s:.,/年月日时分秒T+-]*(?:(上午|下午|AM|PM)[\d\s:.,时分秒]*)?$/.test(text)) return undefined
  const half = /上午|AM/.test(text) ? 'am' : /下午|PM/.test(text) ? 'pm' : ''
  const zone = /T.*\+08:00$/.test(text)
  const without = text
    .replace(/\+08:00$/, '')
    .replace(/(:\d\d)[.,]\d{1,9}/, '$1')
    .replace(/^(\d{14})[.,]\d{1,9}$/, '$1')
  const groups = without.match(/\d+/g) ?? []
  const packed = groups.join('')
  let parts: readonly string[]
  if (/^(\d{8}|\d{14})$/.test(without))
    parts = [
      packed.slice(0, 4),
      packed.slice(4, 6),
      packed.slice(6, 8),
      packed.slice(8, 10),
      packed.slice(10, 12),
      packed.slice(12),
    ]
  else if (
    /^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T,]*(?:上午|下午|AM|PM)? *\d{1,2}[:时]\d\d(?:[:分](?:\d\d秒?)?)? *(?:AM|PM)?)?$/.test(
      without,
    )
  )
    parts = groups
  else return undefined
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = parts
  if (zone && hour === '') return undefined
  const hours =
    half === ''
      ? Number(hour)
      : half === 'am'
        ? Number(hour) > 12
          ? 99
          : Number(hour) % 12
        : Number(hour) > 12
          ? Number(hour)
          : (Number(hour) % 12) + 12
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), hours - 8, Number(minute), Number(second))
  const china = new Date(ms + 8 * 3_600_000)
  const isReal =
    china.getUTCFullYear() === Number(year) &&
    china.getUTCMonth() === Number(month) - 1 &&
    china.getUTCDate() === Number(day) &&
    china.getUTCHours() === hours &&
    china.getUTCMinutes() === Number(minute || 0) &&
    china.getUTCSeconds() === Number(second || 0)
  if (!isReal || ms > now + 24 * 3_600_000) return undefined
  return hour === ''
    ? china.toISOString().slice(0, 10).replaceAll('-', '')
    : new Date(Math.min(ms, now) + 8 * 3_600_000).toISOString().slice(0, 19).replace(/\D/g, '')
}

/** Fen, NaN for what is no sum. */
const fenOf = (cell: string): number => {
  let text = cell
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/[−–]/g, '-')
  let sign = 1
  if (text.startsWith('(') && text.endsWith(')')) [text, sign] = [text.slice(1, -1), -1]
  const before = text
  text = text.replace(/^([-+]?)(?:¥|RMB|CNY|人民币)?([-+]?)/i, (_, a: string, b: string) => {
    if (a && b) return 'x'
    if (a === '-' || b === '-') sign = -1
    return ''
  })
  text = text.replace(/(?:元|圆|RMB|CNY|人民币)$/i, '')
  if (before === '' || !/^[\d,]+(\.\d+)?$/.test(text)) return Number.NaN
  const [whole = '', part = ''] = text.split('.')
  const groups = whole.split(',')
  const isGrouped =
    groups.length === 1
      ? whole.length <= 12
      : groups.every((group, at) => (at === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(group))
  if (
    !isGrouped ||
    groups.some((group) => group === '') ||
    !/^\d{0,2}0*$/.test(part) ||
    (text.includes('.') && part === '')
  )
    return Number.NaN
  return sign * (Number(whole.replaceAll(',', '')) * 100 + Number(part.slice(0, 2).padEnd(2, '0')))
}
