import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { count, yuan } from '../../../lib/money.ts'
import { html } from '../../../lib/statements/report/markup.ts'
import { CSV_BEGIN, csvHeader, csvRow } from '../../../lib/statements/report/report-csv.ts'
import { NOW } from '../../support/orders.ts'

const cellsOf = (row: string): readonly string[] => parse(row, { relax_quotes: false })[0] ?? []
const shopCell = (shop_id: string): string =>
  cellsOf(csvRow({ class: 'pending', out_order_no: 'A', shop_id, needs_person: false, is_open: true }))[7] ?? ''

describe('the CSV of a report', () => {
  it('names its columns in Chinese and English', () => {
    expect(CSV_BEGIN + csvHeader()).toBe(
      '\ufeff行号 line,分类 class,class_en,商户服务订单号 out_order_no,收款成功时间 paid_time,台账收款时间 ledger_paid_time,' +
        '金额(元) amount_yuan,门店 shop_id,收银员 cashier_id,小票号 pos_ref,需人工处理 needs_person,含义 meaning_zh,' +
        '下一步 next_step_zh,meaning,next_step,状态 state,已核实 confirmed,入账时间 in_ledger_since,同步时间 synced_at,' +
        '已扣金额(元) charged_yuan,微信支付订单号 transaction_id,重复支付已处理 settled,计入合计(元) counted_yuan,通知金额(元) ledger_amount_yuan,特约商户号 sub_mchid\r\n',
    )
  })

  it('tells all of an order', () => {
    const row = csvRow({
      class: 'paid_time_differs',
      line: 8,
      out_order_no: 'SP2',
      paid_time: '20261124093000',
      ledger_paid_time: '20261124',
      amount: 0,
      shop_id: '福田店',
      cashier_id: 'C1',
      pos_ref: 'R-1',
      state: 'SYNCED',
      confirmed: true,
      since: NOW,
      synced_at: NOW + 1000,
      advice: {
        turn: 'service',
        en: { meaning: 'WeChat Pay proved it', next: 'Nothing.' },
        zh: { meaning: '已核实', next: '无需处理。' },
      },
      needs_person: false,
      is_open: false,
    })

    expect(row).toBe(
      '8,收款时间不一致,paid_time_differs,SP2,2026-11-24 09:30:00,2026-11-24,0,福田店,C1,R-1,否 no,已核实,无需处理。,' +
        'WeChat Pay proved it,Nothing.,SYNCED,true,2026-11-24 10:30:00,2026-11-24 10:30:01,,,,0,,\r\n',
    )
  })

  it('tells what is wrong with a malformed line, and what the list lacks', () => {
    const problem = { en: 'is not JSON', zh: '不是有效的 JSON' }

    expect(
      csvRow({ class: 'malformed', line: 9, out_order_no: 'x', problem, needs_person: true, is_open: false }),
    ).toBe('9,格式错误,malformed,x,,,,,,,是 yes,不是有效的 JSON,,is not JSON,,,,,,,,,,,\r\n')
    expect(csvRow({ class: 'ledger_only', out_order_no: 'y', needs_person: false, is_open: false })).toBe(
      ',台账有、明细无,ledger_only,y,,,,,,,否 no,,,,,,,,,,,,,,\r\n',
    )
  })

  it('tells a line', () => {
    const row = csvRow({
      class: 'charged_twice',
      line: 7,
      out_order_no: 'SP1',
      paid_time: '20261124093000',
      amount: 1280,
      shop_id: '福田店, 一楼 "A"',
      charged: 1280,
      transaction_id: '4200000446202611247000000001',
      settled: false,
      needs_person: true,
      is_open: true,
    })

    expect(row).toBe(
      '7,疑似重复支付,charged_twice,SP1,2026-11-24 09:30:00,,12.8,"福田店, 一楼 ""A""",,,是 yes,,,,,,,,,12.8,`4200000446202611247000000001,false,12.8,,\r\n',
    )
  })

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '\r\n=1',
    '=1',
    '+1',
    '|cmd',
    '%0A=1',
    '\u200b=1',
    '=HYPERLINK("http://x","y")',
  ])('keeps a spreadsheet from computing %j', (text) => {
    expect(shopCell(text)).toBe(`\`${text}`)
  })

  it.each(['123456789012', '0012', '1e5', '12.55E10', ' 0012 ', ' 123456789012 ', ' 1e5 '])(
    'keeps a spreadsheet from rounding %s',
    (text) => {
      expect(shopCell(text)).toBe(`\`${text}`)
    },
  )

  it.each(['福田店', 'A-1', '12345', 'a=b', '1+1', 'x0012', '0012x', 'x1e5', '1e5x', '123456789012 ab', 'a\tb'])(
    'leaves %s as it is',
    (text) => {
      expect(shopCell(text)).toBe(text)
    },
  )

  it('gives back any text, and never a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cell = shopCell(text)

        expect(cell === text || cell === `\`${text}`).toBe(true)
        expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the markup of a report', () => {
  it('escapes every value', () => {
    expect(html`<b title="${'"\''}">${'<script>&'}</b>${undefined}${false}${[1, html`<i>`]}`.markup).toBe(
      '<b title="&quot;&#39;">&lt;script&gt;&amp;</b>1<i>',
    )
  })

  it('shows what would turn or hide text', () => {
    expect(html`${'A\u202e21\u0000\u200b'}`.markup).toBe('A\ufffd21\ufffd\ufffd')
  })
})

describe('money', () => {
  it.each([
    [0, '0.00'],
    [7, '0.07'],
    [1280, '12.80'],
    [123_456_789, '1,234,567.89'],
    [100_000_000_00, '100,000,000.00'],
  ])('of %i fen is %s yuan', (fen, text) => {
    expect(yuan(fen)).toBe(text)
  })

  it('is counted by thousands', () => {
    expect([0, 999, 1000, 200_000].map(count)).toEqual(['0', '999', '1,000', '200,000'])
  })
})
