import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { digestEvent } from '../../lib/audit/digest/digest-event.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { type Json, propertiesOf, readTemplate } from '../../lib/local/stack/template.ts'
import { orderEvents } from '../../lib/views/order-events.ts'
import { KEY } from '../audit/audit-world.ts'
import { caseRow, digest } from '../audit/digest/cases.ts'
import { CLAIMED, HELD, NOW } from '../support/orders.ts'

const template = readTemplate()
type State = { readonly Seconds?: number; readonly Output?: string }
const { States } = propertiesOf(template, 'WebhookWording').Definition as { States: Readonly<Record<string, State>> }

/** What the robot is given for an event of the bus: the stack's own expression, by another implementation of its language. */
const wordsOf = (event: Json): Promise<unknown> => {
  const expression = jsonata(/^\{%(.*)%\}$/s.exec(States.Word?.Output ?? '')?.[1] ?? '')
  expression.registerFunction('parse', (text: string) => JSON.parse(text))
  return expression.evaluate(undefined, { states: { input: [{ body: JSON.stringify(event) }] } })
}

describe('a robot', () => {
  it('is told of a double charge with its shop, sum and refund number', async () => {
    const words = await wordsOf({
      'detail-type': 'Payscore Order Double Charged',
      detail: {
        mchid: '1900000109',
        out_order_no: '1234323JKHDFE1243252',
        shop_id: '门店7',
        amount: 1205,
        transaction_id: '4200001234202611240000000001',
        turn: 'accountant',
        next_step_zh: '请核对商户服务订单号与小票。',
      },
    })

    expect(words).toEqual([
      {
        text: [
          '【支付分】发现疑似重复支付,请核对后退款',
          '商户号:1900000109',
          '门店:门店7',
          '商户服务订单号:1234323JKHDFE1243252',
          '微信支付订单号:4200001234202611240000000001',
          '已扣金额:12.05元',
          '下一步:请核对商户服务订单号与小票。',
        ].join('\n'),
      },
    ])
  })

  it('is told of a refusal with its reason and what to do about this one', async () => {
    const words = await wordsOf({
      'detail-type': 'Payscore Order Rejected',
      detail: {
        mchid: '1900000109',
        out_order_no: 'A"1',
        reason: 'invalid',
        turn: 'shop',
        next_step_zh: '请更正收款成功时间。',
      },
    })

    expect(words).toEqual([
      {
        text: '【支付分】订单同步未成功,请人工处理\n商户号:1900000109\n商户服务订单号:A"1\n原因:invalid\n下一步:请更正收款成功时间。',
      },
    ])
  })

  it('is told of a held order that WeChat Pay charged by the words of the charge, as they stand in the event', async () => {
    const row: Row = { ...HELD, reason: 'paid_less', expected_amount: 3900, amount: 5000, transaction_id: '4200000001' }
    const [event] = orderEvents(HELD, row)

    const words = await wordsOf({ 'detail-type': event?.detailType ?? '', detail: { ...event?.detail } })

    expect(words).toEqual([
      {
        text: [
          '【支付分】发现疑似重复支付,请核对后退款',
          '商户号:1900000109',
          '门店:南山店',
          '商户服务订单号:1234323JKHDFE1243252',
          '微信支付订单号:4200000001',
          '已扣金额:50.00元',
          '原因:paid_less',
          '下一步:请核对商户服务订单号、金额与小票。若重复支付,请按微信支付订单号退款,或退还线下款项,并登记退款单号;若单号有误,或支付分只扣了差额,请登记为并非重复支付。单号有误的,请按正确单号重新通知。',
        ].join('\n'),
      },
    ])
  })

  it('is not told that nothing is to be done of an order that takes too long', async () => {
    const row: Row = { ...CLAIMED, late_at: NOW }
    const [event] = orderEvents(CLAIMED, row)

    const words = await wordsOf({ 'detail-type': event?.detailType ?? '', detail: { ...event?.detail } })

    expect(words).toEqual([
      {
        text: '【支付分】订单长时间未完成同步,用户可能被重复收款\n商户号:1900000109\n商户服务订单号:1234323JKHDFE1243252\n下一步:系统会自动重试;请检查商户号配置和微信支付状态。',
      },
    ])
  })

  it.each([
    ['Held', '【支付分】收款通知暂停处理,请人工确认'],
    ['Pending Too Long', '【支付分】订单长时间未完成同步,用户可能被重复收款'],
  ])('is told of Payscore Order %s', async (kind, title) => {
    const [{ text = '' } = {}] = (await wordsOf({
      'detail-type': `Payscore Order ${kind}`,
      detail: { mchid: '1900000109', out_order_no: 'A1' },
    })) as readonly { readonly text?: string }[]

    expect(text.split('\n')[0]).toBe(title)
  })

  it.each(['closed by hand: typing error', 'withdrawn: wrong number'])('is not told of what is %s', async (reason) => {
    const words = await wordsOf({
      'detail-type': 'Payscore Order Rejected',
      detail: { mchid: '1900000109', out_order_no: 'A1', reason },
    })

    expect(words).toEqual([])
  })

  it.each([
    ['wecom', '{"msgtype": "text", "text": {"content": <$.text>}}'],
    ['dingtalk', '{"msgtype": "text", "text": {"content": <$.text>}}'],
    ['feishu', '{"msg_type": "text", "content": {"text": <$.text>}}'],
  ])('of %s gets the text in its own form', (robot, message) => {
    expect(template.Mappings?.Robot?.[robot]).toEqual({ Message: message })
    expect(propertiesOf(template, 'WebhookPipe').TargetParameters).toEqual({
      InputTemplate: { 'Fn::FindInMap': ['Robot', { Ref: 'Webhook' }, 'Message'] },
    })
  })

  it('gets no more than 20 messages a minute', () => {
    const { SourceParameters, Source } = propertiesOf(template, 'WebhookPipe')
    const [target] = propertiesOf(template, 'WebhookRule').Targets as readonly Json[]

    expect(Source).toEqual({ 'Fn::GetAtt': ['WebhookQueue', 'Arn'] })
    expect(propertiesOf(template, 'WebhookQueue').FifoQueue).toBe(true)
    expect(target?.SqsParameters).toEqual({ MessageGroupId: 'one-at-a-time' })
    expect(SourceParameters).toEqual({ SqsQueueParameters: { BatchSize: 1 } })
    expect(60 / (States.Wait?.Seconds ?? 0)).toBeLessThanOrEqual(20)
  })

  it('gets what comes faster within 14 days, and an alarm tells of what waits for more than an hour', () => {
    const { Threshold, Dimensions } = propertiesOf(template, 'WebhookBehindAlarm')

    expect(propertiesOf(template, 'WebhookQueue').MessageRetentionPeriod).toBe(14 * 24 * 60 * 60)
    expect([Threshold, Dimensions]).toEqual([
      60 * 60,
      [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['WebhookQueue', 'QueueName'] } }],
    ])
  })

  it('is told of the oldest open cases by what is to be done about them, and how many more there are', async () => {
    const rows = [
      caseRow('OLD', 12, { amount: 123_450, shop_id: '南山店' }),
      caseRow('REFUNDING', 5, { refunds: [{ out_refund_no: 'RF-1', noted_at: NOW, status: 'processing' }] }),
      ...['A', 'B', 'C', 'D'].map((name) => caseRow(name, 1)),
    ]
    const { detailType, detail } = digestEvent(digest(rows))

    expect(await wordsOf({ 'detail-type': detailType, detail: { ...detail } })).toEqual([
      {
        text: [
          '【支付分】6笔疑似重复支付未了结,合计1429.50元,最早一笔已12天',
          '下一步:请核对商户服务订单号与小票。若为同一订单,请按微信支付订单号退款,或退还线下款项,并登记退款单号;若单号有误,请登记为并非重复支付,并按正确单号重新通知。',
          '· 1900000109/OLD 南山店 1234.50元 12天',
          '· 1900000109/A 39.00元 1天',
          '· 1900000109/B 39.00元 1天',
          '· 1900000109/C 39.00元 1天',
          '下一步:无需处理,将自动查询退款结果。',
          '· 1900000109/REFUNDING 39.00元 5天',
          '另有1笔,见邮件或存储桶中的 cases/商户号/日期.html',
        ].join('\n'),
      },
    ])
  })

  it.each([
    ['one open case', [caseRow('A', 0)], [], 2],
    ['a trade bill alone', [], [{ ...KEY, outcome: 'late_bill' as const, found: [] }], 2],
  ])('is told of %s', async (_, rows, bills, lines) => {
    const { detailType, detail } = digestEvent(digest(rows, { bills }))

    const [{ text = '' } = {}] = (await wordsOf({ 'detail-type': detailType, detail: { ...detail } })) as readonly {
      readonly text?: string
    }[]

    expect(text).toMatch(
      rows.length > 0
        ? /^【支付分】1笔.*\n下一步:.*\n· 1900000109\/A 39\.00元 0天$/
        : /^【支付分】没有未了结的疑似重复支付\n交易账单/,
    )
    expect(text.split('\n')).toHaveLength(lines + rows.length)
  })

  it('is never told more of open cases than it takes, 2 KB', async () => {
    const refund = { out_refund_no: 'R', noted_at: NOW }
    const { transaction_id: _, ...unnumbered } = caseRow('4'.repeat(32), 9999)
    const rows = [
      unnumbered,
      caseRow('1'.repeat(32), 9999),
      caseRow('2'.repeat(32), 9999, { refunds: [{ ...refund, status: 'abnormal' }] }),
      caseRow('3'.repeat(32), 9999, { refunds: [{ ...refund, status: 'refunded' }] }),
      caseRow('5'.repeat(32), 9999, { refunds: [refund] }),
      caseRow('6'.repeat(32), 9999),
    ].map((row) => ({ ...row, shop_id: '店'.repeat(64), amount: 99_999_999 }))
    const { detailType, detail } = digestEvent(digest(rows, { bills: [{ ...KEY, outcome: 'late_bill', found: [] }] }))

    const [{ text = '' } = {}] = (await wordsOf({ 'detail-type': detailType, detail: { ...detail } })) as readonly {
      readonly text?: string
    }[]

    expect(text.match(/^下一步:/gm)).toHaveLength(5)
    expect(Buffer.byteLength(text)).toBeLessThan(2048)
  })

  it('is told where it is somebody’s turn, of what takes too long, and daily of open cases: nothing of orders that were cancelled, only observed, or a sub-merchant’s trouble', () => {
    expect(propertiesOf(template, 'WebhookRule').EventPattern).toEqual({
      $or: [
        {
          source: ['payscore.ledger'],
          'detail-type': ['Payscore Order Double Charged', 'Payscore Order Held'],
          detail: { turn: ['shop', 'engineer', 'accountant'] },
        },
        {
          source: ['payscore.ledger'],
          'detail-type': ['Payscore Order Rejected'],
          detail: { turn: ['shop', 'engineer', 'accountant'], told_daily: [{ exists: false }] },
        },
        {
          source: ['payscore.ledger'],
          'detail-type': ['Payscore Order Pending Too Long'],
          detail: { told_daily: [{ exists: false }] },
        },
        { source: ['payscore.audit'], 'detail-type': ['Payscore Open Cases'] },
      ],
    })
  })

  it('costs nothing and opens nothing unless it is asked for', () => {
    const parts = Object.entries(template.Resources).filter(([id]) => id.startsWith('Webhook'))

    expect(parts.filter(([, { Condition }]) => Condition !== 'HasWebhook')).toEqual([])
  })
})
