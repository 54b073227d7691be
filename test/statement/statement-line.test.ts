import { describe, expect, it } from 'vitest'
import { statementOf, told } from './reading.ts'

const oneOf = async (fields: string, header = 'out_order_no,paid_time,amount_yuan,shop_id,cashier_id,pos_ref') => {
  const [line] = await statementOf(`${header}\n${fields}\n`)
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
    ['A1,20261124093000,12.345', '2: amount: must be yuan with at most two decimals, and not negative'],
    ['A1,20261124093000,-12', '2: amount: must be yuan with at most two decimals, and not negative'],
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

  it('says in Chinese what is wrong with each member', async () => {
    const lines = await statementOf(
      'out_order_no,paid_time,service_id,amount,shop_id,cashier_id,pos_ref\n' +
        '订,20261124093000\nA,x\nA,20261124093000,1\nA,20261124093000,,0\nA,20261124093000,,,"a\nb"\n',
    )

    expect(lines.map((line) => ('problem' in line ? line.problem.zh : ''))).toEqual([
      '商户服务订单号须为1至32位数字、字母或 _ - | *',
      '收款成功时间无法识别,或晚于当前24小时以上',
      '服务ID缺失,或不属于该商户号',
      '金额须大于0',
      '门店编号须为1至64个可显示字符',
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
