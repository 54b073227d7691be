import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { formatChinaTime } from '../../lib/china-time.ts'
import { passToNextBill, watchBills } from '../../lib/local/watch-bills.ts'
import { startWorld } from '../../lib/local/world.ts'
import { today } from '../support/audited.ts'
import { MINUTE } from '../support/orders.ts'
import { DIRECT, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { handOver } from '../support/till.ts'

it('compares the bill of the day that is over, and brings back its report, but none of a day without a trade', async () => {
  const world = await startWorld({
    merchants: [DIRECT, SERVED.serviceorder],
    debitAfterMs: Number.POSITIVE_INFINITY,
  })
  onTestFinished(world.close)
  const folder = await mkdtemp(join(tmpdir(), 'reports-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const order = placeOrder(world, 'payafter-orders', 'CHARGED')
  await handOver(world, 'HTTP API 2.0', noticeOf('payafter-orders', 'CHARGED'))
  await world.pass(15 * MINUTE)
  world.wechatpay.payscoreCharges(order)
  const day = today(world)
  const said: string[] = []

  await passToNextBill(world)
  const time = formatChinaTime(world.clock.now())
  const bills = watchBills({ folder, ...world, say: (text) => void said.push(text) })
  onTestFinished(bills.close)
  const name = `bill-${DIRECT.mchid}-${day}`
  await expect.poll(() => said.length).toBe(1)
  await world.idle()
  await world.runAudit()
  await expect.poll(() => said.length).toBe(2)

  expect(time.slice(8, 12)).toBe('1020')
  expect(await readdir(folder)).toEqual([`${name}.csv`, `${name}.html`, `${name}.json`])
  expect(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')).summary).toMatchObject({
    outcome: 'agreed',
    classes: { known: 1 },
  })
  expect(said.map((text) => text.split(': ')[1])).toEqual([
    `the trade bill was compared; orders are being asked about, and it is compared once more after that 交易账单已核对,正在查单,稍后再次核对 ${join(folder, name)}.html`,
    `the trade bill was compared 交易账单已核对 ${join(folder, name)}.html`,
  ])
})
