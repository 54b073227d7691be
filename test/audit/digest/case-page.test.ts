import { describe, expect, it } from 'vitest'
import { casePage, casePageKey, caseTable } from '../../../lib/audit/digest/case-page.ts'
import { MCHID, TRANSACTION } from '../audit-world.ts'
import { caseRow, ELEVEN, openCases, TODAY } from './cases.ts'

const made = { mchid: MCHID, day: TODAY, made_at: ELEVEN }

describe('the page of a merchant', () => {
  it('lies in a folder of its own, by merchant and day', () => {
    expect(casePageKey(made, 'html')).toBe('cases/1900000109/20261124.html')
  })

  it('has the totals, and each case below what is to be done about it, without what a cashier may have typed as HTML', () => {
    const page = casePage(openCases(caseRow('A1', 12, { shop_id: '<b>7</b>' })), made)

    expect(page).toContain('<h1>1 笔疑似重复支付未了结,合计 ¥39.00,最早一笔已 12 天</h1>')
    expect(page).toContain('<p lang="en">1 double charge not settled, ¥39.00 in all, the oldest for 12 days</p>')
    expect(page).toContain('<h2>财务 <span lang="en">accountant</span></h2>')
    expect(page).toContain('<div class="todo"><p>请核对商户服务订单号与小票。')
    expect(page).toContain(
      '<li>1900000109/A1 · 门店 shop &lt;b&gt;7&lt;/b&gt; · ¥39.00 · 12天 12d · 收款 paid 2026-11-11',
    )
    expect(page).toContain('Made at 2026-11-24 11:00:00 (China)')
    expect(page).not.toContain('more stand in the CSV')
  })

  it('shows 500 of them, and says how many more the CSV has', () => {
    const cases = openCases(...Array.from({ length: 502 }, (_, i) => caseRow(`A${i}`, 1)))

    const page = casePage(cases, made)

    expect(page.match(/<li>/g)).toHaveLength(500)
    expect(page).toContain('2 more stand in the CSV.')
    expect(caseTable(cases).split('\r\n')).toHaveLength(504)
  })

  it('has a table for spreadsheets beside it', () => {
    const refunds = [{ out_refund_no: 'RF-1', noted_at: ELEVEN, status: 'processing' as const }]

    const lines = caseTable(openCases(caseRow('A1', 12, { shop_id: '=1', refunds }))).split('\r\n')

    expect(lines).toEqual([
      '\ufeff商户号 mchid,商户服务订单号 out_order_no,门店 shop_id,已扣金额(元) charged_yuan,天数 days,收款日期 paid,微信支付订单号 transaction_id,商户退款单号 refunds,由谁处理 turn,下一步 next_step_zh,next_step',
      `1900000109,A1,\`=1,39,12,2026-11-11,\`${TRANSACTION},RF-1,系统 this service,"无需处理,将自动查询退款结果。",Nothing. WeChat Pay is asked until the refund has ended.`,
      '',
    ])
  })
})
