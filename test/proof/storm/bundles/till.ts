import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../../../../lib/local/world.ts'
import { putNotice } from '../../../support/till.ts'
import type { Handover, PlannedOrder } from '../orders/plan.ts'

/** In the past for every clock of a run. */
export const PAID_TIME = '20250102030405'

const MOST_TRIES = 20
const PAUSE_MS = 30

/** The shop's part of the contract: a payment notice is sent again after a 5xx. */
export const createTill = (world: World) => {
  const figures = { http: 0, event: 0, again: 0 }
  const statuses = new Map<number, number>()

  const post = async (path: string, body: object): Promise<number> => {
    const headers = { ...world.api.headers, 'content-type': 'application/json' }
    const answer = await fetch(`${world.api.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    await answer.arrayBuffer()
    return answer.status
  }

  const overHttp = async ({ merchant, out_order_no, service_id }: PlannedOrder): Promise<void> => {
    const path = `/merchants/${merchant.mchid}/payafter-orders/${encodeURIComponent(out_order_no)}/sync`
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const status = await post(path, { service_id, detail: { paid_time: PAID_TIME } })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status < 500) return
      figures.again += 1
      await sleep(PAUSE_MS)
    }
    throw new Error(`the notice of ${out_order_no} was not taken in ${MOST_TRIES} tries`)
  }

  /** The shop's own PutEvents has no faults, so it is made without I/O. */
  const put = (notice: unknown): void => {
    if (!putNotice(world, notice)?.EventId) throw new Error('the bus did not take the notice')
  }

  return {
    figures,
    statuses,
    put,
    /** Settles after the payment notice was accepted, or put on the bus. */
    handOver: async ({ order, via }: Handover): Promise<void> => {
      figures[via] += 1
      if (via === 'http') return overHttp(order)
      const { merchant, out_order_no, service_id } = order
      put({ mchid: merchant.mchid, out_order_no, service_id, detail: { paid_time: PAID_TIME } })
    },
  }
}

export type Till = ReturnType<typeof createTill>
