import { updateItem } from '../aws/ledger.ts'
import type { Merchant } from '../config/merchants.ts'
import { readPaymentNotice, readQueryCall } from '../intake/payment-notice.ts'
import { NO_ORDER_KNOWN } from '../ledger/known-merchants.ts'
import type { Row } from '../ledger/row.ts'
import type { OrderDeps, WechatPayDeps } from '../operations/call-wechatpay.ts'
import { precheckOrder } from '../operations/precheck-order.ts'
import { syncOrder } from '../operations/sync-order.ts'
import type { Send } from '../wechatpay/send.ts'

/**
 * Does once, before anybody waits for it, what a first invocation does between its requests: the code is compiled then,
 * and the keys are set up. In a world that nothing leaves, for an order that nobody made.
 */
export type DryRun = (merchant: Merchant, deps: WechatPayDeps) => Promise<unknown>

const OUT_ORDER_NO = 'warm-up'

export const dryRunSync: DryRun = (merchant, deps) => {
  const [service_id] = merchant.services.keys()
  const notice = { mchid: merchant.mchid, out_order_no: OUT_ORDER_NO, service_id, detail: { paid_time: '20260101' } }
  const trigger = { via: 'direct', noticed_at: deps.now(), notice } as const
  // Where orders are asked about first, no call would be signed.
  const { mode: _, ...order } = readPaymentNotice(trigger, new Map([[merchant.mchid, merchant]]), deps.now())
  return syncOrder(order, trigger.via, fakeDeps(deps))
}

export const dryRunQuery: DryRun = (merchant, deps) => {
  const [service_id] = merchant.services.keys()
  const key = { mchid: merchant.mchid, out_order_no: OUT_ORDER_NO }
  return precheckOrder(readQueryCall(key, { service_id }, new Map([[merchant.mchid, merchant]])), fakeDeps(deps))
}

/**
 * Only the secret is real: the ledger is a variable, though each write is put into DynamoDB's words; WeChat Pay is an
 * echo, and nothing is announced.
 */
const fakeDeps = ({ merchants, now, random, nonce }: WechatPayDeps): OrderDeps => {
  let row: Row | undefined
  return {
    ledger: {
      read: async () => row,
      apply: async (transition) => {
        updateItem(transition)
        row = { ...row, ...transition.keep, ...transition.set, pk: transition.pk } as Row // born whole by its first transition
        return { transition, row }
      },
      count: async () => 0,
      meet: async () => undefined,
      miss: async () => NO_ORDER_KNOWN,
      due: async () => ({ rows: [] }),
    },
    merchants,
    send: echo,
    announceDue: async () => undefined,
    now,
    random,
    nonce,
  }
}

/** Answers in WeChat Pay's form with the request's own signature, which is checked and found wrong. */
const echo: Send = async ({ headers }) => {
  const [, signature = ''] = /signature="([^"]+)"/.exec(headers.Authorization ?? '') ?? []
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signed = { serial: headers['Wechatpay-Serial'] ?? '', timestamp, nonce: 'warm-up', signature }
  const rawHeaders = Object.entries(signed).flatMap(([name, value]) => [`Wechatpay-${name}`, value])
  return { kind: 'answered', answer: { status: 200, rawHeaders, body: Buffer.from('{}') } }
}
