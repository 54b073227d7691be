import type { EventBus } from '../../../lib/aws/event-bus.ts'
import type { Ledger } from '../../../lib/aws/ledger.ts'
import { readMerchantsConfig } from '../../../lib/config/merchants.ts'
import { readPaymentNotice } from '../../../lib/intake/payment-notice.ts'
import { type DueEvent, readDueEvent } from '../../../lib/ledger/due-event.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { seededRandom } from '../../../lib/local/aws-faults.ts'
import type { OrderDeps } from '../../../lib/operations/call-wechatpay.ts'
import { dispatchDue } from '../../../lib/operations/dispatch-due.ts'
import { processDue } from '../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../lib/operations/sync-order.ts'
import { randomNonce } from '../../../lib/wechatpay/signed-call.ts'
import { plainLedger } from '../../support/plain-ledger.ts'
import { createOutageWechatpay } from './outage-wechatpay.ts'
import { createPace } from './pace.ts'
import { createVirtualTime } from './virtual-time.ts'
import { createWaits, type Waits } from './waits.ts'

export type OutageOptions = {
  readonly outageHours: number
  /** How long the run continues after the outage. The healthy merchant has orders from an hour before it. */
  readonly hoursAfter: number
  readonly seed: number
  /** Prints one line for each hour. */
  readonly say: (line: string) => void
}

