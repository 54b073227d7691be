import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { OpenLedger } from '../../support/ledger-table.ts'

/** The ledger under test, once it is there. */
export type Opened = () => OpenLedger

let orders = 0

/** The key of an order that no other test has used. */
export const freshKey = (): string => {
  orders += 1
  return `1900000109#order-${orders}`
}

/** The same transition of another order. */
export const ofOrder = (pk: string, { otherwise, ...transition }: Transition): Transition => ({
  ...transition,
  pk,
  ...(otherwise && { otherwise: ofOrder(pk, otherwise) }),
})
