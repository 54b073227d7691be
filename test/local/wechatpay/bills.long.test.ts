import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, onTestFinished } from 'vitest'
import { readBill } from '../../../lib/bill/read-bill.ts'
import { DAY_MS, fetchBill, placeOf, startBillScene } from './bill-client.ts'
import { addOrder, NOW } from './test-client.ts'

const ROWS = 2_000_000
const MIB = 1024 ** 2

setFlagsFromString('--expose-gc')
const gc: () => void = runInNewContext('gc')

it('a bill of two million rows is hashed, sent and read at flat memory', async () => {
  const scene = await startBillScene()
  onTestFinished(() => scene.world.close())
  const transaction_id = scene.world.payscoreCharges(addOrder(scene, 'serviceorder', 'ORDER1'))
  scene.world.padBill(ROWS)
  scene.setNow(NOW + DAY_MS)
  const used: number[] = []
  const measured = async function* (bytes: AsyncIterable<Uint8Array>) {
    let pieces = 0
    for await (const piece of bytes) {
      if (pieces++ % 50 === 0) {
        gc()
        const { heapUsed, external } = process.memoryUsage()
        used.push(heapUsed + external)
      }
      yield piece
    }
  }
  let spool = ''

  const { hash_value, download_url } = placeOf(await scene.askBill('bill_date=2026-11-24&tar_type=GZIP'))
  const { body } = await fetchBill(scene, download_url)
  const reading = await readBill(
    measured(body as unknown as AsyncIterable<Uint8Array>), // as Node has it
    { sha1: hash_value, maxBytes: 1024 * MIB },
    (text) => {
      spool += text
    },
  )

  expect(reading).toMatchObject({ agreed: true, bill: { rows: ROWS + 1, counts: { order: 1, other: ROWS } } })
  expect(spool).toContain(transaction_id)
  console.info(
    `${used.length} measures, ${Math.round(Math.min(...used) / MIB)} to ${Math.round(Math.max(...used) / MIB)} MiB`,
  )
  expect(used.length).toBeGreaterThan(10)
  expect(Math.max(...used) - Math.min(...used)).toBeLessThan(64 * MIB)
})
