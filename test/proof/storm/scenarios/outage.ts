import { pacedSignersOf } from '../../../../lib/config/served.ts'
import { readPaymentNotice } from '../../../../lib/intake/payment-notice.ts'
import type { DueEvent } from '../../../../lib/ledger/due-event.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import type { Transition } from '../../../../lib/ledger/transitions/transition.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { processDue } from '../../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../../lib/operations/sync-order.ts'
import { HOUR, MINUTE, SECOND } from '../../../support/orders.ts'
import { createPacedBus, eachDue } from '../memory/bus.ts'
import { createWaits, type Waits } from '../memory/waits.ts'
import { createMemoryWorld, START } from '../memory/world.ts'
import { direct, orderAt, type StormMerchant, sub } from '../orders/merchants.ts'
import { createScenario, promised, type Say, type Verdict } from '../scenario.ts'

const BEFORE_MS = 1 * HOUR
const ORDER_EVERY_MS = 1 * SECOND
const HEALTHY_EVERY_MS = 6 * SECOND
/** The longest time from PutEvents to its response, and from there to the function. */
const PUT_MS = 40
const DELIVERY_MS = 400

/** Two direct merchants and a sub-merchant. With their order APIs a sync does not prove itself. */
const STRUCK = [
  direct('1900000101', 'payafter-orders'),
  direct('1900000102', 'payafter-orders'),
  sub('1900000103', '1900000100'),
] as const
const HEALTHY = direct('1900000104', 'payafter-orders')

/**
 * An outage of WeChat Pay for three merchants, on virtual time, with the real operations. A fourth merchant is not
 * affected, and has orders from an hour before the outage until `hoursAfter` it.
 */
