import { chinaDay } from '../../../../lib/china-time.ts'
import type { Order, Payment } from '../../../../lib/local/wechatpay/orders.ts'
import { HOUR, SECOND } from '../../../support/orders.ts'
import type { GoodBill, Told } from './record.ts'
import type { Truth } from './tale.ts'

/** From an answer of WeChat Pay, or a person's word, to its record in the ledger. */
export const RECORDED_MS = 2 * SECOND
/** After so long without an answer that knows it, an order is rejected. */
const NOT_FOUND_MS = 25 * HOUR

/** What WeChat Pay and people know of the orders, by which the ledger is judged. */
export const createHistory = ({
  told,
  goodBills,
}: {
  readonly told: readonly Told[]
  readonly goodBills: readonly GoodBill[]
}) => {
  const byNumber = Map.groupBy(told, ({ of }) => of)
  const bills = Map.groupBy(goodBills, ({ signer, day }: GoodBill) => `${signer} ${day}`)

  const callsOf = (of: string, kind: Told['kind']): readonly Told[] =>
    (byNumber.get(of) ?? []).filter((call) => call.kind === kind)
  const queriesOf = ({ plan }: Truth) => callsOf(plan.out_order_no, 'query')
  const syncsOf = ({ plan }: Truth) => callsOf(plan.out_order_no, 'sync')

  /** When WeChat Pay first gave the bill of that day. */
  const billAt = (signer: string, ms: number): number | undefined => bills.get(`${signer} ${chinaDay(ms)}`)?.[0]?.at

  /** When WeChat Pay first said that it has charged the order. */
  const toldOfCharge = (truth: Truth): number | undefined => queriesOf(truth).find(({ says }) => says === 'charged')?.at

  /** Since when it is a case: of a held order only a person says that it is one. */
  const caseSince = (truth: Truth): number | undefined => {
    if (!isDouble(truth)) return undefined
    if (truth.plan.kind === 'charged while held') return truth.said[0]?.at
    return toldOfCharge(truth)
  }

  /** What WeChat Pay answered to the order's merchant about a refund. */
  const refundCalls = ({ signer }: Truth, out_refund_no: string): readonly Told[] =>
    callsOf(out_refund_no, 'refund').filter(({ mchid }) => mchid === signer)

  /** Since when a person says that nothing is open. */
  const settledByPerson = ({ said }: Truth): number | undefined =>
    said.find(({ body }) => body.cash !== undefined || body.not_double)?.at

  /** When WeChat Pay's answers first told that the whole charge is back. */
  const toldBack = ({ refunds, plan }: Truth): number | undefined => {
    const parts = refunds.flatMap(({ out_refund_no, amount }) => {
      const success = callsOf(out_refund_no, 'refund').find(({ says }) => says === 'SUCCESS')
      return success ? [{ at: success.at, amount }] : []
    })
    const back = parts.reduce((sum, { amount }) => sum + amount, 0)
    return back >= plan.total_amount ? Math.max(...parts.map(({ at }) => at)) : undefined
  }

  const closedAt = (truth: Truth): number | undefined => {
    const times = [settledByPerson(truth), toldBack(truth)].filter((at) => at !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Is the case open at that time? Undefined where it changes at this very moment. */
  const isOpenAt = (truth: Truth, at: number): boolean | undefined => {
    const since = caseSince(truth) ?? Number.POSITIVE_INFINITY
    const closed = Math.max(closedAt(truth) ?? Number.POSITIVE_INFINITY, since)
    const isNow = (ms: number) => ms <= at && at < ms + RECORDED_MS
    if (isNow(since) || isNow(closed)) return undefined
    return since <= at && at < closed
  }

  /** Since when the order must not be synced any more; undefined where it may. */
  const rejectedAt = (truth: Truth): number | undefined => {
    const { plan, said, handedOverAt = 0 } = truth
    const ended = said.find(({ what }) => what === 'close' || what === 'withdraw')?.at
    const cancelled = queriesOf(truth).find(({ says }) => says === 'revoked')?.at
    const isNeverFound = plan.kind === 'unknown' || plan.kind === 'charged after not found'
    const notFound = isNeverFound ? handedOverAt + NOT_FOUND_MS : undefined
    const refused = plan.kind === 'refused' ? syncsOf(truth)[1]?.at : undefined
    return ended ?? cancelled ?? notFound ?? refused
  }

  /** Since when no query of its own is to come: WeChat Pay's answer proved it, or it was rejected. */
  const endedAt = (truth: Truth): number | undefined => {
    const isProof = truth.plan.merchant.order_api === 'serviceorder'
    const proof = isProof
      ? syncsOf(truth).find(({ applied }) => applied)
      : queriesOf(truth).find(({ says }) => says === 'paid')
    return proof?.at ?? rejectedAt(truth)
  }

  return { syncsOf, billAt, refundCalls, caseSince, settledByPerson, closedAt, isOpenAt, rejectedAt, endedAt }
}

export type History = ReturnType<typeof createHistory>

export const chargeOf = (order: Order | undefined): Payment | undefined =>
  order?.payments.find(({ paid_type }) => paid_type === 'NEWTON')

/** WeChat Pay charged the order, and its customer paid at the till as well; the shop did not take that back. */
export const isDouble = ({ order, handedOverAt, plan, said }: Truth): boolean =>
  chargeOf(order) !== undefined &&
  handedOverAt !== undefined &&
  !(plan.kind === 'withdrawn, then charged' && said.length > 0)

/** The sum of the refunds that succeeded, fen, by WeChat Pay's own record up to a time. */
export const backBy = ({ refunds }: Truth, at: number): number =>
  refunds
    .filter(({ status, succeededAt = Number.POSITIVE_INFINITY }) => status === 'SUCCESS' && succeededAt <= at)
    .reduce((sum, { amount }) => sum + amount, 0)
