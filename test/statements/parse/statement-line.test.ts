import { describe, expect, it } from 'vitest'
import { statementOf, told } from './reading.ts'

const HEADER = 'out_order_no,paid_time,amount_yuan,shop_id,cashier_id,pos_ref'

/** Fields that are left out at the end are empty ones. */
const oneOf = async (fields: string, header = HEADER) => {
  const given = fields.replaceAll(/"[^"]*"/g, '').split(',').length
  const [line] = await statementOf(`${header}\n${fields}${','.repeat(Math.max(0, header.split(',').length - given))}\n`)
  return told(line)
}

describe('a line of a statement', () => {
  it.each([
    ['A-1|*_z,20261124093000', '2 A-1|*_z 20261124093000'],
    ['A1,2026-11-24T09:30:00+08:00', '2 A1 20261124093000'],
    ['A1,2026-11-24T01:30:00Z', '2 A1 20261124093000'],
    ['A1,2026-11-24 09:30:00', '2 A1 20261124093000'],
    ['A1,2026/11/24 9:30', '2 A1 20261124093000'],
    ['A1,2026年11月4日 9:30:07', '2 A1 20261104093007'],
    ['A1,2026.1.4', '2 A1 20260104'],
    ['A1,20261124', '2 A1 20261124'],
    ['="0012",2026/11/24 09:30', '2 0012 20261124093000'],
    ["'0012 ,2026/11/24 09:30", '2 0012 20261124093000'],
    ['A1,20261124093000,12.8', '2 A1 20261124093000 1280'],
    ['A1,20261124093000,"¥1,234.50"', '2 A1 20261124093000 123450'],
    ['A1,20261124093000,0.07元', '2 A1 20261124093000 7'],
    ['A1,2026-1-4 9:30', '2 A1 20260104093000'],
    ['A1,2026-11-24T9:30:00', '2 A1 20261124093000'],
    ['  A1 , 20261124093000 ', '2 A1 20261124093000'],
    ['" =""0012"" ",20261124093000', '2 0012 20261124093000'],
    ['A1,20261124093000,"1,234,567"', '2 A1 20261124093000 123456700'],
    ['A1,20261124093000,"12,345.6"', '2 A1 20261124093000 1234560'],
    ['A1,20261124093000,¥12', '2 A1 20261124093000 1200'],
    ['A1,20261124093000,¥12', '2 A1 20261124093000 1200'],
    ["A1,20261124093000,,店'1", '2 A1 20261124093000 {"shop_id":"店\'1"}'],
    ['A1,20261124093000,,x="1"', '2 A1 20261124093000 {"shop_id":"x=\\"1\\""}'],
    ['A1,20261124093000,,福田店,C1,R-1', '2 A1 20261124093000 {"shop_id":"福田店","cashier_id":"C1","pos_ref":"R-1"}'],
  ])('%s is understood', async (fields, payment) => {
    expect(await oneOf(fields)).toBe(payment)
  })

  it.each([
    [',20261124093000', '2: out_order_no: is missing'],
    ['订单1,20261124093000', '2: out_order_no: must be 1 to 32 of 0-9 A-Z a-z _ - | *'],
    [`${'A'.repeat(33)},20261124093000`, '2: out_order_no: must be 1 to 32 of 0-9 A-Z a-z _ - | *'],
    [
      '1.23457E+14,20261124093000',
      '2: out_order_no: a spreadsheet has rounded this number; format the column as text and export it again',
    ],
    ['A1,', '2: paid_time: is missing'],
    [
      'A1,2026/11/31 09:30',
      '2: paid_time: must be a real time, yyyyMMddHHmmss or yyyyMMdd in China time or RFC 3339, and no more than 24 hours ahead',
    ],
    [
      '1E+14,20261124093000',
      '2: out_order_no: a spreadsheet has rounded this number; format the column as text and export it again',
    ],
    ['x1E+14,20261124093000', '2: out_order_no: must be 1 to 32 of 0-9 A-Z a-z _ - | *'],
    ['1E+14x,20261124093000', '2: out_order_no: must be 1 to 32 of 0-9 A-Z a-z _ - | *'],
    [
      'A1,x2026-11-24 09:30',
      '2: paid_time: must be a real time, yyyyMMddHHmmss or yyyyMMdd in China time or RFC 3339, and no more than 24 hours ahead',
    ],
    [
      'A1,2026-11-24 09:30x',
      '2: paid_time: must be a real time, yyyyMMddHHmmss or yyyyMMdd in China time or RFC 3339, and no more than 24 hours ahead',
    ],
    ['A1,20261124093000,"1,23"', '2: amount: must be yuan with at most two decimals'],
    ['A1,20261124093000,"1234,567"', '2: amount: must be yuan with at most two decimals'],
    ['A1,20261124093000,x12', '2: amount: must be yuan with at most two decimals'],
    ['A1,20261124093000,12.345', '2: amount: must be yuan with at most two decimals'],
    ['A1,20261124093000,0', '2: amount: must be at least 1 fen'],
    [`A1,20261124093000,1,${'x'.repeat(65)}`, '2: shop_id: must be 1 to 64 printable characters'],
    ['A1,20261124093000,1,\ufffd店', '2: holds broken characters'],
  ])('%s is malformed', async (fields, reason) => {
    expect(await oneOf(fields)).toBe(reason)
  })

  it('takes the column amount for fen, as a notice does, and says so when it is not', async () => {
    expect(await oneOf('A1,20261124093000,1280', 'out_order_no,paid_time,amount')).toBe('2 A1 20261124093000 1280')
    expect(await oneOf('A1,20261124093000,12.80', 'out_order_no,paid_time,amount')).toBe(
      '2: amount: must be a whole number of fen; name the column amount_yuan where it is yuan',
    )
  })

  it('must name a service of the merchant', async () => {
    expect(await oneOf('A1,20261124093000,999', 'out_order_no,paid_time,service_id')).toBe(
      '2: service_id: is not a service of merchant 1900000109',
    )
  })

  it('may name an appid of its service, and no other', async () => {
    const [right] = await statementOf('out_order_no,paid_time,appid\nA1,20261124093000,wxd678efh567hg6787\n')

    expect(right).toMatchObject({ order: { call: { appid: 'wxd678efh567hg6787' } } })
    expect(await oneOf('A1,20261124093000,wx0000000000000000', 'out_order_no,paid_time,appid')).toBe(
      '2: appid: is not an appid of this service in merchants.json',
    )
  })

  it.each(['csv', 'jsonl'] as const)('has columns of its own that nobody reads: %s', async (format) => {
    const text = {
      csv: 'out_order_no,paid_time,备注,paid_amount\nA1,20261124093000,现金,1\n',
      jsonl: '{"out_order_no":"A1","paid_time":"20261124093000","备注":"现金","paid_amount":1}\n',
    }

    expect(await statementOf(text[format], format)).toMatchObject([{ order: { out_order_no: 'A1' } }])
  })

  it('says in Chinese what is wrong with each member', async () => {
    const lines = await statementOf(
      'out_order_no,paid_time,service_id,amount,shop_id,cashier_id,pos_ref\n' +
        '订,20261124093000,,,,,\nA,x,,,,,\nA,20261124093000,1,,,,\nA,20261124093000,,0,,,\nA,20261124093000,,,"a\nb",,\n' +
        'A,20261124093000,,,,"a\nb",\nA,20261124093000,,,,,"a\nb"\nA,20261124093000,,x,,,\nA,20261124093000,,,\ufffd,,\n' +
        '1.2E+14,20261124093000,,,,,\n',
    )
    const yuan = await statementOf('out_order_no,paid_time,金额\nA,20261124093000,x\n')
    const json = await statementOf(`{\n7\n{"out_order_no":"A","x":"${'x'.repeat(9000)}"}\n`, 'jsonl')

    expect([...lines, ...yuan, ...json].map((line) => ('problem' in line ? line.problem.zh : ''))).toEqual([
      '商户服务订单号须为1至32位数字、字母或 _ - | *',
      '收款成功时间无法识别,或晚于当前24小时以上',
      '服务ID缺失,或不属于该商户号',
      '金额须大于0',
      '门店编号须为1至64个可显示字符',
      '收银员编号须为1至64个可显示字符',
      '小票号须为1至64个可显示字符',
      '金额须为整数分;若单位为元,请将列名改为“金额(元)”',
      '含有乱码',
      '订单号已被表格软件舍入(只保留15位有效数字或科学计数);请将该列设为文本格式后重新导出',
      '金额须为元,最多两位小数',
      '不是有效的 JSON',
      '必须是 JSON 对象',
      '该行过长',
    ])
  })

  it('without an order number is shown whole, as far as it helps', async () => {
    const [line] = await statementOf('out_order_no,paid_time,shop_id\n,20261124, 福田店 \n')

    expect(line && 'problem' in line && line.text).toBe('20261124 福田店')
  })

  it('whose quotes do not fit together is shown without what cannot be seen', async () => {
    const lines = await statementOf('out_order_no,paid_time\nA1,"x\u0007\ty\n')

    expect(lines).toEqual([
      {
        kind: 'malformed',
        kept: {},
        line: 2,
        text: 'A1,"x y',
        problem: { en: 'quotes do not fit together', zh: '引号不成对' },
      },
    ])
  })

  it('shows as much of itself as helps to find it', async () => {
    const [line] = await statementOf(`out_order_no,paid_time\n"${'坏\u0007\n'.repeat(9)}${'x'.repeat(99)}",1\n`)

    expect(line && 'problem' in line && line.text).toBe(`${'坏 '.repeat(9)}${'x'.repeat(46)}`)
  })
})

