import { describe, expect, it } from 'vitest'
import { localMerchants } from '../../../lib/local/local-merchants.ts'
import { PAGE_POLICY, worldPage } from '../../../lib/local/page/render.ts'
import { servedGroups } from '../../../lib/local/page/served-groups.ts'

const pageWith = (shops: number) =>
  worldPage({
    api: 'http://127.0.0.1:3000',
    ports: [],
    served: servedGroups(localMerchants(shops)),
    key: { id: 'PUB_KEY_ID_1', file: 'pub_key.pem' },
    rows: [],
    older: 0,
    unpaid: [{ mchid: '1700000002', out_order_no: 'A', total_amount: 8600 }],
    reports: [],
    now: 0,
  })

describe('the page of a world', () => {
  it('shows a provider of many shops as one, and offers some of them', () => {
    const page = pageWith(10_000)

    expect(page).toContain('子商户 10000 个')
    expect(page).toContain('<code>1700000000</code> … <code>1700009999</code>')
    expect(page.match(/<option value="17\d{8}">/g)).toHaveLength(5)
    expect(page.length).toBeLessThan(pageWith(3).length + 1000)
  })

  it('begins with the merchant of the order that is offered first, whoever it is', () => {
    const page = pageWith(10_000)

    expect(page).toMatch(/name="mchid" [^>]*value="1700000002"/)
    expect(page).toContain('<option value="A" data-mchid="1700000002">¥86.00 · 1700000002</option>')
    expect(PAGE_POLICY).toContain("script-src 'sha256-")
  })
})

describe('those who are served', () => {
  it('are grouped by who signs', () => {
    expect(servedGroups(localMerchants(2)).map(({ signer, order_api, mchids }) => [signer, order_api, mchids])).toEqual(
      [
        ['1900000109', 'payafter-orders', ['1900000109']],
        ['1900000110', 'payafter-orders', ['1900000110']],
        ['1800000000', 'partner', ['1700000000', '1700000001']],
        ['1800000001', 'acquiringbank', ['1600000000']],
      ],
    )
  })
})
