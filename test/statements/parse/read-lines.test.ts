import { describe, expect, it } from 'vitest'
import { readFirstPass } from '../../../lib/statements/first-pass.ts'
import { all, readingOf, told } from './reading.ts'

/** A list that was read to its end: its lines, and what stands beside them. */
const read = async (text: string, format: 'csv' | 'jsonl' = 'csv') => {
  const reading = await readingOf(text, format)
  const lines = (await all(reading.lines)).flat().map(told)
  return { lines, beside: reading.beside(), notes: reading.notes().map(({ en }) => en), sums: reading.titleSums() }
}

describe('what stands beside the lines of a list', () => {
  it('is counted, so that they are all lines of its file', async () => {
    const { lines, beside } = await read(
      '标题\n\n共 3 笔\n订单号,付款时间,备注\nA1,20261124,"a\nb"\n\n , ,\n订单号,付款时间,备注\nA2,20261124,\n合计,,\n',
    )

    expect(lines).toEqual(['5 A1 20261124', '10 A2 20261124', '11: {}'])
    expect(beside).toEqual({ titles: 2, headers: 2, blank: 3, continued: 1 })
  })

  it('may be a header of several lines', async () => {
    const { lines, beside } = await read('"订单号\n(必填)",付款时间\nA1,20261124\n')

    expect(lines).toEqual(['3 A1 20261124'])
    expect(beside).toEqual({ titles: 0, headers: 1, blank: 0, continued: 1 })
  })

  it('may be a header in the middle that has its columns in another order', async () => {
    const { lines } = await read('订单号,付款时间\nA1,20261124\n付款时间,门店,订单号\n20261125,福田店,A2\n')

    expect(lines).toEqual(['2 A1 20261124', '4 A2 20261125 {"shop_id":"福田店"}'])
  })

  it('may be the till’s own sums above its header', async () => {
    const { sums } = await read('合计 3 笔,38.40 元\n合计\t25.60\n订单号;付款时间\n')

    expect(sums).toEqual([{ count: 3, amount: 3840 }, { amount: 2560 }])
  })
})

describe('the delimiter of a list', () => {
  it.each([
    [',', '标题;a;b;c;d;e\n'],
    [';', '标题,a,b,c,d,e\n'],
    ['\t', '标题;a,b\n'],
    ['|', 'sep=,\n'],
    [',', '标题,a,b,c\n'],
  ])('is that of its header, whatever its titles have: %j', async (delimiter, title) => {
    const line = (...fields: readonly string[]) => `${fields.join(delimiter)}\n`

    expect((await read(title + line('订单号', '付款时间', '门店') + line('A1', '20261124', '福田店'))).lines).toEqual([
      '3 A1 20261124 {"shop_id":"福田店"}',
    ])
  })
})

describe('a column that is not read', () => {
  const STATE = (names: string) =>
    `not read: ${names}, which looks as if it told whether a payment was made; if it does, name it trade_state (state) or trade_type (kind)`
  const AMOUNT = (names: string) =>
    `no amount was read, so no sum was compared: ${names} looks like one; name it amount_yuan`

  it.each([
    ['审核状态', 'ok', [STATE('审核状态')]],
    ['支付类型2', 'ok', [STATE('支付类型2')]],
    ['my_status', 'ok', [STATE('my_status')]],
    ['标志', '已退款', [STATE('标志')]],
    ['应收', '', [AMOUNT('应收')]],
    ['total_price', '', [AMOUNT('total_price')]],
    ['值', '12.80', [AMOUNT('值')]],
    ['备注', '谢谢', []],
    ['手机号', '13800000000', []],
  ])('is named where it looks like a state or a sum: %s with %j', async (name, value, notes) => {
    expect((await read(`订单号,付款时间,${name}\nA1,20261124,${value}\n`)).notes).toEqual(notes)
  })

  it('does not look like a sum where another is read', async () => {
    expect((await read('订单号,付款时间,应收,金额\nA1,20261124,12.80,12.80\n')).notes).toEqual([])
  })

  it('may be a member of a JSON object', async () => {
    const { notes } = await read('{"out_order_no":"A1","paid_time":"20261124","refund_flag":1,"price":5}\n', 'jsonl')

    expect(notes).toEqual([STATE('refund_flag'), AMOUNT('price')])
  })
})

it('what must be known beforehand is known of a whole list: numbers that go back, and those that have become one', async () => {
  const foreseen = await readFirstPass(
    await readingOf(
      '订单号,付款时间,类型\nA1,20261124,收款\nA1,20261124,退款\nA2,20261124,预授权\n1.2E+19,20261124,收款\n1.2E+19,20261124,收款\n1.3E+19,20261124,收款\n',
    ),
  )

  expect(foreseen).toEqual({ lines: 6, undone: new Map([['1900000109#A1', 3]]), collapsed: new Map([['1.2E+19', 2]]) })
})