export const runOutage = async (
  { hours, hoursAfter, seed }: { readonly hours: number; readonly hoursAfter: number; readonly seed: number },
  say: Say,
) => {
  const startedAt = performance.now()
  const random = seededRandom(seed)
  const outage = { begins: START + BEFORE_MS, ends: START + BEFORE_MS + hours * HOUR }
  const end = outage.ends + hoursAfter * HOUR
  const isDuring = (at: number) => at >= outage.begins && at < outage.ends
  const { time, merchants, wechatpay, rows, dueKeys, deps } = createMemoryWorld({
    merchants: [...STRUCK, HEALTHY],
    random,
    randomOfCalls: random,
    isOut: (signer, at) => signer !== HEALTHY.mchid && isDuring(at),
    publishDue: (due) => deliver(due),
    onApplied: (...written) => note(...written),
  })
  const { ledger } = deps
  const deliver = (due: DueEvent): void => time.after(random() * DELIVERY_MS, () => processDue(due, deps))

  /** ms from the end of the outage; 0 for orders that were synced before. */
  const synced = createWaits()
  const confirmed = createWaits()
  /** The healthy merchant: ms from the due time of a row to its claim. */
  const healthyWaits = { before: createWaits(), meanwhile: createWaits(), after: createWaits() }
  const ofNow = () => (isDuring(time.now()) ? 'meanwhile' : time.now() < outage.begins ? 'before' : 'after')
  const note = ({ name, pk }: Transition, before: Row | undefined, after: Row): void => {
    if (pk.startsWith(HEALTHY.mchid)) {
      if (name === '2 claim' && before?.due_at !== undefined) healthyWaits[ofNow()].add(time.now() - before.due_at)
      return
    }
    const sinceEnd = Math.max(0, time.now() - outage.ends)
    if (after.state === 'SYNCED' && before?.state !== 'SYNCED') synced.add(sinceEnd)
    if (after.proved_at && !before?.proved_at) confirmed.add(sinceEnd)
  }

  const { bus, pace } = createPacedBus(time, () => random() * PUT_MS, eachDue(deliver))

  const orders = { struck: 0, healthy: 0 }
  const takeOrder = (merchant: StormMerchant): Promise<unknown> => {
    orders[merchant === HEALTHY ? 'healthy' : 'struck'] += 1
    const out_order_no = `O-${orders.struck + orders.healthy}`
    wechatpay.addOrder(orderAt(merchant, { out_order_no, total_amount: 3900 }))
    const notice = { mchid: merchant.mchid, out_order_no, detail: { paid_time: '20261124000000' } }
    const order = readPaymentNotice({ via: 'direct', noticed_at: time.now(), notice }, merchants, time.now())
    return syncOrder(order, 'direct', deps)
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
  every(HEALTHY_EVERY_MS, START, end, HEALTHY_EVERY_MS, () => takeOrder(HEALTHY))
  every(ORDER_EVERY_MS, outage.begins, outage.ends, ORDER_EVERY_MS, (index) =>
    takeOrder(STRUCK[index % STRUCK.length] ?? HEALTHY),
  )
  every(MINUTE, START, end, 0, () =>
    dispatchDue(pacedSignersOf(merchants), { ledger, dueKeys, bus, now: time.now, sleep: time.sleep }),
  )

  /** Rows that are due now, and for how long the oldest one was. */
  const dueNow = () => {
    const lags = [...rows.values()]
      .filter(({ pk }) => !pk.startsWith(HEALTHY.mchid))
      .map(({ due_at = Number.POSITIVE_INFINITY }) => time.now() - due_at)
      .filter((lag) => lag >= 0)
    return { rows: lags.length, lagMs: Math.max(0, ...lags) }
  }
  let backlog = dueNow()
  for (let at = START; at < end; at += HOUR) {
    await time.run(at + HOUR)
    const due = dueNow()
    if (time.now() === outage.ends) backlog = due
    say(
      `${inMinutes(time.now() - outage.ends)} from the outage's end: ${orders.struck} orders, ${synced.count()} synced, ` +
        `${confirmed.count()} confirmed, ${due.rows} due for ${inSeconds(due.lagMs)} at most, ` +
        `${wechatpay.figures.failed} calls failed, ${inSeconds(performance.now() - startedAt)}`,
    )
  }
  // The last orders may have come a moment ago, and their calls be out.
  await time.run(end + SECOND)

  return {
    orders,
    synced,
    confirmed,
    pace,
    healthyWaits,
    backlog,
    calls: wechatpay.figures,
    realMs: performance.now() - startedAt,
  }
}

type Outage = Awaited<ReturnType<typeof runOutage>>

const inMinutes = (ms: number): string => `${(ms / MINUTE).toFixed(1)} min`
const inSeconds = (ms: number): string => `${(ms / SECOND).toFixed(1)} s`

const distribution = (waits: Waits, shown: (ms: number) => string): string =>
  `p50 ${shown(waits.percentile(0.5))}, p99 ${shown(waits.percentile(0.99))}, most ${shown(waits.most())}`

/** Checks what is promised for the time after an outage of a day. */
export const judgeOutage = (outage: Outage): Verdict => {
  const { orders, synced, confirmed, pace, healthyWaits, calls, backlog } = outage
  const within = (waits: Waits, minutes: number) => [
    waits.count() === orders.struck ? undefined : `${waits.count()} of ${orders.struck}`,
    waits.most() <= minutes * MINUTE ? undefined : `the last one after ${inMinutes(waits.most())}`,
  ]
  const isAtMost = (name: string, value: number, most: number) => (value <= most ? undefined : `${name}: ${value}`)
  const healthy = Object.entries(healthyWaits)
  return {
    promises: [
      promised('all are synced within 75 minutes after the outage', within(synced, 75)),
      promised('all are confirmed within 90 minutes after the outage', within(confirmed, 90)),
      promised('at most 20 dispatches a second and merchant', [
        isAtMost('dispatches within a second', pace.mostPerSecond, 20),
      ]),
      promised(
        'a healthy merchant waits as long as ever: 60 s at most, at p99',
        healthy.map(([when, waits]) => isAtMost(when, waits.percentile(0.99), MINUTE)),
      ),
      promised('no two calls for one order are out at once', [isAtMost('overlaps', calls.overlaps, 0)]),
    ],
    figures: {
      'orders of the three merchants': orders.struck,
      'synced, from the end of the outage': distribution(synced, inMinutes),
      'confirmed, from the end of the outage': distribution(confirmed, inMinutes),
      'rows due at its end': `${backlog.rows}, the oldest for ${inSeconds(backlog.lagMs)}`,
      'dispatches by reconcile': pace.dispatched,
      'of one merchant within a second, at most': pace.mostPerSecond,
      ...Object.fromEntries(
        healthy.map(([when, waits]) => [
          `healthy merchant, due to claimed, ${when}`,
          `${distribution(waits, inSeconds)} (${waits.count()} claims)`,
        ]),
      ),
      'calls that failed': calls.failed,
      'calls that WeChat Pay answered': calls.answered,
      'syncs that it took': calls.applied,
      'real time': inSeconds(outage.realMs),
    },
  }
}

export const scenario = createScenario({ hours: 24, seed: 1 }, async (given, say) =>
  judgeOutage(await runOutage({ ...given, hoursAfter: 3 }, say)),
)
