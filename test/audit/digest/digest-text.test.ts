import { describe, expect, it } from 'vitest'
import { foundBill } from '../../../lib/audit/digest/digest.ts'
import { digestMail } from '../../../lib/audit/digest/digest-text.ts'
import type { BillRow } from '../../../lib/aws/bill-log.ts'
import { MCHID, TRANSACTION } from '../audit-world.ts'
import { caseRow, digest, ELEVEN } from './cases.ts'

const bill = (row: Partial<BillRow>, day = '20261123') =>
  foundBill({ mchid: MCHID, day }, { agreed_at: ELEVEN, ...row }, ELEVEN) ?? expect.fail('nothing was found')

describe('the mail of a day', () => {
  it('has every open case in Chinese and English, the oldest first, by what is to be done', () => {
    const refund = { out_refund_no: 'RF-1', noted_at: ELEVEN }
    const { subject, text } = digestMail(
      digest(
        [
          caseRow('NEW', 1, { shop_id: '南山店' }),
          caseRow('OLD', 12, { amount: 123_450 }),
          caseRow('REFUNDING', 3, { refunds: [{ ...refund, status: 'processing' }] }),
          caseRow('FAILED', 299, { refunds: [{ ...refund, status: 'abnormal' }] }),
        ],
        { pages: ['s3://payscore/cases/1900000109/20261124.html'] },
      ),
    )

    expect(subject).toBe('payscore-sync: 4 double charges not settled, oldest 299d')
    expect(text).toBe(`4 笔疑似重复支付未了结,合计 ¥1,351.50,最早一笔已 299 天(2026-11-24 11:00:00,北京时间)
4 double charges not settled, ¥1,351.50 in all, the oldest for 299 days (2026-11-24 11:00:00, China)

【财务 accountant】疑似重复支付的退款未成功:单号查无此退款、退款已关闭、退款异常,或不属于该订单
the money of a double charge is not back: WeChat Pay does not know the refund, closed it, could not pay it out, or it is of another order
下一步:请按商户退款单号在商户平台核对:单号有误请更正,需要时以新的商户退款单号重新退款并登记;若账户无法收款,请在门店退还。
Next: Look the refund up in the merchant platform by its number. Correct the number, or refund anew under another one and settle with it; if the account cannot take the money, give it back at the till.
- 1900000109/FAILED · ¥39.00 · 299天 299d · 收款 paid 2026-01-28 · 微信支付订单号 transaction_id 4200002601202611230000000001 · 退款 refund RF-1 退款异常 cannot be paid out · 退款期限将至:支付后365天内 refunds end soon: 365 days after the payment

【财务 accountant】疑似重复支付,待核对
the customer paid offline, and WeChat Pay charged the order as well
下一步:请核对商户服务订单号与小票。若为同一订单,请按微信支付订单号退款,或退还线下款项,并登记退款单号;若单号有误,请登记为并非重复支付,并按正确单号重新通知。
Next: Compare the order number with the receipt. The same order: refund one side, WeChat Pay’s by transaction_id, and settle it with the refund. Another order was meant: settle it as not double, and send a notice with the right number.
- 1900000109/OLD · ¥1,234.50 · 12天 12d · 收款 paid 2026-11-11 · 微信支付订单号 transaction_id 4200002601202611230000000001
- 1900000109/NEW · 门店 shop 南山店 · ¥39.00 · 1天 1d · 收款 paid 2026-11-22 · 微信支付订单号 transaction_id 4200002601202611230000000001

【系统 this service】已登记疑似重复支付的退款,待微信支付确认退款成功
a refund of the double charge was noted; WeChat Pay has not confirmed yet that the money is back
下一步:无需处理,将自动查询退款结果。
Next: Nothing. WeChat Pay is asked until the refund has ended.
- 1900000109/REFUNDING · ¥39.00 · 3天 3d · 收款 paid 2026-11-20 · 微信支付订单号 transaction_id 4200002601202611230000000001 · 退款 refund RF-1 退款处理中 under way

页面 Pages
s3://payscore/cases/1900000109/20261124.html
`)
  })

  it('has what the trade bills brought, also when nothing is open', () => {
    const { subject, text } = digestMail(
      digest([], {
        bills: [
          bill({ outcome: 'agreed', classes: { contradiction: 2, known: 7, plain: 100 } }),
          bill({ outcome: 'late_bill' }, '20261122'),
        ],
      }),
    )

    expect(subject).toBe('payscore-sync: 2 trade bills to look at, nothing open')
    expect(text).toBe(`没有未了结的疑似重复支付(2026-11-24 11:00:00,北京时间)
no double charge is open (2026-11-24 11:00:00, China)

上次邮件以来的交易账单 Trade bills since the last mail
- 1900000109 2026-11-23 交易账单已核对 the trade bill was compared
  2 × 交易账单中该订单有支付分扣款,但查单应答(含签名)显示仅由商户渠道收款,两者矛盾 the trade bill has a charge for this order, but WeChat Pay’s signed answer says that only the merchant collected
  下一步:请保留两份凭证,凭微信支付订单号和 Request-Id 向微信支付核实以何为准。
  Next: Keep both, and ask WeChat Pay with the transaction_id and the Request-Id which of the two is true.
- 1900000109 2026-11-22 截至18:00仍未取得前一日的交易账单 at 18:00 the trade bill of the day before could still not be had
  下一步:请在商户平台查看能否下载该账单;次日将再次申请。
  Next: See whether it can be downloaded in the merchant platform. It is asked for again tomorrow.
`)
  })

  it('counts one as one', () => {
    const { subject, text } = digestMail(digest([caseRow('A1', 1)]))

    expect(subject).toBe('payscore-sync: 1 double charge not settled, oldest 1d')
    expect(text).toContain('1 double charge not settled, ¥39.00 in all, the oldest for 1 day (')
    expect(digestMail(digest([], { bills: [bill({ outcome: 'unreadable' })] })).subject).toBe(
      'payscore-sync: 1 trade bill to look at, nothing open',
    )
  })

  it('fits into what SNS takes, however much is open, and says how many are left out', () => {
    const rows = Array.from({ length: 5000 }, (_, i) =>
      caseRow(String(i).padStart(32, 'X'), i % 400, {
        shop_id: '店'.repeat(64),
        amount: 99_999_999,
        transaction_id: [TRANSACTION, TRANSACTION, TRANSACTION].join(','),
        refunds: Array.from({ length: 10 }, () => ({
          out_refund_no: 'R'.repeat(64),
          noted_at: 1,
          status: 'absent' as const,
        })),
      }),
    )
    const classes = { contradiction: 1, charged_after_sync: 1, charged_after_end: 1, charged_while_open: 1 }
    const { subject, text } = digestMail(
      digest(rows, {
        bills: Array.from({ length: 500 }, () =>
          bill({ outcome: 'asked', classes: { ...classes, charged_again: 1, refunded: 1 } }),
        ),
        pages: Array.from({ length: 500 }, () => `s3://${'b'.repeat(63)}/cases/1900000109/20261124.html`),
      }),
    )

    expect(subject.length).toBeLessThan(100)
    expect(subject).toMatch(/^[\x20-\x7e]+$/)
    expect(Buffer.byteLength(text)).toBeLessThan(262_144)
    expect(text.match(/^- 1900000109\//gm)).toHaveLength(100)
    expect(text).toContain('另有 4,900 笔,见以下页面。\n4,900 more stand on the pages below.')
    expect(text.match(/^另有 (490|450) 份。(490|450) more\.$/gm)).toHaveLength(2)
  })
})
