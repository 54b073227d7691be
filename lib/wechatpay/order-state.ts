import { type Body, fen, isStated, text } from './answer-body.ts'
import { type Money, readMoney } from './collection.ts'
import type { Verdict } from './verdict.ts'
import type { VerdictKind } from './verdict-kinds.ts'

type Read = Pick<Verdict, 'kind' | 'total_amount' | 'charge' | 'paid_amount' | 'paying_amount'>

/**
 * How far an order is by its `state`, of either family. What no page lists has no stage.
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
 * How an order stands: `state`, `state_description` and the collection are judged together. A charge is never hidden,
 * whatever stands beside it; whatever else contradicts itself is no end, and no reason to send anything.
 */
export const readOrderState = (body: Body): Read => {
  const money = readMoney(body)
  const stage = stageOf(body)
  const { charge, outstanding = 0, paid } = money
  const isOver = stage === 'done' || stage === 'ended'
  const kind = charge ? (isOver || outstanding === 0 ? 'collected' : 'part_paid') : judge(stage, body, money)
  const total_amount = totalOf(body, money)
  return {
    kind,
    ...(total_amount !== undefined && { total_amount }),
    ...(charge && { charge }),
    ...(kind === 'part_paid' && { paid_amount: paid, paying_amount: outstanding }),
  }
}

const judge = (stage: Stage | undefined, body: Body, money: Money): VerdictKind => {
  switch (stage) {
    case 'early':
      return judgeEarly(body, money)
    case 'waiting':
      return judgeWaiting(body, money)
    case 'done':
      return judgeDone(body, money)
    case 'ended':
      return judgeEnded(money)
    default:
      return 'unknown'
  }
}

/** Nothing can be collected before the merchant has completed the order. */
const judgeEarly = (body: Body, money: Money): VerdictKind => {
  if (isPartPaid(money)) return 'part_paid'
  const isSilent = money.state === undefined && money.paid === 0 && money.isReadable && !isStated(body.pay_type)
  return isSilent ? 'open' : 'unknown'
}

/** The whole sum is outstanding: only then is a sync due. */
const judgeWaiting = ({ state, need_collection, pay_type }: Body, money: Money): VerdictKind => {
  if (isPartPaid(money)) return 'part_paid'
  const isPaying = money.state === 'USER_PAYING' || (money.state === undefined && state === 'FINISHED')
  const isToCollect = need_collection === true || !isStated(need_collection)
  const isPlain = isPaying && isToCollect && !isStated(pay_type) && money.isReadable
  return isPlain && money.payments.length === 0 && money.outstanding !== 0 ? 'unpaid' : 'unknown'
}

const isPartPaid = ({ paid, outstanding = 0, total = 0, isReadable, payments }: Money): boolean =>
  isReadable &&
  outstanding > 0 &&
  (paid > 0 || outstanding < total) &&
  payments.every(({ amount }) => amount !== undefined)

/** Done: by the merchant's channel alone, or for nothing; else nobody can tell who collected. */
const judgeDone = (body: Body, money: Money): VerdictKind => {
  const { payments, state, total = 0, paying = 0, paid, isPaidByNobodyKnown, isReadable } = money
  const isAtOne = (state === undefined || state === 'USER_PAID') && paying === 0 && !isPaidByNobodyKnown
  if (!isAtOne || !isReadable) return 'undecided'
  if (payments.length > 0) {
    const isMerchants = payments.every(({ paid_type }) => paid_type === 'MCH') && isMerchantsOrSilent(body)
    const covers = paid >= total || payments.some(({ amount }) => amount === undefined)
    return isMerchants && covers ? 'confirmed' : 'undecided'
  }
  if (body.state === 'USER_PAID' && body.pay_type === MERCHANT_PAY) return 'confirmed'
  return isForNothing(body, money) && isMerchantsOrSilent(body) ? 'confirmed' : 'undecided'
}

/** The flat family's mark of a sync, the one value that is known. */
const MERCHANT_PAY = 'MchChannelPayType'
const isMerchantsOrSilent = ({ pay_type }: Body): boolean => !isStated(pay_type) || pay_type === MERCHANT_PAY

/** There was nothing to collect, and nothing was. */
const isForNothing = ({ need_collection }: Body, { total, isNaught, paid }: Money): boolean =>
  paid === 0 && (need_collection === false || total === 0 || (isNaught && total === undefined))

/** Cancelled or expired: an end, unless somebody paid who is not the merchant. */
const judgeEnded = ({ payments, state, isPaidByNobodyKnown, isReadable }: Money): VerdictKind => {
  const isPaidUnseen = isPaidByNobodyKnown || (state === 'USER_PAID' && payments.length === 0)
  const isMerchants = payments.every(({ paid_type }) => paid_type === 'MCH')
  return isReadable && isMerchants && !isPaidUnseen ? 'closed' : 'undecided'
}

/** Of the whole order; undefined when the answer names two. */
const totalOf = ({ total_amount }: Body, { total }: Money): number | undefined => {
  const stated = fen(total_amount)
  return stated === undefined || stated === total ? total : undefined
}
