import { readMerchantsConfig } from '../../../lib/config/merchants.ts'
import { InputError } from '../../../lib/errors.ts'
import { PAID_OFFLINE, readEventSource } from '../../../lib/intake/event-source.ts'
import { readPaymentNotice } from '../../../lib/intake/payment-notice.ts'
import type { DueEvent } from '../../../lib/ledger/due-event.ts'
import { seededRandom } from '../../../lib/local/aws-faults.ts'
import { keyPair, serialNo } from '../../../lib/local/keys.ts'
import type { Order } from '../../../lib/local/wechatpay/orders.ts'
import { startWechatpay } from '../../../lib/local/wechatpay/wechatpay.ts'
import type { OrderDeps } from '../../../lib/operations/call-wechatpay.ts'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { readMerchantSecret } from '../../../lib/wechatpay/merchant-secret.ts'
import { createSend } from '../../../lib/wechatpay/send.ts'
import { randomNonce, type Signer } from '../../../lib/wechatpay/signed-call.ts'
import { plainLedger } from '../../support/plain-ledger.ts'

export type Mode = 'sync' | 'check' | 'observe'

/** The result of the payment notices, compared with the orders at WeChat Pay. */
export type WrongNotices = {
  readonly notices: number
  readonly right: number
  readonly wrongNumbers: number
  readonly wrongAmounts: number
  readonly forged: number
  /** Orders of customers who did not pay at the POS, and that WeChat Pay will now never charge. */
  readonly wronglyClosed: number
  /** Right payment notices whose order is not paid offline at WeChat Pay. */
  readonly rightLost: number
  readonly forgedRefused: number
  readonly held: number
  readonly posts: number
}

const SHOP = { mchid: '1900000109', service_id: '5000000001', appid: 'wx0000000000000001', source: 'com.example.pos' }
const OTHER = { mchid: '1900000110', service_id: '5000000002', appid: 'wx0000000000000002', source: 'com.other.pos' }

/**
 * Sends payment notices of which 3 % name another customer's order, 3 % a wrong amount, and 2 % another merchant's
 * order. In `sync` mode they have no amount. Every order has a different total, since an equal one could not be told
 * apart.
 */
export const runWrongNotices = async (count: number, mode: Mode, seed: number): Promise<WrongNotices> => {
  const random = seededRandom(seed)
  const wechatpay = await startWechatpay()
  const signers = new Map<string, Signer>()
  for (const { mchid, service_id, appid } of [SHOP, OTHER]) {
    const { publicKeyPem, privateKeyPem } = keyPair(mchid)
    const serial_no = serialNo()
    wechatpay.addMerchant({ mchid, serial_no, publicKeyPem, services: { [service_id]: appid } })
    const wechatpay_keys = { [wechatpay.keyId]: wechatpay.publicKeyPem }
    const secret = JSON.stringify({ mchid, serial_no, private_key: privateKeyPem, wechatpay_keys })
    signers.set(mchid, readMerchantSecret(secret, mchid))
  }
  const { merchants } = readMerchantsConfig(
    JSON.stringify(
      Object.fromEntries(
        [SHOP, OTHER].map(({ mchid, service_id, appid, source }) => [
          mchid,
          { sources: [source], services: { [service_id]: appid }, mode },
        ]),
      ),
    ),
  )
  const { ledger, rows } = plainLedger()
  const due: DueEvent[] = []
  const deps: OrderDeps = {
    ledger,
    merchants: { signer: async (mchid) => signerOf(signers, mchid), forget: () => {} },
    send: createSend(new URL(wechatpay.origin), { timeoutMs: 8000, maxAnswerBytes: 65_536, maxIdleMs: 5000 }),
    publishDue: async (event) => {
      due.push(event)
    },
    now: Date.now,
    random,
    nonce: randomNonce,
  }

  let totals = 0
  const addOrder = ({ mchid, service_id }: typeof SHOP, out_order_no: string): Order => {
    totals += 1
    return wechatpay.addOrder({
      family: 'payafter-orders',
      mchid,
      service_id,
      out_order_no,
      total_amount: 1000 + totals,
    })
  }
  /** Sends it as the bus does. Gives false if it is refused. */
  const handOver = async (mchid: string, out_order_no: string, amount: number): Promise<boolean> => {
    const detail = { mchid, out_order_no, detail: { paid_time: '20251124103000' }, ...(mode !== 'sync' && { amount }) }
    const event = { source: SHOP.source, 'detail-type': PAID_OFFLINE, time: new Date().toISOString(), detail }
    try {
      const trigger = readEventSource(event, deps.now())
      await syncOrder(readPaymentNotice(trigger, merchants, deps.now()), trigger.via, deps)
    } catch (error) {
      if (error instanceof InputError) return false
      throw error
    }
    for (let next = due.shift(); next; next = due.shift()) await processDue(next, deps)
    return true
  }

  const right: Order[] = []
  const unpaid: Order[] = []
  const tally = { wrongNumbers: 0, wrongAmounts: 0, forged: 0, forgedRefused: 0 }
  for (let i = 0; i < count; i += 1) {
    const chance = random()
    const paid = addOrder(SHOP, `PAID-${i}`)
    if (chance < 0.03) {
      tally.wrongNumbers += 1
      const another = addOrder(SHOP, `ANOTHER-${i}`)
      unpaid.push(another)
      await handOver(SHOP.mchid, another.out_order_no, paid.total_amount)
    } else if (chance < 0.06) {
      tally.wrongAmounts += 1
      await handOver(SHOP.mchid, paid.out_order_no, paid.total_amount * 10)
    } else if (chance < 0.08) {
      tally.forged += 1
      const foreign = addOrder(OTHER, `FOREIGN-${i}`)
      unpaid.push(foreign)
      if (!(await handOver(OTHER.mchid, foreign.out_order_no, foreign.total_amount))) tally.forgedRefused += 1
    } else {
      right.push(paid)
      await handOver(SHOP.mchid, paid.out_order_no, paid.total_amount)
    }
  }
  await wechatpay.close()

  const isPaidOffline = (order: Order) => order.payments.some(({ paid_type }) => paid_type === 'MCH')
  return {
    notices: count,
    right: right.length,
    ...tally,
    wronglyClosed: unpaid.filter(isPaidOffline).length,
    rightLost: right.filter((order) => !isPaidOffline(order)).length,
    held: [...rows.values()].filter(({ state }) => state === 'HELD').length,
    posts: wechatpay.history.calls.filter(({ kind }) => kind === 'sync').length,
  }
}

const signerOf = (signers: ReadonlyMap<string, Signer>, mchid: string): Signer => {
  const signer = signers.get(mchid)
  if (!signer) throw new Error(`nobody signs for ${mchid} here`)
  return signer
}
