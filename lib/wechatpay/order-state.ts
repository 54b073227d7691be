import { type Body, fen, isStated, text } from './answer-body.ts'
import { type Money, readMoney } from './collection.ts'
import type { Verdict } from './verdict.ts'
import type { VerdictKind } from './verdict-kinds.ts'

type OrderState = Pick<Verdict, 'kind' | 'total_amount' | 'charge' | 'paid_amount' | 'paying_amount'>

/**
 * The stage of an order by its `state`, in both families. A state that WeChat Pay has not published has no stage.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012587902
 */
type Stage = 'early' | 'waiting' | 'done' | 'ended'

const STAGES: { readonly [state in string]?: Stage } = {
  CREATED: 'early',
  USER_ACCEPTED: 'early',
  FINISHED: 'waiting',
  DONE: 'done',
  USER_PAID: 'done',
  REVOKED: 'ended',
  EXPIRED: 'ended',
}

const stageOf = ({ state, state_description }: Body): Stage | undefined => {
  if (state !== 'DOING') return Object.hasOwn(STAGES, text(state)) ? STAGES[text(state)] : undefined
  if (state_description === 'MCH_COMPLETE') return 'waiting'
  return state_description === 'USER_CONFIRM' || !isStated(state_description) ? 'early' : undefined
}

/**
 * The verdict of an order, from `state`, `state_description` and the collection together. A charge is always reported,
 * even if other members contradict it. Any other contradiction ends no order and causes no sync.
 */
export const readOrderState = (body: Body): OrderState => {
  const money = readMoney(body)
  const stage = stageOf(body)
  const { charge, outstanding = 0, paid } = money
  const isOver = stage === 'done' || stage === 'ended'
  const kind = charge ? (isOver || outstanding === 0 ? 'collected' : 'part_paid') : classify(stage, body, money)
  const total_amount = totalOf(body, money)
  return {
    kind,
    ...(total_amount !== undefined && { total_amount }),
    ...(charge && { charge }),
    ...(kind === 'part_paid' && { paid_amount: paid, paying_amount: outstanding }),
  }
}

const classify = (stage: Stage | undefined, body: Body, money: Money): VerdictKind => {
  switch (stage) {
    case 'early':
      return classifyEarly(body, money)
    case 'waiting':
      return classifyWaiting(body, money)
    case 'done':
      return classifyDone(body, money)
    case 'ended':
      return classifyEnded(money)
    default:
      return 'unknown'
  }
}

/** Before the merchant has completed the order, nothing can be collected. */
const classifyEarly = (body: Body, money: Money): VerdictKind => {
  if (isPartPaid(money)) return 'part_paid'
  const saysNothingMore = money.state === undefined && money.paid === 0 && money.isReadable && !isStated(body.pay_type)
  return saysNothingMore ? 'open' : 'unknown'
}

/** A sync is due only if the whole sum is outstanding. */
const classifyWaiting = ({ state, need_collection, pay_type }: Body, money: Money): VerdictKind => {
  if (isPartPaid(money)) return 'part_paid'
  const isPaying = money.state === 'USER_PAYING' || (money.state === undefined && state === 'FINISHED')
  const isToCollect = need_collection === true || !isStated(need_collection)
  const isClear = isPaying && isToCollect && !isStated(pay_type) && money.isReadable
  return isClear && money.payments.length === 0 && money.outstanding !== 0 ? 'unpaid' : 'unknown'
}

const isPartPaid = ({ paid, outstanding = 0, total = 0, isReadable, payments }: Money): boolean =>
  isReadable &&
  outstanding > 0 &&
  (paid > 0 || outstanding < total) &&
  payments.every(({ amount }) => amount !== undefined)

/**
 * The order is done. Confirmed if only the merchant's channel collected, or if there was nothing to collect; otherwise
 * the answer does not tell who collected.
 */
const classifyDone = (body: Body, money: Money): VerdictKind => {
  const { payments, state, total = 0, paying = 0, paid, isPaidByNobodyKnown, isReadable } = money
  const isConsistent = (state === undefined || state === 'USER_PAID') && paying === 0 && !isPaidByNobodyKnown
  if (!isConsistent || !isReadable) return 'undecided'
  if (payments.length > 0) {
    const isMerchants = payments.every(({ paid_type }) => paid_type === 'MCH') && isMerchantsOrSilent(body)
    const isFullyPaid = paid >= total || payments.some(({ amount }) => amount === undefined)
    return isMerchants && isFullyPaid ? 'confirmed' : 'undecided'
  }
  if (body.state === 'USER_PAID' && body.pay_type === MERCHANT_PAY) return 'confirmed'
  return isForNothing(body, money) && isMerchantsOrSilent(body) ? 'confirmed' : 'undecided'
}

/** `pay_type` after a sync, in the payafter-orders family; WeChat Pay has published no other value. */
const MERCHANT_PAY = 'MchChannelPayType'
const isMerchantsOrSilent = ({ pay_type }: Body): boolean => !isStated(pay_type) || pay_type === MERCHANT_PAY

/** There was nothing to collect, and nothing was collected. */
const isForNothing = ({ need_collection }: Body, { total, isNaught, paid }: Money): boolean =>
  paid === 0 && (need_collection === false || total === 0 || (isNaught && total === undefined))

/** Cancelled or expired: the order is over, unless somebody other than the merchant collected. */
const classifyEnded = ({ payments, state, isPaidByNobodyKnown, isReadable }: Money): VerdictKind => {
  const isPaidByUnknown = isPaidByNobodyKnown || (state === 'USER_PAID' && payments.length === 0)
  const isMerchants = payments.every(({ paid_type }) => paid_type === 'MCH')
  return isReadable && isMerchants && !isPaidByUnknown ? 'closed' : 'undecided'
}

/** The total of the order; undefined when the answer has two different ones. */
const totalOf = ({ total_amount }: Body, { total }: Money): number | undefined => {
  const stated = fen(total_amount)
  return stated === undefined || stated === total ? total : undefined
}
