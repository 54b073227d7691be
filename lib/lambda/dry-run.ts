import { updateItem } from '../aws/ledger.ts'
import type { Merchant } from '../config/served.ts'
import { readPaymentNotice, readQueryCall } from '../intake/payment-notice.ts'
import { NO_ORDER_KNOWN } from '../ledger/known-merchants.ts'
import type { SignedAnswer } from '../ledger/packed-answer.ts'
import type { Row } from '../ledger/row.ts'
import type { OrderDeps, WechatPayDeps } from '../operations/call-wechatpay.ts'
import { precheckOrder } from '../operations/precheck-order.ts'
import { syncOrder } from '../operations/sync-order.ts'
import type { Send } from '../wechatpay/send.ts'

/**
 * Runs a dummy order against fakes during init, so that V8 has compiled the code and the keys are parsed before the
 * first event. Nothing leaves the process.
 */
export type DryRun = (merchant: Merchant, deps: WechatPayDeps) => Promise<unknown>

const OUT_ORDER_NO = 'warm-up'

export const dryRunSync: DryRun = (merchant, deps) => {
  const [service_id] = merchant.services.keys()
  const notice = { mchid: merchant.mchid, out_order_no: OUT_ORDER_NO, service_id, detail: { paid_time: '20260101' } }
  const eventSource = { via: 'direct', noticed_at: deps.now(), notice } as const
  // Without `mode` the dry run signs a sync; with it the order would only be queried.
  const { mode: _, ...order } = readPaymentNotice(eventSource, new Map([[merchant.mchid, merchant]]), deps.now())
  return syncOrder(order, eventSource.via, fakeDeps(deps))
}

export const dryRunQuery: DryRun = (merchant, deps) => {
  const [service_id] = merchant.services.keys()
  const key = { mchid: merchant.mchid, out_order_no: OUT_ORDER_NO }
  return precheckOrder(readQueryCall(key, { service_id }, new Map([[merchant.mchid, merchant]])), fakeDeps(deps))
}

/**
 * Only the secret is real. The ledger is a variable, but each transition is still turned into an UpdateItem. WeChat Pay
 * is `echo`, and no event is published.
 */
const fakeDeps = ({ merchants, now, random, nonce }: WechatPayDeps): OrderDeps => {
  let row: Row | undefined
  return {
    ledger: {
      read: async () => row,
      apply: async (transition) => {
        // Loads what packs an answer, which the first real answer would else wait for.
        updateItem({ ...transition, answer: NO_ANSWER })
        row = { ...row, ...transition.keep, ...transition.set, pk: transition.pk } as Row // the create transition sets every required attribute
        return { transition, row }
      },
      count: async () => 0,
      recordKnownParty: async () => undefined,
      recordAbsentOrder: async () => NO_ORDER_KNOWN,
      recordRefusedSubMerchant: async () => false,
      due: async () => ({ rows: [] }),
    },
    merchants,
    send: echo,
    publishDue: async () => undefined,
    now,
    random,
    nonce,
  }
}

const NO_ANSWER = { nonce: '', signature: '', body: '{}' } as SignedAnswer // its other members are not read

/** Answers in the form of WeChat Pay with the signature of the request itself; verification runs and fails. */
const echo: Send = async ({ headers }) => {
  const [, signature = ''] = /signature="([^"]+)"/.exec(headers.Authorization ?? '') ?? []
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signed = { serial: headers['Wechatpay-Serial'] ?? '', timestamp, nonce: 'warm-up', signature }
  const rawHeaders = Object.entries(signed).flatMap(([name, value]) => [`Wechatpay-${name}`, value])
  return { kind: 'answered', answer: { status: 200, rawHeaders, body: Buffer.from('{}') } }
}
