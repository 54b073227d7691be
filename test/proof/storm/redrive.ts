import type { World } from '../../../lib/local/world.ts'
import type { FaultInjector } from './fault-injector.ts'
import { orderOf } from './order-of.ts'
import type { PlannedOrder } from './plan.ts'
import { putNotice } from './till.ts'

/** One in so many orders is sent by event while three attempts of the ledger's table fail for it. */
const CUT_OFF_EVERY = 400

/** The dead letter queue and its operator, who puts its payment notices on the bus again. */
export const createRedrive = (world: World, injector: FaultInjector, plans: readonly PlannedOrder[]) => {
  const isCutOff = ({ merchant, notices, story }: PlannedOrder) =>
    !merchant.isBroken &&
    story === 'plain' &&
    notices.length === 1 &&
    notices[0]?.via === 'event' &&
    notices[0].wave === 0
  const wanted = Math.max(1, Math.floor(plans.length / CUT_OFF_EVERY))
  const mend = new Map(
    plans
      .filter(isCutOff)
      .slice(0, wanted)
      .map(({ merchant, out_order_no }) => [out_order_no, injector.cutOff(`${merchant.mchid}#${out_order_no}`)]),
  )
  let redriven = 0
  return {
    redriven: () => redriven,
    redriveAll: async (): Promise<void> => {
      const letters = world.notices.letters.slice(redriven)
      redriven += letters.length
      for (const { requestPayload } of letters) {
        mend.get(orderOf(requestPayload) ?? '')?.()
        putNotice(world, (requestPayload as { readonly detail: unknown }).detail)
      }
      await world.idle()
    },
  }
}