export type Outage = {
  /** Orders of the three merchants, and of the healthy one. */
  readonly orders: number
  readonly healthyOrders: number
  /** ms from the end of the outage to the sync; 0 for orders that were synced before. */
  readonly synced: Waits
  readonly confirmed: Waits
  /** The most dispatches of one merchant within a second. */
  readonly mostPerSecond: number
  readonly dispatched: number
  /** The healthy merchant: ms from the due time of a row to its claim. */
  readonly healthyWaits: { readonly before: Waits; readonly meanwhile: Waits; readonly after: Waits }
  /** Rows that were due at the end of the outage, and for how long the oldest one was. */
  readonly backlog: { readonly rows: number; readonly lagMs: number }
  readonly calls: {
    readonly answered: number
    readonly failed: number
    readonly applied: number
    readonly overlaps: number
  }
  readonly realMs: number
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** 2026-11-24 00:00 in China. */
const START = 1_795_449_600_000
const BEFORE_MS = 1 * HOUR
const ORDER_EVERY_MS = 1 * SECOND
const HEALTHY_EVERY_MS = 6 * SECOND
/** The longest time from PutEvents to its response, and from there to the function. */
const PUT_MS = 40
const DELIVERY_MS = 400

const HEALTHY = '1900000104'
const STRUCK = ['1900000101', '1900000102', '1900000103'] as const

/**
 * As in MERCHANTS: two direct merchants, a sub-merchant, and the healthy one. With their order APIs a sync does not
 * prove itself.
 */
const MERCHANTS = JSON.stringify({
  '1900000101': { services: { '500101': 'wx101' } },
  '1900000102': { services: { '500102': 'wx102' } },
  '1900000103': { order_api: 'partner', provider: '1900000100', services: { '500103': '' } },
  '1900000104': { services: { '500104': 'wx104' } },
})
const AT_WECHATPAY = [
  { mchid: '1900000101', services: { '500101': 'wx101' } },
  { mchid: '1900000102', services: { '500102': 'wx102' } },
  { mchid: '1900000100', services: { '500103': '' }, subMerchants: ['1900000103'] },
  { mchid: '1900000104', services: { '500104': 'wx104' } },
]

/**
 * An outage of WeChat Pay for three merchants, on virtual time, with the real operations. A fourth merchant is not
 * affected.
 */
export const runOutage = async ({ outageHours, hoursAfter, seed, say }: OutageOptions): Promise<Outage> => {
  const startedAt = performance.now()
  const time = createVirtualTime(START)
  const random = seededRandom(seed)
  const outage = { begins: START + BEFORE_MS, ends: START + BEFORE_MS + outageHours * HOUR }
  const isDuring = (at: number) => at >= outage.begins && at < outage.ends
  const { merchants } = readMerchantsConfig(MERCHANTS)
  const wechatpay = createOutageWechatpay({
    time,
    random,
    merchants: AT_WECHATPAY,
    isOut: (mchid) => mchid !== HEALTHY && isDuring(time.now()),
  })

  const synced = createWaits()
  const confirmed = createWaits()
  const healthyWaits = { before: createWaits(), meanwhile: createWaits(), after: createWaits() }
  const ofNow = () => (isDuring(time.now()) ? 'meanwhile' : time.now() < outage.begins ? 'before' : 'after')
  const { ledger: plain, rows } = plainLedger()
  const note = ({ name, pk }: Transition, before: Row | undefined, after: Row): void => {
    if (pk.startsWith(HEALTHY)) {
      if (name === '2 claim' && before?.due_at !== undefined) healthyWaits[ofNow()].add(time.now() - before.due_at)
      return
    }
    const sinceEnd = Math.max(0, time.now() - outage.ends)
    if (after.state === 'SYNCED' && before?.state !== 'SYNCED') synced.add(sinceEnd)
    if (after.proof && !before?.proof) confirmed.add(sinceEnd)
  }
  const ledger: Ledger = {
    ...plain,
    apply: async (transition) => {
      const before = rows.get(transition.pk)
      const applied = await plain.apply(transition)
      if (applied) note(applied.transition, before, applied.row)
      return applied
    },
  }

  const serve = (due: DueEvent) => processDue(due, depsOf(due.mchid))
  const deliver = (due: DueEvent) => time.after(random() * DELIVERY_MS, () => serve(due))
  const depsOf = (mchid: string): OrderDeps => ({
    ledger,
    merchants: {
      signer: async (signs) => {
        const signer = wechatpay.signers.get(signs)
        if (!signer) throw new TypeError(`nobody signs as ${signs}`)
        return signer
      },
      forget: () => {},
    },
    send: wechatpay.sendFor(mchid),
    publishDue: async (due) => deliver(due),
    now: time.now,
    random,
    nonce: randomNonce,
  })

  const pace = createPace(time.now)
  const bus: EventBus = {
    put: async (events) => {
      const dues = events
        .map(({ detailType, ...event }) => readDueEvent({ ...event, 'detail-type': detailType }))
        .filter((due) => due !== undefined)
      const [first] = dues
      if (first) pace.add(first.mchid, dues.length)
      await time.sleep(random() * PUT_MS)
      for (const due of dues) deliver(due)
      return []
    },
  }

  const orders = { struck: 0, healthy: 0 }
  const takeOrder = (mchid: string): Promise<unknown> => {
    orders[mchid === HEALTHY ? 'healthy' : 'struck'] += 1
    const out_order_no = `O-${orders.struck + orders.healthy}`
    const merchant = merchants.get(mchid)
    const [service_id = ''] = merchant?.services.keys() ?? []
    wechatpay.addOrder({
      family: merchant?.provider ? 'serviceorder' : 'payafter-orders',
      mchid: merchant?.provider ?? mchid,
      ...(merchant?.provider && { sub_mchid: mchid }),
      service_id,
      out_order_no,
      total_amount: 3900,
    })
    const notice = { mchid, out_order_no, detail: { paid_time: '20261124000000' } }
    const order = readPaymentNotice({ via: 'direct', noticed_at: time.now(), notice }, merchants, time.now())
    return syncOrder(order, 'direct', depsOf(mchid))
  }

  /** Once in each interval, at its start or at a random time in it. */
  const every = (spanMs: number, from: number, to: number, within: number, work: (index: number) => unknown): void => {
    const step = (index: number): void => {
      if (time.now() >= to) return
      time.after(spanMs, () => step(index + 1))
      time.after(random() * within, () => work(index))
    }
    time.after(from - time.now(), () => step(0))
  }
  const end = outage.ends + hoursAfter * HOUR
  every(HEALTHY_EVERY_MS, START, end, HEALTHY_EVERY_MS, () => takeOrder(HEALTHY))
  every(ORDER_EVERY_MS, outage.begins, outage.ends, ORDER_EVERY_MS, (index) =>
    takeOrder(STRUCK[index % STRUCK.length] ?? HEALTHY),
  )
  every(MINUTE, START, end, 0, () =>
    dispatchDue([...merchants.keys()], { ledger, bus, now: time.now, sleep: time.sleep }),
  )

  const dueNow = () =>
    [...rows.values()].filter(({ pk, due_at = end }) => !pk.startsWith(HEALTHY) && due_at <= time.now())
  let backlog = { rows: 0, lagMs: 0 }
  for (let at = START; at < end; at += HOUR) {
    await time.run(Math.min(at + HOUR, end))
    const due = dueNow()
    const lagMs = Math.max(0, ...due.map(({ due_at = time.now() }) => time.now() - due_at))
    if (time.now() === outage.ends) backlog = { rows: due.length, lagMs }
    const minutes = Math.round((time.now() - outage.ends) / MINUTE)
    const real = Math.round((performance.now() - startedAt) / 1000)
    say(
      `${minutes} min from the outage's end: ${orders.struck} orders, ${synced.count()} synced, ${confirmed.count()} confirmed, ` +
        `${due.length} due for ${Math.round(lagMs / 1000)} s at most, ${wechatpay.figures.failed} calls failed, ${real} s`,
    )
  }

  return {
    orders: orders.struck,
    healthyOrders: orders.healthy,
    synced,
    confirmed,
    mostPerSecond: pace.mostPerSecond(),
    dispatched: pace.dispatched(),
    healthyWaits,
    backlog,
    calls: wechatpay.figures,
    realMs: performance.now() - startedAt,
  }
}
