import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { importStatement } from '../../lib/statements/import-statement.ts'
import { MCHID, type ReportData, startStatementDeps } from '../support/statement-deps.ts'

const PROVIDER = '1900000200'
const [A, B, CLOSED, FOREIGN] = ['1900000201', '1900000202', '1900000203', '1900000299']
const { served } = readMerchantsConfig({
  merchants: { [MCHID]: { services: { '500001': 'wxd678efh567hg6787' } } },
  providers: {
    [PROVIDER]: {
      services: { '500003': '' },
      sub_merchants: [A, B, CLOSED],
      exceptions: { [CLOSED]: { closed: true } },
    },
    '1900000300': { services: { '500004': '' }, sub_merchants: [FOREIGN] },
  },
})

let emulated: Awaited<ReturnType<typeof startStatementDeps>>
beforeEach(async () => {
  emulated = await startStatementDeps()
})
afterEach(() => emulated.close())

const take = async (body: string, { folder = PROVIDER, name = '2026-11-24.csv' } = {}) => {
  const key = `statements/${folder}/${name}`
  emulated.bucket.put(key, body)
  const { log } = await importStatement(key, { ...emulated.deps, merchants: served })
  const file = (path: string) => emulated.bucket.stored.get(`reports/${folder}/${path}`)?.body.toString() ?? ''
  const data = JSON.parse(file(`${name}.json`)) as ReportData & { readonly shops: readonly object[] } // our own report
  return { log, data, html: file(`${name}.html`), csv: file(`${name}.csv`), shops: file(`shops/${name}.csv`) }
}
const rows = async () => {
  const { Items = [] } = await emulated.table.client.send(new ScanCommand({ TableName: emulated.table.table }))
  return Items.map(({ pk }) => pk?.S).sort()
}

const HEADER = '特约商户号,商户服务订单号,收款成功时间,金额(元)'

