import { PAID_TIME } from '../bundles/till.ts'
import type { Case, Storm } from '../bundles/world.ts'

/** Each gives a finding, or undefined if the order is as it should be. */
type Finding = string | undefined

const shown = ({ row }: Case): string =>
  row
    ? `${row.state} ${row.reason ?? ''} next ${row.next} attempt ${row.attempt} ${JSON.stringify(row.last_error)}`
    : 'no row'

/** Compares the row with the state of the order at WeChat Pay. */
export const wrongEnd = (one: Case, { indexed }: Storm): Finding => {
  const { key, name, row } = one
  const { order, plan, charge } = one.truth
  const isOut = row?.due === undefined && row?.next === undefined && !indexed.has(key)
  const isRight = () => {
    if (plan.story === 'unknown to WeChat Pay') return row?.state === 'REJECTED' && row.reason === 'not_found'
    if (plan.story === 'refused') return row?.state === 'REJECTED' && row.reason === 'invalid'
    if (order?.state === 'revoked') return row?.state === 'REJECTED' && row.reason === 'revoked'
    if (charge) return row?.state === 'DOUBLE_CHARGED'
    const payments = order?.payments ?? []
    const isPaidOnce = payments.length === 1 && payments[0]?.paid_type === 'MCH' && payments[0].paid_time === PAID_TIME
    return row?.state === 'SYNCED' && row.proved_at !== undefined && isPaidOnce
  }
  return isOut && isRight() ? undefined : `${name}: WeChat Pay has ${order?.state}, the row is ${shown(one)}`
}

export const notWaiting = (one: Case, { indexed }: Storm): Finding => {
  const { order } = one.truth
  const isUntouched = order?.state === 'finished' && order.payments.length === 0
  const isWaiting = one.row?.state === 'PENDING' && indexed.has(one.key)
  return isWaiting && isUntouched ? undefined : `${one.name}: ${shown(one)}`
}

/** In observe mode, an order that still waits for payment. */
export const notHeld = ({ truth, key, name, row }: Case, { indexed }: Storm): Finding => {
  if (truth.order?.state !== 'finished' || truth.charge) return undefined
  const isHeld = row?.state === 'HELD' && row.reason === 'observe_only' && indexed.has(key)
  return isHeld ? undefined : `${name}: ${row?.state} ${row?.reason}`
}

export const wrongCharge = ({ truth, name, row }: Case, { outcomes }: Storm): Finding => {
  const { charge, plan } = truth
  const events = outcomes.of(plan.out_order_no, 'Payscore Order Double Charged')
  if (!charge)
    return row?.state === 'DOUBLE_CHARGED' || events.length > 0 ? `${name}: reported, but not made` : undefined
  const isNamedBy = (told: typeof row) =>
    told?.amount === charge.amount && told?.transaction_id === charge.transaction_id
  if (isNamedBy(row) && events.length > 0 && events.every(isNamedBy)) return undefined
  return `${name}: ${charge.transaction_id} of ${charge.amount} fen, row ${row?.transaction_id} ${row?.amount}, ${events.length} events`
}

export const untold = ({ truth, name, row }: Case, { outcomes }: Storm): Finding => {
  const told = (type: string) => outcomes.of(truth.plan.out_order_no, `Payscore Order ${type}`)
  const isTold = () => {
    switch (row?.state) {
      case 'SYNCED':
        return told('Synced').some(({ confirmed }) => confirmed)
      case 'REJECTED':
        return told('Rejected').some(({ reason }) => reason === row.reason)
      case 'DOUBLE_CHARGED':
        return told('Double Charged').length > 0
      default:
        return false
    }
  }
  return isTold() ? undefined : `${name}: ${row?.state} was not told`
}

const EXCUSED = new Set(['UnavailableError', 'Runtime.ExitError', 'Sandbox.Timedout'])

export const needlessLetter = ({ responsePayload }: Storm['deadLetters'][number]): Finding => {
  const { errorType } = responsePayload as { readonly errorType: string }
  return EXCUSED.has(errorType) ? undefined : JSON.stringify(responsePayload).slice(0, 300)
}
