import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { Row } from '../../lib/ledger/row.ts'
import { MERCHANT } from '../../lib/local/local-merchants.ts'
import { startWorld } from '../../lib/local/world.ts'
import type { ReportData } from '../support/statement-deps.ts'
import { xlsxOf } from '../support/xlsx.ts'

const { mchid } = MERCHANT

const world = await startWorld({ merchants: [MERCHANT] })
afterAll(() => world.close())

/** Puts a list into the bucket of the whole service, and gives its report: each line's class and what it says. */
const report = async (name: string, bytes: string | Buffer) => {
  world.objects.put(`statements/${mchid}/${name}`, bytes)
  await world.idle()
  const text = world.objects.stored.get(`reports/${mchid}/${name}.json`)?.body.toString()
  if (text === undefined) throw new Error('no report')
  const { entries, summary }: ReportData = JSON.parse(text) // our own report
  const html = world.objects.stored.get(`reports/${mchid}/${name}.html`)?.body.toString() ?? ''
  const lines = entries.filter((entry) => entry.class !== 'ledger_only')
  return { summary, html, lines, classes: lines.map((entry) => [entry.line, entry.class, entry.out_order_no]) }
}
const booked = async (prefix: string) =>
  (await world.table.rows())
    .map((row) => row as unknown as Row) // only transitions write here
    .map(({ call, expected_amount }) => [call.out_order_no, call.paid_time, expected_amount] as const)
    .filter(([number]) => number.startsWith(prefix))
    .toSorted()

const list = (header: string, ...lines: readonly string[]) => `${[header, ...lines].join('\n')}\n`

