import type { World } from '../../../../lib/local/world.ts'
import { orderOf } from '../../../support/invocations.ts'
import { isLeftWaiting } from '../orders/merchants.ts'
import type { PlannedOrder } from '../orders/plan.ts'
import type { FaultInjector } from './fault-injector.ts'
import type { Till } from './till.ts'

/** One in so many orders is sent by event while three attempts of the ledger's table fail for it. */
const CUT_OFF_EVERY = 400

/** The dead letter queue and its operator, who puts its payment notices on the bus again. */
export const createRedrive = (world: World, till: Till, injector: FaultInjector, plans: readonly PlannedOrder[]) => {
  const wanted = Math.max(1, Math.floor(plans.length / CUT_OFF_EVERY))
  const cutOff = plans.filter(canBeCutOff).slice(0, wanted)
  const mend = new Map(
    cutOff.map(({ merchant, out_order_no }) => [out_order_no, injector.cutOff(`${merchant.mchid}#${out_order_no}`)]),
  )
  let redriven = 0
  return {
    redriven: () => redriven,
    redriveAll: async (): Promise<void> => {
      const letters = world.notices.letters.slice(redriven)
      redriven += letters.length
      for (const { requestPayload } of letters) {
        mend.get(orderOf(requestPayload))?.()
        till.put((requestPayload as { readonly detail: unknown }).detail)
      }
      await world.idle()
    },
  }
}

const canBeCutOff = ({ merchant, notices: [first, second], story }: PlannedOrder): boolean =>
  !isLeftWaiting(merchant) && story === 'plain' && !second && first?.via === 'event' && first.wave === 0
