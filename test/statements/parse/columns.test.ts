import { describe, expect, it } from 'vitest'
import { NO_HEADER, readHeader } from '../../../lib/statements/parse/columns.ts'

const columnsOf = (fields: readonly string[]) =>
  [...(readHeader(fields)?.columns ?? [])].map(([column, at]) => [column, at[0]])

describe('the header of a statement', () => {
  it.each([
    ['English', ['out_order_no', 'paid_time', 'service_id', 'amount', 'shop_id', 'cashier_id', 'pos_ref']],
    ['Chinese', ['商户服务订单号', '收款成功时间', '服务ID', '金额(分)', '门店', '收银员', '小票号']],
    [
      'mixed, in capitals and with spaces',
      [' Out_Order_No ', '收款时间', 'Service_ID', '金额(分)', '门店编号', '收银员号', 'POS流水号'],
    ],
  ])('may be %s', (_, fields) => {
    expect(columnsOf(fields)).toEqual([
      ['out_order_no', 0],
      ['paid_time', 1],
      ['service_id', 2],
      ['amount_fen', 3],
      ['shop_id', 4],
      ['cashier_id', 5],
      ['pos_ref', 6],
    ])
  })

  it.each(['金额', '金额(元)', '金额(元)', '收款金额', 'amount_yuan', '实收金额(元)'])('takes %s for yuan', (name) => {
    expect(readHeader(['订单号', '付款时间', name])?.columns.get('amount_yuan')?.[0]).toBe(2)
  })

  it.each([
    [
      'out_order_no',
      ['*订单号(必填)', 'out_order_no', 'order_no', '商户服务订单号', '服务订单号', '支付分订单号', '订单号'],
    ],
    ['paid_time', ['paid_time', 'paid_at', '收款成功时间', '收款时间', '付款时间', '支付时间', '付款成功时间']],
    ['service_id', ['service_id', '服务ID', '服务编号']],
    ['amount_fen', ['amount', 'amount_fen', '金额(分)', '收款金额(分)', '总金额(分)', '实收金额(分)']],
    ['amount_yuan', ['amount_yuan', '金额', '金额(元)', '收款金额', '收款金额(元)', '总金额', '总金额(元)']],
    ['amount_yuan', ['实收金额', '实收金额(元)', '付款金额', '付款金额(元)']],
    ['shop_id', ['shop_id', 'shop', 'store_id', '门店', '门店ID', '门店号', '门店编号', '门店名称', '店铺']],
    ['cashier_id', ['cashier_id', 'cashier', '收银员', '收银员ID', '收银员号', '收银员编号']],
    ['pos_ref', ['pos_ref', 'receipt_no', '小票号', '流水号', 'POS流水号', '收银流水号', '交易流水号']],
  ] as const)('knows %s by each of its names: %j', (column, names) => {
    const others = ['out_order_no', 'paid_time']

    const found = names.map(
      (name) => readHeader([name, ...others.filter((other) => other !== column)])?.columns.get(column)?.[0],
    )

    expect(found).toEqual(names.map(() => 0))
  })

  it('says in Chinese too how a header must look', () => {
    expect(NO_HEADER.zh).toBe('未找到表头:首行须包含“商户服务订单号”和“收款成功时间”两列')
  })

  it('leaves columns alone that it does not know', () => {
    expect(columnsOf(['备注', '订单号', '手机号', '付款时间'])).toEqual([
      ['out_order_no', 1],
      ['paid_time', 3],
    ])
  })

  it('prefers the exact name where several fit', () => {
    expect(readHeader(['订单号', '商户服务订单号', '付款时间'])?.columns.get('out_order_no')?.[0]).toBe(1)
  })

  it('does not take 商户订单号, which is the number of an ordinary payment', () => {
    expect(readHeader(['商户订单号', '付款时间'])).toBeUndefined()
  })

  it.each([[['out_order_no']], [['paid_time', 'amount']], [['SP1', '20261124']], [[]]])('is not %j', (fields) => {
    expect(readHeader(fields)).toBeUndefined()
  })
})
