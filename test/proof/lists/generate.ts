// Lists as tills, spreadsheets and databases write them, and as nobody should.
import fc from 'fast-check'

const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }).map((i) => `A${i}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '20251124000123400000',
      '20251124000123456789',
      '1E10',
      '0012',
      '1.2E+19',
      '123456.0',
      '',
      '订1',
      '="0012"',
      '`A7',
      "'A8",
      '合计',
      '共 3 笔',
    ),
  },
)
const time = fc.constantFrom(
  ...[
    '20261124093000',
    '2026-11-24 09:30:00',
    '2026/11/24 9:31',
    '20261124',
    '2026年11月24日 9:05:07',
    '2026-11-24T09:30:00+08:00',
  ],
  ...[
    '2026-11-24 10:30:00.123',
    '2026/11/24 上午 9:30:00',
    '2026/11/24 9:30:00 AM',
    '2026-11-24 下午3:05',
    '2026-11-24 09:30:00',
    '`2026-11-24 09:30:00',
    '2026.1.4',
  ],
  ...['', 'x', '2026-11-31 09:30', '46350.4375', '20261230093000', '10:30'],
)
const sum = fc.constantFrom(
  '12.80',
  '0.01',
  '12',
  '1,288.00',
  '¥12.80',
  '¥1,288.00元',
  '12.8000',
  '12.80',
  '',
  '0',
  '-12.80',
  '(12.80)',
  '-12',
  '1,28',
  'x',
  '12.345',
  'CNY 5',
)
const fen = fc.constantFrom('1280', '1', '', '12.80', '-5', '0', 'x')
const label = fc.constantFrom(
  '',
  '福田店',
  'S123',
  'a b',
  '7" x',
  'say "hi"',
  '"',
  'x,y',
  'x;y|z',
  '两\n行',
  'A3,20261124,x',
  '合计',
  'a\nA4,20261124093000\nb',
)
const state = fc.constantFrom(
  '支付成功',
  '已支付',
  'SUCCESS',
  '成功',
  '支付失败',
  '退款',
  '已撤销',
  '待支付',
  '',
  '奇怪',
  'NOTPAY',
  '部分退款',
)
const kind = fc.constantFrom('收款', '消费', '退款', '冲正', '预授权', '', '积分')

const COLUMNS = {
  yuan: { names: ['金额', '金额(元)', 'amount_yuan'], cell: sum },
  fen: { names: ['amount', '金额(分)'], cell: fen },
  shop: { names: ['门店', 'shop_id'], cell: label },
  receipt: { names: ['小票号', 'pos_ref'], cell: label },
  note: { names: ['备注', '经手人'], cell: label },
  state: { names: ['交易状态', '支付状态', 'status'], cell: state },
  kind: { names: ['交易类型', '类型'], cell: kind },
  isRefund: { names: ['是否退款'], cell: fc.constantFrom('是', '否', '', '?') },
  refund: { names: ['退款金额'], cell: fc.constantFrom('', '0.00', '12.80', 'x') },
} as const

type Column = { readonly name: string; readonly cell: fc.Arbitrary<string> }

const columns: fc.Arbitrary<readonly Column[]> = fc
  .tuple(
    fc.constantFrom('商户服务订单号', 'out_order_no', '订单号'),
    fc.constantFrom('收款成功时间', 'paid_time', '付款时间'),
    fc.subarray(
      Object.values(COLUMNS).map(({ names, cell }) => ({ names: names as readonly string[], cell })),
      { maxLength: 5 },
    ),
    fc.nat(10),
  )
  .chain(([numbered, timed, more, turn]) =>
    fc.shuffledSubarray(
      [
        { name: numbered, cell: number },
        { name: timed, cell: time },
        ...more.map(({ names, cell }) => ({ name: names[turn % names.length] ?? '', cell })),
      ],
      { minLength: more.length + 2, maxLength: more.length + 2 },
    ),
  )

const TITLES = [
  '门店线下收款明细;2026-11-24;福田',
  '导出人:张三\t时间\t10:30',
  'sep=,',
  '',
  '共 3 笔, 合计 38.40 元',
  '"标题',
]