describe('a statement', () => {
  it('may have a title above its header', async () => {
    const lines = await statementOf(
      '门店线下收款明细,2026-11-24\n导出人,张三\n\n订单号,付款时间\nA1,2026/11/24 09:30\n',
    )

    expect(lines.map(told)).toEqual(['5 A1 20261124093000'])
  })

  it.each([
    [9, true],
    [10, false],
  ])('may have %i lines above its header: %s', async (count, isRead) => {
    const statement = statementOf(`${'标题\n'.repeat(count)}订单号,付款时间\nA1,20261124093000\n`)

    if (isRead) expect((await statement).map(told)).toEqual([`${count + 2} A1 20261124093000`])
    else await expect(statement).rejects.toThrow('no header was found')
  })

  it('is refused without a header', async () => {
    await expect(statementOf('A1,20261124093000\n')).rejects.toThrow('no header was found')
    await expect(statementOf('')).rejects.toThrow('no header was found')
  })

  it('may be JSON Lines, with the members of a notice or with paid_time beside them', async () => {
    const lines = await statementOf(
      '{"out_order_no":"A1","paid_time":"20261124093000","amount":1280}\n\n' +
        '{"out_order_no":"A2","detail":{"paid_time":"2026/11/24 09:31"},"shop_id":"S1"}\n' +
        '{"out_order_no":"A3"}\nnot json\n[1]\n{"out_order_no":"A4","paid_time":5}\n{"out_order_no":7,"paid_time":"20261124"}\n' +
        `{"out_order_no":"A5","paid_time":"20261124","x":"${'x'.repeat(9000)}"}\n`,
      'jsonl',
    )

    expect(lines.map(told)).toEqual([
      '1 A1 20261124093000 1280',
      '3 A2 20261124093100 {"shop_id":"S1"}',
      '4: paid_time: is missing',
      '5: is not JSON',
      '6: must be a JSON object',
      '7: paid_time: must be text',
      '8: out_order_no: must be text',
      '9: the line is too long',
    ])
  })
})