describe('one list of a provider', () => {
  it('is booked for all its sub-merchants, each order for its own', async () => {
    const { log, data } = await take(`${HEADER}\n${A},P-1,2026/11/24 9:00,1.00\n${B},P-1,2026/11/24 9:01,2.00\n`)

    expect(await rows()).toEqual([`${A}#P-1`, `${B}#P-1`])
    expect(await emulated.deps.ledger.read(`${B}#P-1`)).toMatchObject({
      call: { mchid: PROVIDER, sub_mchid: B, service_id: '500003', out_order_no: 'P-1' },
      due: expect.stringMatching(/^1900000200#[0-3]$/),
      statement: `${PROVIDER}/2026-11-24.csv`,
    })
    expect(log).toMatchObject({ mchid: PROVIDER, lines: 2, booked: 2, malformed: 0, outcome: 'reported' })
    expect(data.entries).toMatchObject([
      { class: 'pending', sub_mchid: A, out_order_no: 'P-1', amount: 100 },
      { class: 'pending', sub_mchid: B, out_order_no: 'P-1', amount: 200 },
    ])
  })

  it.each(['sub_mchid', 'SUB_MCHID', 'sub_mch_id', '特约商户号', '子商户号', '特约商户号(必填)', '子商户 ID'])(
    'names them in the column %s',
    async (name) => {
      await take(`${name},商户服务订单号,收款成功时间\n${A},P-1,2026/11/24 9:00\n`)

      expect(await rows()).toEqual([`${A}#P-1`])
    },
  )

  it('names them by a member of a line of JSON', async () => {
    const line = { sub_mchid: A, out_order_no: 'P-1', paid_time: '20261124090000' }
    await take(`${JSON.stringify(line)}\n${JSON.stringify({ ...line, sub_mchid: 1900000202 })}\n`, { name: 'a.jsonl' })

    expect(await rows()).toEqual([`${A}#P-1`])
  })

  it.each([
    [
      'names nobody',
      '',
      'sub_mchid: is missing; in the list of a provider each line names the sub-merchant that was paid',
    ],
    [
      'has the 0 of a bill',
      '0',
      'sub_mchid: is missing; in the list of a provider each line names the sub-merchant that was paid',
    ],
    [
      'names a sub-merchant of another provider',
      FOREIGN,
      `sub_mchid: ${FOREIGN} is no sub-merchant of ${PROVIDER} that is served`,
    ],
    [
      'names somebody who is not served',
      '1900000777',
      `sub_mchid: 1900000777 is no sub-merchant of ${PROVIDER} that is served`,
    ],
    ['names a direct merchant', MCHID, `sub_mchid: ${MCHID} is no sub-merchant of ${PROVIDER} that is served`],
    ['names the provider itself', PROVIDER, `sub_mchid: ${PROVIDER} is no sub-merchant of ${PROVIDER} that is served`],
    ['names a closed one', CLOSED, `merchant ${CLOSED} is closed`],
    ['names no number', '南山店', 'sub_mchid: 南山店 must be text of 1 to 32 digits'],
  ])('has the line refused that %s, and no other', async (_, stated, en) => {
    const { data, log } = await take(`${HEADER}\n${stated},P-1,2026/11/24 9:00,1.00\n${A},P-2,2026/11/24 9:01,2.00\n`)

    expect(data.entries[0]).toMatchObject({ class: 'malformed', line: 2, out_order_no: 'P-1', problem: { en } })
    expect(await rows()).toEqual([`${A}#P-2`])
    expect(log).toMatchObject({ outcome: 'reported', malformed: 1, booked: 1 })
  })

  it('without the column is refused line by line', async () => {
    const { log } = await take('商户服务订单号,收款成功时间\nP-1,2026/11/24 9:00\n')

    expect(log).toMatchObject({ outcome: 'reported', malformed: 1, booked: 0 })
    expect(await rows()).toEqual([])
  })

  it('takes a payment back for the sub-merchant that the line names, and for everybody where it names none', async () => {
    const header = `${HEADER},交易状态`
    const paid = [A, B].map(
      (mchid) => `${mchid},R-1,2026/11/24 9:00,1.00,支付成功\n${mchid},R-2,2026/11/24 9:00,1.00,支付成功\n`,
    )
    const { data } = await take(
      `${header}\n${paid.join('')}${A},R-1,2026/11/24 9:30,1.00,退款\n,R-2,2026/11/24 9:30,1.00,退款\n`,
    )

    expect(await rows()).toEqual([`${B}#R-1`])
    expect(data.entries.map(({ class: name, sub_mchid }) => [name, sub_mchid])).toEqual([
      ['not_paid', A],
      ['not_paid', A],
      ['pending', B],
      ['not_paid', B],
      ['not_paid', A],
      ['not_paid', undefined],
    ])
  })

  it('is reported by sub-merchant, those with something to do first', async () => {
    const lines = [
      `${A},S-1,2026/11/24 9:00,1.00`,
      `${A},S-2,2026/11/24 9:01,2.00`,
      `${B},S-3,坏,3.00`,
      ',S-4,2026/11/24 9:03,4.00',
    ]
    const { data, html, csv, shops } = await take(`${HEADER}\n${lines.join('\n')}\n`)

    const none = { synced: 0, to_refund: 0 }
    const sums = [
      { ...none, sub_mchid: '', lines: 1, amount: 400, pending: 0, person: 1 },
      { ...none, sub_mchid: B, lines: 1, amount: 300, pending: 0, person: 1 },
      { ...none, sub_mchid: A, lines: 2, amount: 300, pending: 2, person: 0 },
    ]
    expect(data.shops).toEqual(sums)
    expect(data.summary.shops).toEqual(sums)
    expect(shops).toBe(
      '\ufeff特约商户号 sub_mchid,需人工处理 needs_person,待核对退款(元) to_refund_yuan,金额(元) amount_yuan,行数 lines,已同步 synced,处理中 pending\r\n' +
        `,1,0,4,1,0,0\r\n${B},1,0,3,1,0,0\r\n${A},0,0,3,2,0,2\r\n`,
    )
    expect(html).toContain('按特约商户 <span lang="en">By sub-merchant</span>')
    expect(html).toContain(`特约商户 ${B}`)
    expect(csv.split('\r\n')[1]).toMatch(new RegExp(`,${A}$`))
  })

  it('is compared with the ledger’s day of each sub-merchant in it', async () => {
    await take(`${HEADER}\n${A},L-1,2026/11/24 9:00,1.00\n${B},L-2,2026/11/24 9:00,1.00\n`, { name: '1.csv' })

    const { data } = await take(`${HEADER}\n${A},L-3,2026/11/24 9:00,1.00\n`, { name: '2.csv' })

    expect(data.entries).toMatchObject([
      { class: 'pending', sub_mchid: A, out_order_no: 'L-3' },
      { class: 'ledger_only', sub_mchid: A, out_order_no: 'L-1' },
    ])
  })

  it('has a page that does not grow with them: 5,000 are whole in CSV and JSON', async () => {
    const any = readMerchantsConfig({ providers: { [PROVIDER]: { services: { '500003': '' }, sub_merchants: 'any' } } })
    const lines = Array.from({ length: 5000 }, (_, i) => `${1_900_100_000 + i},N-${i},坏`)
    const key = `statements/${PROVIDER}/large.csv`
    emulated.bucket.put(key, `sub_mchid,out_order_no,paid_time\n${lines.join('\n')}\n`)

    await importStatement(key, { ...emulated.deps, merchants: any.served })

    const file = (path: string) => emulated.bucket.stored.get(`reports/${PROVIDER}/${path}`)?.body.toString() ?? ''
    expect(file('shops/large.csv.csv').trimEnd().split('\r\n')).toHaveLength(5001)
    expect(JSON.parse(file('large.csv.json')).shops).toHaveLength(5000)
    expect(JSON.parse(file('large.csv.json')).summary.shops).toHaveLength(200)
    expect(file('large.csv.html').length).toBeLessThan(200_000)
    expect(file('large.csv.html')).toContain('其他特约商户 <span lang="en">other sub-merchants</span>')
  })
})

describe('a list in the folder of a merchant', () => {
  it.each([
    ['its own number', MCHID],
    ['nothing', ''],
    ['the 0 of a bill', '0'],
  ])('may say %s in the column sub_mchid', async (_, stated) => {
    await take(`${HEADER}\n${stated},D-1,2026/11/24 9:00,1.00\n`, { folder: MCHID })

    expect(await rows()).toEqual([`${MCHID}#D-1`])
  })

  it('has a line of somebody else refused', async () => {
    const { data } = await take(`${HEADER}\n${A},D-1,2026/11/24 9:00,1.00\n`, { folder: MCHID })

    const en = `sub_mchid: ${A} is no sub-merchant of ${MCHID} that is served`
    expect(data.entries).toMatchObject([{ class: 'malformed', sub_mchid: A, problem: { en } }])
    expect(await rows()).toEqual([])
  })

  it('has no file of sub-merchants', async () => {
    const { shops } = await take(`${HEADER}\n,D-1,2026/11/24 9:00,1.00\n`, { folder: MCHID })

    expect(shops).toBe('')
  })

  it('is taken of a sub-merchant alone, as lists from before providers had a folder', async () => {
    await take('商户服务订单号,收款成功时间\nD-1,2026/11/24 9:00\n', { folder: A })

    expect(await rows()).toEqual([`${A}#D-1`])
  })
})