/** How a field is written: as RFC 4180 has it, with blanks around its quotes, or as a till writes it that has not read it. */
const written = (text: string, delimiter: string, how: number): string => {
  const mustQuote = text.includes(delimiter) || /["\n\r]/.test(text)
  if (how === 9) return text.replaceAll(/[\n\r]/g, ' ')
  const quoted = `"${text.replaceAll('"', '""')}"`
  if (mustQuote || how === 1) return how === 2 && delimiter !== '\t' ? ` ${quoted} ` : quoted
  return text
}

export type Generated = { readonly bytes: Buffer; readonly what: string }

/** Bytes that break in wherever they like. */
const BREAKS = ['"', '""', ',', ';', '\t', '|', '\n', '\r', '\0', '\ufeff', 'x', '\n"', '",', '12'].map((text) =>
  Buffer.from(text),
)
const RAW = [0x80, 0xff, 0xfe, 0xe9, 0x81, 0x30].map((byte) => Buffer.from([byte]))

export const list: fc.Arbitrary<Generated> = columns.chain((cols) =>
  fc
    .record({
      delimiter: fc.constantFrom(',', ',', ',', '\t', ';', '|', ','),
      eol: fc.constantFrom('\n', '\r\n', '\r'),
      encoding: fc.constantFrom('utf-8', 'utf-8', 'utf-8 marked', 'utf-16le', 'utf-16be', 'utf-16le bare', 'gb18030'),
      titles: fc.array(fc.constantFrom(...TITLES), { maxLength: 4 }),
      rows: fc.array(
        fc.tuple(
          fc.tuple(...cols.map(({ cell }) => cell)),
          fc.array(fc.nat(9), { minLength: 12, maxLength: 12 }),
          fc.nat(39),
        ),
        { maxLength: 14 },
      ),
      tail: fc.constantFrom('', '', ',', ',,'),
      sumLine: fc.option(fc.constantFrom('合计', '总计:', '共 12 笔', '小计')),
      isEnded: fc.boolean(),
      breaks: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        {
          weight: 2,
          arbitrary: fc.array(fc.tuple(fc.nat(2000), fc.constantFrom(...BREAKS, ...RAW)), { maxLength: 4 }),
        },
      ),
    })
    .map(({ delimiter, eol, encoding, titles, rows, tail, sumLine, isEnded, breaks }): Generated => {
      const head = cols.map(({ name }) => name).join(delimiter)
      const extra = tail.replaceAll(',', delimiter)
      const body = rows.map(([cells, how, odd]) => {
        if (odd === 0) return head
        if (odd === 1) return ''
        const line = cells.map((cell, at) => written(cell, delimiter, how[at] ?? 0)).join(delimiter)
        if (odd === 2) return line.slice(0, Math.max(0, line.lastIndexOf(delimiter)))
        return (odd === 3 ? `${line}${delimiter}x` : line) + extra
      })
      const end = sumLine === null ? [] : [cols.map((_, at) => (at === 0 ? sumLine : '')).join(delimiter)]
      const text = [...titles, head, ...body, ...end].join('\n').replaceAll('\n', eol) + (isEnded ? eol : '')
      let bytes = encoded(text, encoding)
      for (const [at, more] of breaks) {
        const place = bytes.length === 0 ? 0 : at % bytes.length
        bytes = Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)])
      }
      return { bytes, what: `${encoding} ${JSON.stringify(delimiter)} ${JSON.stringify(eol)} ${JSON.stringify(text)}` }
    }),
)

const encoded = (text: string, encoding: string): Buffer => {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text)
    case 'utf-8 marked':
      return Buffer.from(`\ufeff${text}`)
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le')
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
    case 'utf-16le bare':
      return Buffer.from(text, 'utf16le')
    default:
      return gb18030(text)
  }
}

/** The two bytes of each Chinese character that these lists have, found by decoding all there are. */
const GB = new Map<string, Buffer>()
for (let first = 0x81; first <= 0xfe; first += 1)
  for (let second = 0x40; second <= 0xfe; second += 1) {
    const bytes = Buffer.from([first, second])
    const text = new TextDecoder('gb18030').decode(bytes)
    if (text.length === 1 && text !== '\ufffd') GB.set(text, bytes)
  }
const gb18030 = (text: string): Buffer =>
  Buffer.concat(
    [...text].map((character) =>
      character < '\x80' ? Buffer.from(character) : (GB.get(character) ?? Buffer.from('?')),
    ),
  )

/** Anything at all, and what looks like a list for a while. */
export const anyBytes: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.constantFrom('', '订单号,付款时间\n', 'out_order_no;paid_time;备注\r\n'),
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom('"', ',', '\n', '\r', 'A1,20261124', '\0', ';'), { maxLength: 30 }),
  )
  .map(([head, raw, tokens]) => Buffer.concat([Buffer.from(head + tokens.join('')), raw]))
