import type { Storm } from './run-storm.ts'
import type { Truth } from './story.ts'
import { PAID_TIME } from './till.ts'

export type StormRow = Readonly<Record<string, unknown>> | undefined

export const nameOf = ({ plan }: Truth): string => `${plan.merchant.mchid} ${plan.out_order_no} (${plan.story})`

/** The key of its row in the ledger. */
export const keyOf = ({ plan }: Truth): string => `${plan.merchant.mchid}#${plan.out_order_no}`

const shown = (row: StormRow): string =>
  row
    ? `${row.state} ${row.reason ?? ''} next ${row.next} attempt ${row.attempt} ${JSON.stringify(row.last_error)}`
    : 'no row'

/** Compares the row with the state of the order at WeChat Pay. */
export const wrongEnd = (truth: Truth, row: StormRow, { indexed }: Storm): string | undefined => {
  const { order, plan } = truth
  const isOut = row?.due === undefined && row?.next === undefined && !indexed.has(keyOf(truth))
  const isRight = () => {
    if (plan.story === 'unknown to WeChat Pay') return row?.state === 'REJECTED' && row.reason === 'not_found'
    if (plan.story === 'refused') return row?.state === 'REJECTED' && row.reason === 'invalid'
    if (order?.state === 'revoked') return row?.state === 'REJECTED' && row.reason === 'revoked'
    if (truth.charge) return row?.state === 'DOUBLE_CHARGED'
    const payments = order?.payments ?? []
    const isPaidOnce = payments.length === 1 && payments[0]?.paid_type === 'MCH' && payments[0].paid_time === PAID_TIME
    return row?.state === 'SYNCED' && row.proof !== undefined && isPaidOnce
  }
  return isOut && isRight() ? undefined : `${nameOf(truth)}: WeChat Pay has ${order?.state}, the row is ${shown(row)}`
}

export const notWaiting = (truth: Truth, row: StormRow, { indexed }: Storm): string | undefined => {
  const isUntouched = truth.order?.state === 'finished' && truth.order.payments.length === 0
  return row?.state === 'PENDING' && indexed.has(keyOf(truth)) && isUntouched
    ? undefined
    : `${nameOf(truth)}: ${shown(row)}`
}

export const wrongCharge = (truth: Truth, row: StormRow, { outcomes }: Storm): string | undefined => {
  const { charge, plan } = truth
  const events = outcomes.of(plan.out_order_no, 'Payscore Order Double Charged')
  if (!charge)
    return row?.state === 'DOUBLE_CHARGED' || events.length > 0 ? `${nameOf(truth)}: reported, but not made` : undefined
  const isNamed = row?.amount === charge.amount && row?.transaction_id === charge.transaction_id
  const isTold =
    events.length > 0 &&
    events.every((event) => event.amount === charge.amount && event.transaction_id === charge.transaction_id)
  if (isNamed && isTold) return undefined
  return `${nameOf(truth)}: ${charge.transaction_id} of ${charge.amount} fen, row ${row?.transaction_id} ${row?.amount}, ${events.length} events`
}

export const untold = (truth: Truth, row: StormRow, { outcomes }: Storm): string | undefined => {
  const { out_order_no } = truth.plan
  const isTold = () => {
    switch (row?.state) {
      case 'SYNCED':
        return outcomes.of(out_order_no, 'Payscore Order Synced').some(({ confirmed }) => confirmed)
      case 'REJECTED':
        return outcomes.of(out_order_no, 'Payscore Order Rejected').some(({ reason }) => reason === row.reason)
      case 'DOUBLE_CHARGED':
        return outcomes.of(out_order_no, 'Payscore Order Double Charged').length > 0
      default:
        return false
    }
  }
  return isTold() ? undefined : `${nameOf(truth)}: ${row?.state} was not told`
}
