import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { TILL, type World } from '../../../lib/local/world.ts'
import type { Handover, PlannedOrder } from './plan.ts'

/** The shop's part of the contract: a payment notice is sent again after a 5xx. */
export type Till = {
  /** Settles after the payment notice was accepted, or put on the bus. Gives the HTTP status. */
  readonly handOver: (handover: Handover) => Promise<number | undefined>
  readonly figures: { http: number; event: number; again: number }
  readonly statuses: ReadonlyMap<number, number>
  readonly close: () => void
}

const MOST_TRIES = 20
const PAUSE_MS = 30

export const openTill = (world: World): Till => {
  const agent = new Agent({ keepAlive: true })
  const figures = { http: 0, event: 0, again: 0 }
  const statuses = new Map<number, number>()

  const post = (path: string, body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const json = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const headers = { ...world.api.headers, ...json }
      request(`${world.api.url}${path}`, { agent, method: 'POST', headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      })
        .on('error', reject)
        .end(body)
    })

  const overHttp = async (order: PlannedOrder): Promise<number> => {
    const path = `/merchants/${order.merchant.mchid}/payafter-orders/${encodeURIComponent(order.out_order_no)}/sync`
    const { mchid: _mchid, out_order_no: _number, ...body } = noticeOf(order)
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const status = await post(path, JSON.stringify(body))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status < 500) return status
      figures.again += 1
      await sleep(PAUSE_MS)
    }
    throw new Error(`the notice of ${order.out_order_no} was not taken in ${MOST_TRIES} tries`)
  }

  return {
    figures,
    statuses,
    handOver: async ({ order, via }) => {
      figures[via] += 1
      if (via === 'http') return overHttp(order)
      putNotice(world, noticeOf(order))
      return undefined
    },
    close: () => agent.destroy(),
  }
}

/** The shop's payment notice of an order, always the same. */
const noticeOf = ({ merchant, service_id, out_order_no }: PlannedOrder) => ({
  mchid: merchant.mchid,
  out_order_no,
  service_id,
  detail: { paid_time: PAID_TIME },
})

/** In the past for every clock of a run. */
export const PAID_TIME = '20250102030405'

/** The shop's own PutEvents has no faults, so it is made without I/O. */
export const putNotice = (world: World, notice: unknown): void => {
  const { Entries } = world.bus.putEvents({
    Entries: [
      {
        Source: TILL,
        DetailType: 'Payscore Order Paid Offline',
        EventBusName: world.bus.name,
        Detail: JSON.stringify(notice),
      },
    ],
  })
  if (!Entries[0]?.EventId) throw new Error('the bus did not take the notice')
}
