import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html } from '../../lib/report/markup.ts'
import { count, yuan } from '../../lib/report/money.ts'
import { csvHeader, csvRow } from '../../lib/report/report-csv.ts'

const cellsOf = (row: string): readonly string[] => parse(row, { relax_quotes: false })[0] ?? []
const shopCell = (shop_id: string): string =>
  cellsOf(csvRow({ class: 'pending', out_order_no: 'A', shop_id, needs_person: false, is_open: true }))[7] ?? ''

describe('the CSV of a report', () => {
  it('names its columns in Chinese and English', () => {
    expect(csvHeader().split(',').slice(0, 5)).toEqual([
      '行号 line',
      '分类 class',
      'class_en',
      '商户服务订单号 out_order_no',
      '收款成功时间 paid_time',
    ])
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
      '7,疑似重复支付,charged_twice,SP1,2026-11-24 09:30:00,,12.8,"福田店, 一楼 ""A""",,,是 yes,,,,,,,,,12.8,`4200000446202611247000000001,false\r\n',
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

  it.each(['123456789012', '0012', '1e5', '1.5E10'])('keeps a spreadsheet from rounding %s', (text) => {
    expect(shopCell(text)).toBe(`\`${text}`)
  })

  it.each(['福田店', 'A-1', 'R-1', '12345', 'a=b', '1+1'])('leaves %s as it is', (text) => {
    expect(shopCell(text)).toBe(text)
  })

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
