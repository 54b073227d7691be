import { gzipSync } from 'node:zlib'
import { LIMITS } from '../../../lib/limits.ts'
import { charged, refunded } from '../../audit/audit-world.ts'
import { type Form, type Line, sha1, writeBill } from '../../bill/bill-writer.ts'

/** From 0 to below 1. */
export type Random = () => number

/** A bill, the bytes of it that arrive, and the hash that WeChat Pay signed. */
export type DamagedBill = {
  readonly what: string
  readonly lines: readonly Line[]
  /** As WeChat Pay wrote it. */
  readonly text: Buffer
  readonly bytes: Buffer
  /** Of the text as it was written, or as it arrives: then only its form and its sums tell the damage. */
  readonly sha1: string
  /** After so many of the bytes the connection breaks; it does not unless this is given. */
  readonly breaksAt?: number
  /** Too long to be read at once by a second reader. */
  readonly isTooLarge?: true
}

const below = (random: Random, most: number): number => Math.floor(random() * most)
const pick = <T>(random: Random, all: readonly T[]): T => all[below(random, all.length)] as T // none is empty

/** The orders that the ledger of a run has. */
export const ORDERS = ['A1', 'A2', 'A3', 'A4'] as const
/** The one of them that is still to be synced. */
export const PENDING_ORDER = 'A1'

const lineOf = (random: Random, index: number): Line => {
  const transaction_id = `42000026012026112300000000${String(10 + index)}`
  const sum = pick(random, [0, 1, 99, 100, 3900, 3900, 8800, 999_999_999])
  const money = { settled: sum, ordered: sum, fee: below(random, 99_999), transaction_id }
  const order = pick(random, ORDERS)
  switch (below(random, 5)) {
    case 0:
      return refunded(order, { transaction_id, refunded: sum, asked: sum, coupon: below(random, 2) * 50 })
    case 1:
      return charged(order, { ...money, type: 'JSAPI', out_trade_no: order, attach: '' })
    case 2:
      return charged(order, { ...money, type: 'NATIVE', attach: pick(random, ['', 'a,b', '`', '"x"', 'wxzff|1|A1']) })
    case 3:
      return charged(order, { ...money, state: pick(random, ['REVOKED', 'FROZEN', 'SUCCESS']) })
    default:
      return charged(order, money)
  }
}

const formOf = (random: Random): Form => ({
  kind: random() < 0.25 ? 'old' : 'today',
  bom: random() < 0.7,
  eol: random() < 0.7 ? '\r\n' : '\n',
  lastEol: random() < 0.8,
  shuffle: random() < 0.2 ? Array.from({ length: 27 }, () => below(random, 30)) : [],
})

type OfBytes = (bytes: Buffer, random: Random) => Buffer
type OfLines = (lines: string[], random: Random) => readonly string[]

const NASTY = [
  ...['', ' ', '0', '-0', '-1.00', '1e3', '1E-2', '0x10', '1,000.00', '39.001', '39.00000', '39.000001', '１２', '٣'],
  ...['+1.00', ' 1.00', '1.00 ', '1.', '.5', '--1', 'NaN', 'Infinity', '90071992547409.92', '99999999999999999999'],
  ...['"39.00"', "'39.00", '=1+1', '@SUM(A1)', '\t', '\0', '`', ',', ',`', '\r', '\u2028', '\ufeff', '\u200b', '订单'],
  ...['REFUND', 'SUCCESS', 'AUTH', 'JSAPI', 'wxzff|1|A1', 'wxzff|15646546545165651651|A2', '2026-11-23 12:00:00'],
  ...['2026-13-40 99:99:99', '1900000109', '__proto__', 'x'.repeat(16_385), '订'.repeat(16_000), 'x'.repeat(60_000)],
]

const bits: OfBytes = (bytes, random) => {
  const other = Buffer.from(bytes)
  for (let left = 1 + below(random, 3); left > 0; left -= 1) {
    const at = below(random, other.length)
    other[at] = (other[at] ?? 0) ^ (1 << below(random, 8))
  }
  return other
}
const cut: OfBytes = (bytes, random) => bytes.subarray(0, below(random, bytes.length))
const cutStart: OfBytes = (bytes, random) => bytes.subarray(1 + below(random, bytes.length - 1))
const inserted: OfBytes = (bytes, random) => {
  const at = below(random, bytes.length + 1)
  const more = pick(random, ['\0', '\n', '\r', '\r\n', '`', ',', ',`', '"', '0', '\ufeff', '\u00a0', '-'])
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(more), bytes.subarray(at)])
}
const removed: OfBytes = (bytes, random) => {
  const at = below(random, bytes.length)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 4))])
}

