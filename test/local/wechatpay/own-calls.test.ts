import { createPublicKey } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  downloadRequest,
  downloadVerdict,
  tradeBillRequest,
  tradeBillVerdict,
} from '../../../lib/wechatpay/bill-api.ts'
import type { Request } from '../../../lib/wechatpay/order-api.ts'
import { refundRequest, refundVerdict } from '../../../lib/wechatpay/refund-api.ts'
import { createSend } from '../../../lib/wechatpay/send.ts'
import { randomNonce, sendSigned } from '../../../lib/wechatpay/signed-call.ts'
import { readWhole } from '../../bill/bill-writer.ts'
import { type BillScene, DAY_MS, startBillScene } from './bill-client.ts'
import { addOrder, NOW, PROVIDER, SUB_MCHID } from './test-client.ts'

let scene: BillScene
let transaction_id: string
beforeEach(async () => {
  scene = await startBillScene()
  transaction_id = scene.world.payscoreCharges(addOrder(scene, 'partner', 'ORDER1'))
})
afterEach(() => scene.world.close())

/** As the functions call: signed by the provider, sent once, and verified. */
const call = (request: Request, nowMs = NOW + DAY_MS) => {
  const { origin, keyId, publicKeyPem } = scene.world
  const send = createSend(new URL(origin), { timeoutMs: 5_000, maxAnswerBytes: 65_536, maxIdleMs: 5_000 })
  const signer = { ...PROVIDER, wechatpayKeys: new Map([[keyId, createPublicKey(publicKeyPem)]]) }
  scene.setNow(nowMs)
  return sendSigned(request, signer, { send, now: () => nowMs, nonce: randomNonce })
}

const askBill = async (bill_date = '2026-11-24', nowMs?: number) =>
  tradeBillVerdict(new URL(scene.world.origin), await call(tradeBillRequest({ bill_date }), nowMs))

it('a bill is asked for, downloaded and read by the calls of the service itself', async () => {
  const verdict = await askBill()
  if (verdict.kind !== 'ready') throw new Error(verdict.kind)

  const outcome = await call(downloadRequest(verdict.download))
  if (outcome.kind !== 'answered') throw new Error(outcome.reason)
  const { candidates } = await readWhole(outcome.body, verdict.sha1)

  expect(outcome.verified).toBe(false)
  expect(downloadVerdict(outcome.status)).toEqual({ kind: 'ready', status: 200 })
  expect(candidates).toMatchObject([{ by: 'order', out_order_no: 'ORDER1', mchid: SUB_MCHID, transaction_id }])
})

it.each([
  ['2026-11-23', NOW + DAY_MS, 'none'],
  ['2026-11-24', Date.UTC(2026, 10, 25, 0, 59), 'creating'],
  ['2026-11-25', NOW + DAY_MS, 'config'],
])('a bill of %s that there is not is told as what it is', async (bill_date, nowMs, kind) => {
  const verdict = await askBill(bill_date, nowMs)

  expect(verdict).toMatchObject({ kind, verified: true })
})

it('a URL off the host is never ready', async () => {
  scene.world.billFault('foreign-url')

  expect(await askBill()).toMatchObject({ kind: 'unknown', code: 'DOWNLOAD_URL' })
})

it('a refund is followed until the money is back, and one of another transaction is told apart', async () => {
  const key = { out_refund_no: 'BACK|1', sub_mchid: SUB_MCHID }
  const ask = async (of = transaction_id) => refundVerdict(key, of, await call(refundRequest(key)))

  const seen = [(await ask()).kind]
  scene.world.refund({ mchid: PROVIDER.mchid, transaction_id, out_refund_no: 'BACK|1', amount: 3900 })
  seen.push((await ask()).kind)
  for (const status of ['ABNORMAL', 'CLOSED', 'SUCCESS'] as const) {
    scene.world.setRefund('BACK|1', status)
    seen.push((await ask()).kind)
  }

  expect(seen).toEqual(['absent', 'processing', 'abnormal', 'closed', 'refunded'])
  expect(await ask()).toMatchObject({ verified: true, refund_amount: 3900, transaction_id })
  expect(await ask('4200001')).toMatchObject({ kind: 'other_order' })
  expect(scene.world.history.calls.every(({ kind, method }) => kind === 'refund' && method === 'GET')).toBe(true)
})