describe('a list that is put into the bucket', () => {
  it('loses no line to a stray quote', async () => {
    const { classes, summary } = await report(
      'q1.csv',
      list('订单号,付款时间,小票号', 'QA1,20261124103000,7" x', 'QA2,20261124103000,b', 'QA3,20261124103000,5" y'),
    )

    expect(classes).toEqual([
      [2, 'pending', 'QA1'],
      [3, 'pending', 'QA2'],
      [4, 'pending', 'QA3'],
    ])
    expect(summary.file).toEqual({ lines: 4, titles: 0, headers: 1, blank: 0, continued: 0, unaccounted: 0 })
  })

  it('loses one line alone to a quote that does not end, and books nothing of a record that is in doubt', async () => {
    const one = await report('q2.csv', list('订单号,付款时间,小票号', 'QB1,20261124103000,"x', 'QB2,20261124103000,y'))
    const three = await report(
      'q3.csv',
      list('订单号,付款时间,小票号', 'QC1,20261124103000,"x', 'QC2,20261124103000,y', 'QC3,20261124103000,z"'),
    )

    expect(one.classes.map(([, name]) => name)).toEqual(['malformed', 'pending'])
    expect(three.classes.map(([, name]) => name)).toEqual(['malformed', 'malformed', 'malformed'])
    expect(await booked('QB')).toEqual([['QB2', '20261124103000', undefined]])
    expect(await booked('QC')).toEqual([])
  })

  it.each([
    ['交易状态', '支付失败', 'not_paid'],
    ['支付状态', '待支付', 'not_paid'],
    ['交易类型', '退款', 'not_paid'],
    ['状态', '已撤销', 'not_paid'],
    ['类型', '冲正', 'not_paid'],
    ['订单状态', '已关闭', 'not_paid'],
    ['退款状态', 'PROCESSING', 'not_paid'],
    ['是否退款', '是', 'not_paid'],
    ['退款金额', '12.80', 'not_paid'],
    ['退款单号', '5030001', 'not_paid'],
    ['trade_state', 'REFUND', 'not_paid'],
    ['status', 'pre-auth', 'not_paid'],
    ['金额(元)', '-12.80', 'not_paid'],
    ['金额(元)', '(12.80)', 'not_paid'],
    ['交易状态', '奇怪', 'malformed'],
    ['交易状态', '', 'malformed'],
    ['交易类型', '积分', 'malformed'],
    ['退款金额', 'x', 'malformed'],
    ['金额(元)', '0', 'malformed'],
    ['交易状态', '支付成功', 'pending'],
    ['支付状态', '已支付', 'pending'],
    ['状态', 'SUCCESS', 'pending'],
    ['类型', '消费', 'pending'],
    ['交易类型', 'JSAPI', 'pending'],
    ['是否退款', '否', 'pending'],
    ['退款金额', '0.00', 'pending'],
    ['退款状态', '', 'pending'],
    ['退款单号', '', 'pending'],
  ])('with %s %j is %s', async (column, value, name) => {
    const number = `S${Buffer.from(column + value)
      .toString('hex')
      .slice(-24)}`
    const { classes } = await report(
      'state.csv',
      list(`订单号,付款时间,${column}`, `${number},20261124103000,${value}`),
    )

    expect(classes).toEqual([[2, name, number]])
    expect((await booked(number)).length).toBe(name === 'pending' ? 1 : 0)
  })

  it('names a column that looks like a state, a kind or a sum under another name', async () => {
    const { summary, html } = await report(
      'looks.csv',
      list('订单号,付款时间,审核状态,标志,应收', 'LK1,20261124103000,ok,已退款,12.80'),
    )

    expect(summary.notes.map(({ zh }) => zh)).toEqual([
      '未读取“审核状态”、“标志”列,其内容像是支付状态或交易类型;如确实是,请将列名改为“交易状态”或“交易类型”',
      '未读取到金额,因此未核对金额;“应收”列像是金额,请将列名改为“金额(元)”',
    ])
    for (const { zh } of summary.notes) expect(html).toContain(`<p class="note">${zh}`)
  })

  it('books nothing of a line with more or fewer fields than its header, and says how many', async () => {
    const { lines } = await report(
      'width.csv',
      list(
        '付款时间,备注,小票号,订单号,金额',
        '20261124103000,a,b,S123,WA1,12.80',
        '20261124103000,,S1,WA2,1,288.00',
        '20261124103000,,S1,WA3',
        '20261124103000,"a,b",S1,WA4,"1,288.00"',
      ),
    )

    expect(lines.map((entry) => [entry.class, Object(entry.problem).zh])).toEqual([
      ['malformed', '该行有 6 个字段,表头为 5 个;字段内含分隔符时须加引号'],
      ['malformed', '该行有 6 个字段,表头为 5 个;字段内含分隔符时须加引号'],
      ['malformed', '该行有 4 个字段,表头为 5 个;字段内含分隔符时须加引号'],
      ['pending', undefined],
    ])
    expect(await booked('WA')).toEqual([['WA4', '20261124103000', 128_800]])
    expect(await booked('S123')).toEqual([])
  })

  it('lets the first of two lines of an order stand, also where they are far apart', async () => {
    const between = Array.from({ length: 250 }, (_, i) => `RB${i},20261124103000,1.00`)
    const { lines, summary } = await report(
      'repeated.csv',
      list(
        '订单号,付款时间,金额',
        ...[
          'RA1,20261124100000,12.80',
          'RA1,20261124100000,99.00',
          ...between,
          'RA1,20261124090000,12.80',
          'RA1,20261124100000,12.80',
        ],
      ),
    )

    expect(await booked('RA')).toEqual([['RA1', '20261124100000', 1280]])
    expect(
      lines
        .filter((entry) => entry.out_order_no === 'RA1')
        .map((entry) => [entry.class, entry.amount, Object(entry.problem).zh]),
    ).toEqual([
      ['pending', 1280, undefined],
      ['repeated_differs', 9900, '该订单号已在第 2 行出现,但金额不同;以第 2 行为准,本行未登记,请核对两张小票'],
      ['repeated_differs', 1280, '该订单号已在第 2 行出现,但收款时间不同;以第 2 行为准,本行未登记,请核对两张小票'],
      ['repeated', 1280, undefined],
    ])
    expect(summary.classes.repeated_differs).toEqual({ lines: 2, amount: 0, person: 2 })
  })

  it('does not book a payment that another of its lines takes back', async () => {
    const { lines } = await report(
      'undone.csv',
      list(
        '订单号,付款时间,金额,交易类型',
        ...['UA1,20261124100000,12.80,收款', 'UA2,20261124100000,12.80,收款', 'UA1,20261124110000,-12.80,退款'],
        ...['UA3,20261124100000,12.80,支付失败', 'UA3,20261124100100,12.80,收款'],
      ),
    )

    expect(lines.map((entry) => [entry.class, entry.needs_person])).toEqual([
      ['not_paid', true],
      ['pending', false],
      ['not_paid', false],
      ['not_paid', false],
      ['pending', false],
    ])
    expect(await booked('UA')).toEqual([
      ['UA2', '20261124100000', 1280],
      ['UA3', '20261124100100', 1280],
    ])
  })

  it('believes no number that a spreadsheet has rounded, and says how many have become one', async () => {
    const { lines, summary } = await report(
      'rounded.csv',
      list(
        '订单号,付款时间',
        ...[
          '20251124000123400000',
          '1.2E+19',
          '123456.0',
          '20251124000123400000',
          '1E10',
          '0012',
          '20251124000123456789',
        ].map((number) => `${number},20261124103000`),
      ),
    )

    expect(lines.map((entry) => entry.class)).toEqual([...Array(4).fill('malformed'), 'pending', 'pending', 'pending'])
    expect(Object(lines[0]?.problem).zh).toBe(
      '本明细有 2 行的订单号都成了 20251124000123400000:表格软件把多个订单号舍入成了同一个;请将该列设为文本格式后重新导出',
    )
    expect(summary.notes).toEqual([lines[0]?.problem])
  })

  it.each([
    ['in the number’s column', '合计,,25.60,'],
    ['in the time’s column', ',总计:,25.60,'],
    ['in another column', ',,25.60,小计'],
    ['with a count alone', '共 2 笔,,,'],
    ['with everything in one cell', '"合计 2 笔,25.60 元",,,'],
    ['with other fields than its header', '合计,2笔,25.60'],
    ['in English', 'Total,,25.60,'],
  ])('has the till’s own sum, which is right: %s', async (_, sum) => {
    const { classes, summary } = await report(
      'sum.csv',
      list('订单号,付款时间,金额,备注', 'TA1,20261124103000,12.80,', 'TA2,20261124103000,12.80,合计', sum),
    )

    expect(classes.map(([, name]) => name)).toEqual(['pending', 'pending', 'till_sum'])
    expect(summary).toMatchObject({ needs_person: 0, amount: 2560, notes: [] })
  })

  it('says on top where the till’s own sum is another', async () => {
    const { summary, html } = await report(
      'sums.csv',
      list(
        '订单号,付款时间,金额',
        'TB1,20261124103000,12.80',
        '小计,,12.80',
        'TB2,20261124103000,12.80',
        '合计,,38.40',
        '共 3 笔,,',
      ),
    )

    expect(summary.notes.map(({ zh }) => zh)).toEqual([
      '收银系统合计 ¥38.40,与以上各行不符:各行收款合计 ¥25.60',
      '收银系统合计 3 笔,与以上各行不符:各行收款合计 2 笔',
    ])
    expect(html).toContain('收银系统合计 ¥38.40,与以上各行不符')
    expect(summary.classes).toMatchObject({ till_sum: { lines: 3, amount: 0, person: 2 }, malformed: { lines: 0 } })
  })

  it.each([
    ['2026-11-24 10:30:00.123', '12.8000', '20261124103000', 1280],
    ['2026/11/24 上午 10:30:00', '¥12.80', '20261124103000', 1280],
    ['2026/11/24 10:30:00 AM', '12.80元', '20261124103000', 1280],
    ['2026-11-24 下午3:05', '1288.0', '20261124150500', 128_800],
    ['2026-11-24 09:30:00', '`12.80', '20261124093000', 1280],
    ["'2026-11-24 09:30:00", 'RMB 12.80', '20261124093000', 1280],
    ['\t20261124093000', '+12.80', '20261124093000', 1280],
    ['2026年11月24日 9时05分07秒', 'CNY12.80', '20261124090507', 1280],
    ['2026-11-24T09:30:00+0800', '12.80', '20261124093000', 1280],
    ['20261124 093000', '12', '20261124093000', 1200],
    ['2026/11/24 星期二 09:30', '12.8', '20261124093000', 1280],
    ['2026-11-24 凌晨0:05', '12.8', '20261124000500', 1280],
  ])('tells a time as %j and a sum as %j', async (time, sum, paid_time, amount) => {
    const number = `F${Buffer.from(time + sum)
      .toString('hex')
      .slice(0, 28)}`
    await report('forms.csv', list('订单号;付款时间;金额', `\`${number};${time};${sum}`))

    expect(await booked(number)).toEqual([[number, paid_time, amount]])
  })

  it('may have titles whose delimiters are others, blanks around quotes, a mark of its delimiter and headers between pages', async () => {
    const { classes, summary } = await report(
      'pages.csv',
      'sep=,\n门店;线下;收款;明细\n\n订单号,付款时间,备注\nPA1, "20261124103000" , "a, b" \n订单号,付款时间,备注\nPA2,20261124103000,\n',
    )

    expect(classes).toEqual([
      [5, 'pending', 'PA1'],
      [7, 'pending', 'PA2'],
    ])
    expect(summary.file).toEqual({ lines: 7, titles: 2, headers: 2, blank: 1, continued: 0, unaccounted: 0 })
  })

  it.each([
    ['z1.csv.gz', gzipSync(list('订单号,付款时间', 'Z1,20261124103000'))],
    ['z2.csv', gzipSync(list('订单号,付款时间', 'Z2,20261124103000'))],
    ['z3.csv.gz', Buffer.from(list('订单号,付款时间', 'Z3,20261124103000'))],
    ['z4.csv.gz', gzipSync(gzipSync(list('订单号,付款时间', 'Z4,20261124103000')))],
    [
      'z5.xlsx',
      xlsxOf({
        rows: [
          ['订单号', '付款时间'],
          ['Z5', '20261124103000'],
        ],
      }),
    ],
    [
      'z6.csv',
      xlsxOf({
        rows: [
          ['订单号', '付款时间'],
          ['Z6', '20261124103000'],
        ],
      }),
    ],
    ['z7.xls', Buffer.from(list('订单号\t付款时间', 'Z7\t20261124103000'))],
    ['z8.txt', Buffer.from(list('订单号|付款时间', 'Z8|20261124103000'))],
    ['z9', Buffer.from('{"out_order_no":"Z9","paid_time":"20261124103000"}\n')],
  ])('is read by what it is, whatever its name says: %s', async (name, bytes) => {
    const { classes } = await report(name, bytes)

    expect(classes.map(([, kind, number]) => [kind, number])).toEqual([['pending', `Z${name[1]}`]])
  })

  it.each(['old.xls', 'list.pdf', 'list.docx'])(
    'of another form is refused with a report that says how to save it: %s',
    async (name) => {
      const { summary, html } = await report(
        name,
        Buffer.from(name === 'list.pdf' ? '%PDF-1.7' : '\xd0\xcf\x11\xe0', 'latin1'),
      )

      expect(summary).toMatchObject({
        lines: 0,
        refused: { zh: expect.stringContaining('另存为“CSV UTF-8(逗号分隔)”或 .xlsx') },
      })
      expect(html).toContain('另存为“CSV UTF-8(逗号分隔)”或 .xlsx')
    },
  )

  it('has a report of its own beside one of another form', async () => {
    await report('own.csv', list('订单号,付款时间', 'OW1,20261124103000'))
    const { classes } = await report('own.jsonl', '{"out_order_no":"OW2","paid_time":"20261124103000"}\n')

    expect(classes).toEqual([[1, 'pending', 'OW2']])
    expect(
      JSON.parse(world.objects.stored.get(`reports/${mchid}/own.csv.json`)?.body.toString() ?? '').entries[0]
        .out_order_no,
    ).toBe('OW1')
  })

  it('may be JSON Lines, whose members of state are read as columns are', async () => {
    const { classes } = await report(
      'state.jsonl',
      [
        { out_order_no: 'J1', paid_time: '20261124103000', trade_state: 'SUCCESS' },
        { out_order_no: 'J2', paid_time: '20261124103000', trade_state: 'REFUND' },
        { out_order_no: 'J3', paid_time: '20261124103000', trade_state: 'ODD' },
        { out_order_no: 'J4', paid_time: '20261124103000', amount: -1280 },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    )

    expect(classes.map(([, name]) => name)).toEqual(['pending', 'not_paid', 'malformed', 'not_paid'])
  })
})

it('an empty object that the console makes for a folder is no list: it has no report, and rings no alarm', async () => {
  const invocation = await world.lambdas.statement.invoke({
    source: 'aws.s3',
    detail: { object: { key: `statements/${mchid}/` } },
  })

  expect(JSON.stringify(invocation)).not.toContain('statement_refused')
  expect([...world.objects.stored.keys()].filter((key) => key.startsWith('reports/') && key.includes('/.'))).toEqual([])
})