describe('a line that is not surely a payment', () => {
  const stated = async (column: string, value: string) => {
    const [line] = await statementOf(`out_order_no,paid_time,${column}\nA1,20261124093000,${value}\n`)
    return line?.kind === 'payment' ? 'payment' : told(line)
  }

  it.each([
    ['交易状态', '支付失败'],
    ['支付状态', '待支付'],
    ['交易类型', '退款'],
    ['状态', '已撤销'],
    ['类型', '预授权'],
    ['order_status', 'CLOSED'],
    ['trade_type', 'partial_refund'],
    ['退款状态', '退款成功'],
    ['是否退款', 'Y'],
  ])('is none where %s is %s', async (column, value) => {
    expect(await stated(column, value)).toBe(`2: not a payment: ${column} is ${value}`)
  })

  it.each(['-12.80', '-12.80', '(12.80)', '¥-1,288.00', '-¥5', '−3.00'])('is none where its sum is %s', async (sum) => {
    expect(await stated('金额', `"${sum}"`)).toBe('2: not a payment: the amount is below zero')
  })

  it.each([
    ['交易状态', '奇怪', '交易状态: 奇怪 is not known, so it is not sure that this was paid'],
    ['交易状态', '', '交易状态: is empty, so it is not sure that this was paid'],
    ['类型', '积分', '类型: 积分 is not known, so it is not sure that this was paid'],
    ['退款状态', '?', '退款状态: ? is not known, so it is not sure that this was paid'],
    ['退款金额', 'x', '退款金额: x is not known, so it is not sure that this was paid'],
  ])('is malformed where %s is %j', async (column, value, problem) => {
    expect(await stated(column, value)).toBe(`2: ${problem}`)
  })

  it.each([
    ['交易状态', ' 支付成功 '],
    ['状态', '`SUCCESS'],
    ['trade_state', 'Trade_Success'],
    ['交易类型', '扫码支付'],
    ['类型', '消费'],
    ['收/支', '收入'],
    ['是否退款', '否'],
    ['退款金额', '0.00'],
    ['退款状态', '-'],
    ['退款单号', '无'],
  ])('is one where %s is %j', async (column, value) => {
    expect(await stated(column, value)).toBe('payment')
  })

  it('is judged by the worst that its columns say, and by what is sure before what is not', async () => {
    const lines = await statementOf(
      'out_order_no,paid_time,交易状态,交易类型\nA1,20261124,支付成功,收款\nA2,20261124,支付成功,退款\nA3,20261124,奇怪,退款\nA4,20261124,支付成功,奇怪\n',
    )

    expect(lines.map(({ kind }) => kind)).toEqual(['payment', 'not_paid', 'not_paid', 'malformed'])
  })

  it('keeps what could be read of it', async () => {
    const lines = await statementOf(
      `${HEADER},交易状态\nA1,20261124093000,12.80,福田店,C1,R-1,奇怪\n订1,20261124,5,南山店,,,支付成功\nA3,x,5,"${'x'.repeat(65)}",,,退款\n`,
    )

    expect(lines.map((line) => 'kept' in line && line.kept)).toEqual([
      { paid_time: '20261124093000', amount: 1280, shop_id: '福田店', cashier_id: 'C1', pos_ref: 'R-1' },
      { paid_time: '20261124', amount: 500, shop_id: '南山店' },
      { amount: 500 },
    ])
  })
})

