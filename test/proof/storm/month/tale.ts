import { formatChinaTime } from '../../../../lib/china-time.ts'
import { readDecision } from '../../../../lib/intake/operator-decision.ts'
import { readPaymentNotice } from '../../../../lib/intake/payment-notice.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import * as moves from '../../../../lib/local/wechatpay/order-moves.ts'
import type { CollectedBy, Order, OrderState } from '../../../../lib/local/wechatpay/orders.ts'
import type { Refund, RefundStatus } from '../../../../lib/local/wechatpay/refunds.ts'
import { applyDecision } from '../../../../lib/operations/apply-decision.ts'
import { syncOrder } from '../../../../lib/operations/sync-order.ts'
import { MINUTE } from '../../../support/orders.ts'
import type { createMemoryWorld } from '../memory/world.ts'
import { orderAt, signerOf } from '../orders/merchants.ts'
import type { At } from './calendar.ts'
import type { Planned } from './plan.ts'

export type MemoryWorld = ReturnType<typeof createMemoryWorld>

/** What an operator or the shop said of an order, and was taken. */
export type Said = { readonly at: number; readonly what: string; readonly body: Body }
type Body = {
  readonly out_refund_no?: string
  readonly cash?: string
  readonly not_double?: true
}

/** What really happened to one order. All of it is known without the ledger, but who found the charge. */
export type Truth = {
  readonly plan: Planned
  /** Of its row. */
  readonly key: string
  readonly signer: string
  /** At WeChat Pay; undefined if it has none. */
  order?: Order
  /** ms */
  handedOverAt?: number
  chargedAt?: number
  /** When the order last changed at WeChat Pay, so that what was tried before does not count. */
  movedAt?: number
  readonly refunds: Refund[]
  readonly said: Said[]
  found?: { readonly at: number; readonly by: 'query' | 'bill' }
}

/** What can happen in the story of an order. */
export type Tale = ReturnType<typeof createTale>

const MOST_TRIES = 120
const TRY_AGAIN_MS = 2 * MINUTE

export const createTale = (plan: Planned, world: MemoryWorld, at: At) => {
  const { time, wechatpay, deps, merchants } = world
  const { mchid } = plan.merchant
  const { out_order_no } = plan
  const truth: Truth = {
    plan,
    key: `${mchid}#${out_order_no}`,
    signer: signerOf(plan.merchant),
    refunds: [],
    said: [],
  }
  const random = seededRandom(plan.seed)
  const order = (): Order => {
    if (!truth.order) throw new TypeError(`WeChat Pay has no order ${out_order_no}`)
    return truth.order
  }
  const move = (change: (order: Order) => void) => (): void => {
    change(order())
    truth.movedAt = time.now()
  }

  const decide = async (what: string, body: Body = {}, tries = 1): Promise<void> => {
    const key = { mchid, out_order_no }
    const request = readDecision(key, what, { reason: 'looked at', ...body }, 'arn:aws:iam::123456789012:user/month')
    const { reply, log } = await applyDecision(request, deps)
    if (reply.status === 200 && log.transition !== 'refused') truth.said.push({ at: time.now(), what, body })
    // A call may be out, or the order not be where the person saw it.
    else if (tries < MOST_TRIES) at(time.now() + TRY_AGAIN_MS, () => decide(what, body, tries + 1))
  }

  return {
    truth,
    at,
    now: time.now,
    between: (least: number, most: number): number => Math.floor(least + random() * (most - least)),
    place: (state: Exclude<OrderState, 'paid'> = 'finished'): void => {
      const { total_amount } = plan
      truth.order = wechatpay.addOrder(orderAt(plan.merchant, { out_order_no, total_amount, state }))
    },
    /** The customer pays at the till, by default the whole sum. */
    handOver: async (amount = plan.total_amount): Promise<void> => {
      truth.handedOverAt ??= time.now()
      const notice = {
        mchid,
        out_order_no,
        detail: { paid_time: formatChinaTime(time.now() - MINUTE) },
        ...(plan.merchant.mode === 'check' && { amount }),
      }
      const read = readPaymentNotice({ via: 'direct', noticed_at: time.now(), notice }, merchants, time.now())
      await syncOrder(read, 'direct', deps)
    },
    charge: (by: CollectedBy = 'auto'): void => {
      moves.payscoreCharges(order(), time.now(), { by })
      truth.chargedAt = time.now()
      truth.movedAt = time.now()
    },
    chargeStarts: move(moves.chargeStarts),
    chargeFails: move(moves.chargeFails),
    cancel: move(moves.merchantCancels),
    complete: move((one) => moves.merchantCompletes(one, undefined)),
    refuseSyncs: () => wechatpay.refuseSyncs(out_order_no),
    anotherPayment: (): void => {
      const { provider } = plan.merchant
      const whose = { mchid: truth.signer, ...(provider && { sub_mchid: mchid }) }
      wechatpay.accounts.ordinaryPayment({ ...whose, out_trade_no: out_order_no, amount: plan.total_amount })
    },
    /** As the merchant platform makes it. Gives its number. */
    refund: (amount: number, status: RefundStatus = 'PROCESSING'): string => {
      const transaction_id = order().payments.find(({ paid_type }) => paid_type === 'NEWTON')?.transaction_id ?? ''
      const out_refund_no = `R-${out_order_no}-${truth.refunds.length + 1}`
      const seed = { mchid: truth.signer, transaction_id, out_refund_no, amount, status }
      truth.refunds.push(wechatpay.accounts.refund(seed))
      return out_refund_no
    },
    setRefund: wechatpay.accounts.setRefund,
    /** The number of a refund of another order, if there is one. */
    anothersRefund: (): string =>
      wechatpay.accounts.refunds().find(({ out_refund_no }) => !out_refund_no.startsWith(`R-${out_order_no}-`))
        ?.out_refund_no ?? 'R-none',
    decide,
  }
}
