import { describe, expect, it } from 'vitest'
import { auditDay } from '../../lib/audit/audit-day.ts'
import { BANK, OPENID } from '../bill/bill-writer.ts'
import { auditWorld, charged, DAY, KEY, MCHID, rowOf, TRANSACTION } from './audit-world.ts'

const report = async () => {
  const { deps, files } = await auditWorld({
    lines: [charged('A1'), charged('A2', { transaction_id: `${TRANSACTION}2` }), charged('nobodys')],
    rows: [
      rowOf('A1', { state: 'SYNCED', shop_id: '<南山店>' }),
      rowOf('A2', { state: 'DOUBLE_CHARGED', transaction_id: `${TRANSACTION}2` }),
    ],
  })
  await auditDay(KEY, false, deps)
  return files
}
const named = (ending: string) => `bills/${MCHID}/${DAY}.${ending}`

describe('the report of a day', () => {
  it('is three files', async () => {
    const files = [...(await report()).keys()].filter((file) => file.startsWith(`bills/${MCHID}/`))

    expect(files).toEqual(['csv', 'html', 'json'].map(named))
  })

  it('has each line that concerns an order, and the totals', async () => {
    const json = JSON.parse((await report()).get(named('json')) ?? '')

    expect(json.entries).toMatchObject([
      { class: 'charged_after_sync', out_order_no: 'A1', transaction_id: TRANSACTION, amount: 3900, did: 'asked' },
      { class: 'known', out_order_no: 'A2' },
    ])
    expect(json.summary).toMatchObject({
      mchid: MCHID,
      day: DAY,
      outcome: 'asked',
      rows: 3,
      classes: { charged_after_sync: 1, known: 1, plain: 1 },
      sums: { ordered: 11_700 },
    })
  })

  it('is read by a spreadsheet in both languages', async () => {
    const [header, first, second, ...more] = (await report()).get(named('csv'))?.split('\r\n') ?? []

    expect(header).toMatch(/^\ufeff分类 class,商户号 mchid,商户服务订单号 out_order_no,/)
    expect(first).toContain(`,A1,SYNCED,\`${TRANSACTION},,39,2026-11-23 12:00:00,<南山店>,"订单已同步为线下付款,`)
    expect(second).toContain('known')
    expect(more).toEqual([''])
  })

  it('is a page that escapes what it is given, and allows no script', async () => {
    const page = (await report()).get(named('html')) ?? ''

    expect(page).toContain('&lt;南山店&gt;')
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('交易账单已核对,正在查单')
    expect(page).toContain(TRANSACTION)
  })

  it('holds neither the customer nor the bank', async () => {
    const all = [...(await report()).values()].join('')

    expect(all).not.toContain(OPENID)
    expect(all).not.toContain(BANK)
  })
})