/** Another field in one line of data, by where it stands. */
const field =
  (change: (fields: string[], random: Random) => void): OfLines =>
  (lines, random) => {
    const at = 1 + below(random, Math.max(1, lines.length - 3))
    const fields = (lines[at] ?? '').split(',`')
    change(fields, random)
    return lines.with(Math.min(at, lines.length - 1), fields.join(',`'))
  }
const title =
  (which: (lines: readonly string[]) => number, change: (titles: string[], random: Random) => void): OfLines =>
  (lines, random) => {
    const titles = (lines.at(which(lines)) ?? '').split(',')
    change(titles, random)
    return lines.with(which(lines), titles.join(','))
  }
const header = () => 0
const summaryHeader = () => -2
const swapTwo = (all: string[], random: Random): void => {
  const [a, b] = [below(random, all.length), below(random, all.length)]
  ;[all[a], all[b]] = [all[b] ?? '', all[a] ?? '']
}
const oneBecomes =
  (others: readonly string[]) =>
  (all: string[], random: Random): void => {
    all[below(random, all.length)] = pick(random, others)
  }
const somewhere = (random: Random, lines: readonly string[]): number => below(random, lines.length)

/** A digit of a sum of money, or of the count. */
const digit = (text: string, random: Random): string => {
  const places = [...text].flatMap((one, at) => (/\d/.test(one) ? [at] : []))
  const at = pick(random, places.length > 0 ? places : [0])
  return `${text.slice(0, at)}${below(random, 10)}${text.slice(at + 1)}`
}