describe('a line whose fields are not those of its header', () => {
  const wrong = (count: number) =>
    `has ${count} fields, and the header has 3: a field that holds the delimiter must stand in quotes`

  it.each([
    ['A1,20261124', `2: ${wrong(2)}`],
    ['A1,20261124,1,288.00', `2: ${wrong(4)}`],
    ['A1,20261124,12.80,', `2: ${wrong(4)}`],
    ['A1,20261124,12.80', '2 A1 20261124 1280'],
    ['A1,20261124,', '2 A1 20261124'],
  ])('is malformed, with their number: %s', async (fields, line) => {
    expect((await statementOf(`out_order_no,paid_time,amount_yuan\n${fields}\n`)).map(told)).toEqual([line])
  })

  it('may have empty ones at its end that the header has too, or that all of the till’s lines have', async () => {
    const padded = await statementOf('out_order_no,paid_time,amount_yuan,,\nA1,20261124,12.80,,\nA2,20261124,5\n')
    const habit = await statementOf('out_order_no,paid_time,amount_yuan\nA1,20261124,12.80,\nA2,20261124,5,\n')
    const once = await statementOf('out_order_no,paid_time,amount_yuan\nA1,20261124,1,288.00\nA2,20261124,5\n')

    expect(padded.map(({ kind }) => kind)).toEqual(['payment', 'payment'])
    expect(habit.map(({ kind }) => kind)).toEqual(['payment', 'payment'])
    expect(once.map(({ kind }) => kind)).toEqual(['malformed', 'payment'])
  })
})

describe('an order’s number', () => {
  it.each(['20251124000123400000', '2025112400012340', '1.2E+19', '1e+19', '123456.0', '12.'])(
    'that a spreadsheet has rounded is not believed: %s',
    async (number) => {
      const [line] = await statementOf(`out_order_no,paid_time\n${number},20261124\n`)

      expect(line).toMatchObject({ kind: 'malformed', mangled: number })
    },
  )

  it.each(['1E10', '0012', '000000000000000', '2025112400012345', '20251124000123456789', 'A000000000000000000'])(
    'that only looks odd is kept: %s',
    async (number) => {
      expect(await oneOf(`${number},20261124`)).toBe(`2 ${number} 20261124`)
    },
  )

  it('that stands in two columns of one name must be the same in both', async () => {
    const lines = await statementOf('订单号,付款时间,订单号\nA1,20261124,A1\nA1,20261124,A2\n')

    expect(lines.map(told)).toEqual(['2 A1 20261124', '3: 订单号: stands in more than one column, and they differ'])
  })
})

describe('the till’s own sum', () => {
  it.each([
    ['合计,,25.60', '2: {"amount":2560}'],
    [',总计:,25.60', '2: {"amount":2560}'],
    ['共 12 笔,,', '2: {"count":12}'],
    ['本页小计,3笔,¥9.00', '2: {"count":3,"amount":900}'],
    ['"合计:1,200 笔 1,288.00 元",,', '2: {"count":1200,"amount":128800}'],
    ['Total,,-5.00', '2: {"amount":-500}'],
    ['合计,12', '2: {"count":12}'],
    ['合 计,,25.60', '2: {"amount":2560}'],
    ['总 计 :,2026-11-24,25.60', '2: {"amount":2560}'],
    ['"共 3 笔,合计 38.40 元",,', '2: {"count":3,"amount":3840}'],
    ['总笔数,12,', '2: {"count":12}'],
    ['小计,,', '2: {}'],
  ])('is known by its label, in any column: %s', async (fields, line) => {
    const lines = await statementOf(`out_order_no,paid_time,amount_yuan\n${fields}\n`)

    expect(lines.map(told)).toEqual([line])
  })

  it.each(['A1,20261124,合计', 'A1,,合计', '合计店,20261124,5', ',20261124,合计'])(
    'is no line with a number or a time of a payment: %s',
    async (fields) => {
      const [line] = await statementOf(`out_order_no,paid_time,shop_id\n${fields}\n`)

      expect(line?.kind).not.toBe('till_sum')
    },
  )
})
