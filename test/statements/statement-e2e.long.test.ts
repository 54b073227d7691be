import { afterAll, expect, it } from 'vitest'
import { MERCHANT } from '../../lib/local/local-merchants.ts'
import { startWorld } from '../../lib/local/world.ts'
import type { ReportData } from '../support/statement-deps.ts'

const { mchid } = MERCHANT
const [service_id = ''] = Object.keys(MERCHANT.services)
const ORDERS = 60

const world = await startWorld({ merchants: [MERCHANT] })
afterAll(() => world.close())

const numberOf = (i: number) => `E2E${String(i).padStart(4, '0')}`
const reportOf = (name: string): ReportData => {
  const text = world.objects.stored.get(`reports/${mchid}/${name}.csv.json`)?.body.toString() ?? ''
  return JSON.parse(text) // our own report
}

it('finds payments whose notice never came, syncs each once, and says so when all is proved', {
  timeout: 180_000,
}, async () => {
  const paid_time = new Date(world.clock.now()).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' })
  for (let i = 0; i < ORDERS; i += 1)
    world.wechatpay.addOrder({
      family: 'payafter-orders',
      mchid,
      service_id,
      out_order_no: numberOf(i),
      total_amount: 1280,
    })
  // Every third notice reached us.
  for (let i = 0; i < ORDERS; i += 3)
    await fetch(`${world.api.url}/merchants/${mchid}/payafter-orders/${numberOf(i)}/sync`, {
      method: 'POST',
      headers: { ...world.api.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ detail: { paid_time: paid_time.replace(/\D/g, '') } }),
    })
  const csv = (from: number, until: number) =>
    `订单号,付款时间\n${Array.from({ length: until - from }, (_, i) => `${numberOf(from + i)},${paid_time}`).join('\n')}\n`

  world.objects.put(`statements/${mchid}/morning.csv`, csv(0, 40))
  world.objects.put(`statements/${mchid}/morning.csv`, csv(0, 40))
  world.objects.put(`statements/${mchid}/day.csv`, csv(20, ORDERS))
  await world.idle()
  const before = reportOf('morning').summary
  await world.pass(25 * 60_000)
  world.objects.put(`statements/${mchid}/whole.csv`, csv(0, ORDERS))
  await world.idle()
  await world.renewReports()

  expect(before.classes).toMatchObject({ synced_before: { lines: 14 }, pending: { lines: 26 } })
  for (let i = 0; i < ORDERS; i += 1) expect(world.wechatpay.history.posts(numberOf(i))).toHaveLength(1)
  const rows = await world.table.rows()
  expect(rows.filter(({ state, proved_at }) => state === 'SYNCED' && proved_at !== undefined)).toHaveLength(ORDERS)
  expect(reportOf('whole').summary).toMatchObject({ lines: ORDERS, open: 0, needs_person: 0, booked: 0 })
  const morning = reportOf('morning').summary
  const day = reportOf('day').summary
  expect([morning.lines, morning.open, day.lines, day.open]).toEqual([40, 0, 40, 0])
  const booked = [morning, day].reduce((sum, one) => sum + (one.classes.synced_by_statement?.lines ?? 0), 0)
  expect(booked).toBe(ORDERS - 20)
  expect([...world.objects.stored.keys()].filter((key) => key.startsWith('open/'))).toEqual([])
})

it('takes both lists that were put under one name before the first was read', async () => {
  const paid_time = new Date(world.clock.now()).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' })
  const numbers = ['TWICE-1', 'TWICE-2']
  for (const out_order_no of numbers)
    world.wechatpay.addOrder({ family: 'payafter-orders', mchid, service_id, out_order_no, total_amount: 1280 })

  for (const number of numbers)
    world.objects.put(`statements/${mchid}/twice.csv`, `订单号,付款时间\n${number},${paid_time}\n`)
  await world.idle()
  await world.pass(25 * 60_000)

  for (const number of numbers) expect(world.wechatpay.history.posts(number)).toHaveLength(1)
  expect(reportOf('twice').entries.filter(({ line }) => line !== undefined)).toMatchObject([
    { out_order_no: 'TWICE-2' },
  ])
})