const LINES: Readonly<Record<string, OfLines>> = {
  'line doubled': (lines, random) => {
    const at = somewhere(random, lines)
    return lines.toSpliced(at, 0, lines[at] ?? '')
  },
  'line removed': (lines, random) => lines.toSpliced(somewhere(random, lines), 1),
  'lines swapped': (lines, random) => {
    swapTwo(lines, random)
    return lines
  },
  'line cut': (lines, random) => {
    const at = somewhere(random, lines)
    return lines.with(at, (lines[at] ?? '').slice(0, below(random, (lines[at] ?? '').length + 1)))
  },
  'empty line': (lines, random) => lines.toSpliced(somewhere(random, lines), 0, ''),
  'lines joined': (lines, random) => {
    const at = below(random, lines.length - 1)
    return lines.toSpliced(at, 2, `${lines[at]}${lines[at + 1]}`)
  },
  'field changed': field(oneBecomes(NASTY)),
  'digit changed': field((fields, random) => {
    const at = below(random, fields.length)
    fields[at] = digit(fields[at] ?? '', random)
  }),
  'field doubled': field((fields, random) => {
    const at = below(random, fields.length)
    fields.splice(at, 0, fields[at] ?? '')
  }),
  'field removed': field((fields, random) => void fields.splice(below(random, fields.length), 1)),
  'fields swapped': field(swapTwo),
  'fields quoted': (lines) => lines.map((line) => line.replaceAll(/`([^,]*)/g, '"$1"')),
  'backquotes removed': (lines) => lines.map((line) => line.replaceAll('`', '')),
  'sum changed': (lines, random) => {
    const sums = (lines.at(-1) ?? '').split(',`')
    const at = below(random, sums.length)
    sums[at] = random() < 0.6 ? digit(sums[at] ?? '', random) : pick(random, NASTY)
    return lines.with(-1, sums.join(',`'))
  },
  'sums swapped': (lines, random) => {
    const sums = (lines.at(-1) ?? '').slice(1).split(',`')
    swapTwo(sums, random)
    return lines.with(-1, `\`${sums.join(',`')}`)
  },
  'title swapped': title(header, swapTwo),
  'title renamed': title(header, oneBecomes(['总金额', '订单金额', '退款金额', '', '商户号', '子商户号', 'x'])),
  'title doubled': title(header, (titles, random) => {
    titles.splice(below(random, titles.length), 0, pick(random, titles))
  }),
  'title removed': title(header, (titles, random) => void titles.splice(below(random, titles.length), 1)),
  'total’s title swapped': title(summaryHeader, swapTwo),
  'total’s title changed': title(
    summaryHeader,
    oneBecomes(['总交易额', '订单总金额', '手续费总金额', '', '总交易单数', 'x']),
  ),
  'header doubled': (lines) => [lines[0] ?? '', ...lines],
  'no header': (lines) => lines.slice(1),
  'no summary': (lines) => lines.slice(0, -2),
  'no sums': (lines) => lines.slice(0, -1),
  'two summaries': (lines) => [...lines, ...lines.slice(-2)],
  'summary first': (lines) => [lines[0] ?? '', ...lines.slice(-2), ...lines.slice(1, -2)],
  'row after the summary': (lines) => [...lines, lines[1] ?? ''],
  'whole bill twice': (lines) => [...lines, ...lines],
  'column moved': (lines, random) => {
    const at = below(random, 20)
    const moved = (cells: string[]) => cells.toSpliced(at, 1).toSpliced(at + 3, 0, cells[at] ?? '')
    return lines.map((line, index) => {
      if (index === 0) return moved(line.split(',')).join(',')
      if (index >= lines.length - 2) return line
      return `\`${moved(line.slice(1).split(',`')).join(',`')}`
    })
  },
  'a fen moved to another line': (lines, random) => {
    const moved = (line: string, by: number) => {
      const cells = line.split(',`')
      const at = cells.findIndex((cell) => /^\d+\.\d\d$/.test(cell) && Number(cell) > 1)
      if (at >= 0) cells[at] = (Number(cells[at]) + by).toFixed(2)
      return cells.join(',`')
    }
    const at = 1 + below(random, Math.max(1, lines.length - 4))
    return lines.map((line, index) => (index === at ? moved(line, 1) : index === at + 1 ? moved(line, -1) : line))
  },
  'another order’s number': (lines, random) =>
    lines.map((line) => line.replace(/\|A\d/, () => `|${pick(random, ORDERS)}`)),
}

const BYTES: Readonly<Record<string, OfBytes>> = {
  bits,
  cut,
  'cut at its start': cutStart,
  'bytes inserted': inserted,
  'bytes removed': removed,
  'NUL everywhere': (bytes) => Buffer.from(bytes.toString().replaceAll(',', ',\0')),
  'two marks': (bytes) => Buffer.from(`\ufeff\ufeff${bytes.toString().replace(/^\ufeff/, '')}`),
  'mark inside': (bytes) => Buffer.from(bytes.toString().replace('\n', '\n\ufeff')),
  'UTF-16': (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
  'Latin 1': (bytes) => Buffer.from(bytes.toString(), 'latin1'),
  GBK: (bytes) => gbk(bytes.toString()),
  'UTF-8 twice': (bytes) => Buffer.from(bytes.toString('latin1')),
  'CR alone': (bytes) => Buffer.from(bytes.toString().replaceAll(/\r?\n/g, '\r')),
  'CR twice': (bytes) => Buffer.from(bytes.toString().replaceAll(/\r?\n/g, '\r\r\n')),
  'other ends of lines': (bytes, random) => {
    const end = pick(random, ['\n', '\r\n', '\n\n', '\u0085', '\u2028'])
    return Buffer.from(bytes.toString().replaceAll(/\r?\n/g, end))
  },
  'commas of other countries': (bytes, random) => {
    return Buffer.from(bytes.toString().replaceAll(',', pick(random, [';', '\t', ',', ', '])))
  },
  'zeros after it': (bytes) => Buffer.concat([bytes, Buffer.alloc(512)]),
  'a page after it': (bytes) => Buffer.concat([bytes, Buffer.from('<html>502 Bad Gateway</html>')]),
  'a page instead': () => Buffer.from('<html><body>502 Bad Gateway</body></html>'),
  'a refusal instead': () => Buffer.from('{"code":"SYSTEM_ERROR","message":"系统错误"}'),
  nothing: () => Buffer.alloc(0),
  'a line without end': (bytes) => Buffer.concat([bytes, Buffer.alloc(80_000, '`')]),
  noise: (bytes, random) => Buffer.from(Array.from({ length: Math.min(bytes.length, 400) }, () => below(random, 256))),
}

/** What can become of the packing. */
const PACKED: Readonly<Record<string, OfBytes>> = {
  'packing, bits': bits,
  'packing, cut': cut,
  'packing, cut at its start': cutStart,
  'packing, bytes removed': removed,
  'packing, bytes inserted': inserted,
  'packing, twice after another': (packed) => Buffer.concat([packed, packed]),
  'packing of a packing': (packed) => gzipSync(packed, { level: 1 }),
  'packing, trash after it': (packed) => Buffer.concat([packed, Buffer.from('trash')]),
  'packing, half of another after it': (packed) => Buffer.concat([packed, packed.subarray(0, packed.length / 2)]),
  'packing, its checksum': (packed) => Buffer.concat([packed.subarray(0, -8), Buffer.alloc(4), packed.subarray(-4)]),
  'packing, its length': (packed) => Buffer.concat([packed.subarray(0, -4), Buffer.alloc(4, 0xff)]),
  'packing, another method': (packed) => Buffer.concat([packed.subarray(0, 2), Buffer.from([7]), packed.subarray(3)]),
}

/** Packed text that is much longer than its packing. */
const BOMB_BYTES = 24 * 1024 * 1024
const bomb = (text: Buffer, random: Random): Buffer =>
  gzipSync(Buffer.concat([text, Buffer.alloc(BOMB_BYTES, pick(random, ['\n', ' ', '\0', '`,']))]), { level: 1 })
const BOMBS_IN = 2000

/** Packed text that is longer than any bill may be, of members that each unpack to a part of it. */
export const writeTooLargeBill = (random: Random): DamagedBill => {
  const { lines, text } = soundText(random)
  const member = gzipSync(Buffer.alloc(TOO_LARGE_MEMBER), { level: 9 })
  const members = Array.from({ length: Math.ceil(LIMITS.billBytes / TOO_LARGE_MEMBER) }, () => member)
  const bytes = Buffer.concat([gzipSync(text), ...members])
  return { what: 'too large', lines, text, bytes, sha1: sha1(text), isTooLarge: true }
}
const TOO_LARGE_MEMBER = 64 * 1024 * 1024

/** Nothing is wrong with it, and the order that waits to be synced was charged. */
export const writeSoundBill = (random: Random): DamagedBill => {
  const { lines, text } = soundText(random, [charged(PENDING_ORDER)])
  const bytes = random() < 0.5 ? gzipSync(text, { level: 1 }) : text
  return { what: 'sound', lines, text, bytes, sha1: sha1(text) }
}

const soundText = (random: Random, more: readonly Line[] = []) => {
  const lines = [...more, ...Array.from({ length: 1 + below(random, 8) }, (_, index) => lineOf(random, index))]
  return { lines, text: writeBill(lines, formOf(random)) }
}

const ALL: readonly (readonly [what: string, kind: 'lines' | 'bytes' | 'packed' | 'broken'])[] = [
  ...Object.keys(LINES).map((what) => [what, 'lines'] as const),
  ...Object.keys(BYTES).map((what) => [what, 'bytes'] as const),
  ...Object.keys(PACKED).map((what) => [what, 'packed'] as const),
  ['connection broken', 'broken'],
  // The likeliest of all, and those with the most forms.
  ...['bits', 'cut', 'bytes inserted', 'bytes removed'].map((what) => [what, 'bytes'] as const),
  ...['field changed', 'digit changed', 'sum changed'].map((what) => [what, 'lines'] as const),
]

export const writeDamagedBill = (random: Random): DamagedBill => {
  const { lines, text } = soundText(random)
  const isOwnHash = random() < 0.5
  const isPacked = random() < 0.5
  if (below(random, BOMBS_IN) === 0) return { what: 'bomb', lines, text, bytes: bomb(text, random), sha1: sha1(text) }
  const [what, kind] = pick(random, ALL)
  if (kind === 'broken') {
    const bytes = isPacked ? gzipSync(text, { level: 1 }) : text
    return { what, lines, text, bytes, sha1: sha1(text), breaksAt: below(random, bytes.length + 1) }
  }
  if (kind === 'packed') {
    const bytes = PACKED[what]?.(gzipSync(text, { level: 1 }), random) ?? text
    // Of what comes out of it, where that is not the text.
    const arrives = what === 'packing, twice after another' ? Buffer.concat([text, text]) : text
    return { what, lines, text, bytes, sha1: sha1(isOwnHash ? arrives : text) }
  }
  const arrives = kind === 'lines' ? byLines(text, LINES[what], random) : (BYTES[what]?.(text, random) ?? text)
  const bytes = isPacked ? gzipSync(arrives, { level: 1 }) : arrives
  return { what, lines, text, bytes, sha1: sha1(isOwnHash ? arrives : text) }
}

const byLines = (text: Buffer, change: OfLines | undefined, random: Random): Buffer => {
  const whole = text.toString()
  const eol = whole.includes('\r\n') ? '\r\n' : '\n'
  const lines = whole.split(eol)
  const isEnded = lines.at(-1) === ''
  if (isEnded) lines.pop()
  return Buffer.from((change?.(lines, random) ?? lines).join(eol) + (isEnded ? eol : ''))
}

/** The two bytes of each character in GBK, found by decoding all there are. */
const GBK = new Map<string, Buffer>()
const gbk = (text: string): Buffer => {
  if (GBK.size === 0)
    for (let first = 0x81; first <= 0xfe; first += 1)
      for (let second = 0x40; second <= 0xfe; second += 1) {
        const bytes = Buffer.from([first, second])
        const character = new TextDecoder('gbk').decode(bytes)
        if (character.length === 1) GBK.set(character, bytes)
      }
  return Buffer.concat([...text].map((one) => (one < '\x80' ? Buffer.from(one) : (GBK.get(one) ?? Buffer.from('?')))))
}
