import type { World } from '../../../lib/local/world.ts'
import { orderOf } from './order-of.ts'
import type { PlannedOrder } from './plan.ts'
import { putNotice } from './till.ts'
import type { Weather } from './weather.ts'

/** Every so many orders one is handed over by event while the ledger is out of reach for it three times. */
const CUT_OFF_EVERY = 400

/** The dead-letter queue and its operator: what lies there is put on the bus again. */
export const createRedrive = (world: World, weather: Weather, plans: readonly PlannedOrder[]) => {
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
      .map(({ merchant, out_order_no }) => [out_order_no, weather.cutOff(`${merchant.mchid}#${out_order_no}`)]),
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
