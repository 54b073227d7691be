import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import type { Back } from './plan.ts'
import type { Tale } from './tale.ts'

/** Plans how the money goes back, or does not, from when the double charge is found. */
export const giveBack = (tale: Tale): void => {
  const { back } = tale.truth.plan
  if (back) BACKS[back](tale)
}

/** Before anybody knows that it is a double charge. */
export const refundAtOnce = (tale: Tale): void =>
  tale.at(tale.now() + 30 * MINUTE, () => tale.refund(tale.truth.plan.total_amount, 'SUCCESS'))

/**
 * Refunds so much, and lets it end. An order that is held is a case only when a person says so, who gives the number of
 * the first refund.
 */
const refund = (tale: Tale, at: number, amount: number, endsAfter: number, ends: 'SUCCESS' | 'ABNORMAL' | 'CLOSED') =>
  tale.at(at, () => {
    const out_refund_no = tale.refund(amount)
    tale.at(tale.now() + endsAfter, () => tale.setRefund(out_refund_no, ends))
    if (isOnlyHeld(tale) && tale.truth.refunds.length === 1) tell(tale, tale.now() + 10 * MINUTE, out_refund_no)
  })

/** A person gives the number of a refund. */
const tell = (tale: Tale, at: number, out_refund_no: string): void =>
  tale.at(at, () => tale.decide('settle', { out_refund_no }))

const isOnlyHeld = ({ truth }: Tale): boolean => truth.plan.kind === 'charged while held'

const all = ({ truth }: Tale): number => truth.plan.total_amount
const part = (tale: Tale): number => Math.floor(all(tale) / 3)

const complete = (tale: Tale, at: number): void =>
  refund(tale, at, all(tale), tale.between(10 * MINUTE, 12 * HOUR), 'SUCCESS')

const BACKS: Readonly<Record<Back, (tale: Tale) => void>> = {
  complete: (tale) => complete(tale, tale.now() + tale.between(HOUR, 2 * DAY)),
  'at once': (tale) => {
    // The bill with the refund may have been compared before the notice came, and no bill asks about a held order.
    if (isOnlyHeld(tale) || tale.truth.plan.kind === 'charged the day before')
      tale.at(tale.now() + DAY, () => tell(tale, tale.now(), tale.truth.refunds[0]?.out_refund_no ?? ''))
  },
  'in parts': (tale) => {
    const parts = [part(tale), part(tale), all(tale) - 2 * part(tale)]
    for (const [days, amount] of parts.entries())
      refund(tale, tale.now() + days * DAY + HOUR, amount, tale.between(MINUTE, 20 * HOUR), 'SUCCESS')
  },
  late: (tale) => complete(tale, tale.now() + tale.between(5 * DAY, 9 * DAY)),
  slow: (tale) => refund(tale, tale.now() + HOUR, all(tale), tale.between(2 * DAY, 3 * DAY), 'SUCCESS'),
  'abnormal, then back': (tale) => {
    refund(tale, tale.now() + HOUR, all(tale), 3 * HOUR, 'ABNORMAL')
    tale.at(tale.now() + 3 * DAY, () => {
      const [{ out_refund_no } = { out_refund_no: '' }] = tale.truth.refunds
      tale.setRefund(out_refund_no, 'SUCCESS')
      tell(tale, tale.now() + HOUR, out_refund_no)
    })
  },
  'abnormal, never back': (tale) => refund(tale, tale.now() + HOUR, all(tale), 3 * HOUR, 'ABNORMAL'),
  'closed, then again': (tale) => {
    refund(tale, tale.now() + HOUR, all(tale), 3 * HOUR, 'CLOSED')
    complete(tale, tale.now() + 2 * DAY)
  },
  'closed, never back': (tale) => refund(tale, tale.now() + HOUR, all(tale), 3 * HOUR, 'CLOSED'),
  'a part only': (tale) => refund(tale, tale.now() + HOUR, part(tale), HOUR, 'SUCCESS'),
  never: () => {},
  cash: (tale) => tale.at(tale.now() + tale.between(HOUR, 2 * DAY), () => tale.decide('settle', { cash: 'POS-1' })),
  'not double': (tale) =>
    tale.at(tale.now() + tale.between(HOUR, 2 * DAY), () => tale.decide('settle', { not_double: true })),
  'number told': (tale) => {
    refund(tale, tale.now() + HOUR, all(tale), tale.between(HOUR, 5 * HOUR), 'SUCCESS')
    tell(tale, tale.now() + HOUR + 5 * MINUTE, `R-${tale.truth.plan.out_order_no}-1`)
  },
  'wrong number told': (tale) => {
    // Two cases that were told the same number at once would be asked about it at once, which is no fault.
    tale.at(tale.now() + tale.between(HOUR, 9 * HOUR), () => tell(tale, tale.now(), tale.anothersRefund()))
    complete(tale, tale.now() + tale.between(2 * DAY, 3 * DAY))
  },
}
