import { pacedSignersOf } from '../../../../lib/config/served.ts'
import { readPaymentNotice } from '../../../../lib/intake/payment-notice.ts'
import type { DueEvent } from '../../../../lib/ledger/due-event.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import type { Transition } from '../../../../lib/ledger/transitions/transition.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import type { Order } from '../../../../lib/local/wechatpay/orders.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { processDue } from '../../../../lib/operations/process-due.ts'
import { syncOrder } from '../../../../lib/operations/sync-order.ts'
import { MINUTE, SECOND } from '../../../support/orders.ts'
import { createPacedBus, eachDue } from '../memory/bus.ts'
import { createWaits, type Waits } from '../memory/waits.ts'
import { createMemoryWorld, START } from '../memory/world.ts'
import { orderAt, type StormMerchant } from '../orders/merchants.ts'
import { DIRECT, drawOther, FLOODING, REFUSED, SHOPS } from '../orders/shops.ts'
import { createScenario, type Promised, promised, type Say, type Verdict } from '../scenario.ts'

/** Half of what the provider's pace takes. */
const OTHERS_EVERY_MS = MINUTE / 500
/** Twice what the provider's pace takes. */
const FLOOD_EVERY_MS = MINUTE / 2000
/** Calls that get no answer, or that of a gateway, in the time of the notices and a little longer. */
const FAILING = 0.001
const FAILING_MS = 15 * MINUTE
/** After the last notice: longer than the longest wait of the retry schedule. */
const AFTER_MS = 70 * MINUTE
/** The longest time from PutEvents to its response, and from there to the function. */
const PUT_MS = 40
const DELIVERY_MS = 400

type Group = 'direct merchants' | 'other shops' | 'refused shop' | 'flooding shop'
const GROUPS: readonly Group[] = ['direct merchants', 'other shops', 'refused shop', 'flooding shop']

const groupOf = (mchid: string): Group => {
  if (mchid === FLOODING.mchid) return 'flooding shop'
  if (mchid === REFUSED.mchid) return 'refused shop'
  return DIRECT.some((one) => one.mchid === mchid) ? 'direct merchants' : 'other shops'
}

/** All but the direct merchants are shops of the one provider. */
const signerOfDue = ({ mchid }: { readonly mchid: string }): string =>
  groupOf(mchid) === 'direct merchants' ? mchid : 'provider'

const waitsOfGroups = (): Readonly<Record<Group, Waits>> => ({
  'direct merchants': createWaits(),
  'other shops': createWaits(),
  'refused shop': createWaits(),
  'flooding shop': createWaits(),
})

type Planned = { readonly at: number; readonly merchant: StormMerchant; readonly out_order_no: string }

/** Half of the orders are of the flood, which comes in the first half of the others' time. */
const planOrders = (orders: number, seed: number): readonly Planned[] => {
  const random = seededRandom(seed)
  const half = Math.floor(orders / 2)
  const others = Array.from({ length: half }, (_, i): Planned => {
    const at = START + Math.floor((i + random()) * OTHERS_EVERY_MS)
    return { at, merchant: drawOther(random), out_order_no: `O-${i}` }
  })
  const floodsAt = START + (half * OTHERS_EVERY_MS) / 4
  const flood = Array.from({ length: half }, (_, i): Planned => {
    const at = Math.floor(floodsAt + (i + random()) * FLOOD_EVERY_MS)
    return { at, merchant: FLOODING, out_order_no: `F-${i}` }
  })
  return [...others, ...flood].sort((a, b) => a.at - b.at)
}

/** Lets them happen on virtual time, with the real operations, until what can end has ended. */
const runOrders = async (planned: readonly Planned[], seed: number) => {
  const random = seededRandom(seed + 1)
  const lastAt = planned.at(-1)?.at ?? START
  const { time, merchants, wechatpay, rows, dueKeys, deps } = createMemoryWorld({
    merchants: [...DIRECT, ...SHOPS, FLOODING, REFUSED],
    random,
    randomOfCalls: random,
    isOut: (_, at) => at < lastAt + FAILING_MS && random() < FAILING,
    publishDue: (due) => deliver(due),
    onApplied: (...written) => note(...written),
  })
  const { ledger } = deps
  const deliver = (due: DueEvent): void => time.after(random() * DELIVERY_MS, () => processDue(due, deps))

  /** ms from the due time of a row to its claim. */
  const waits = waitsOfGroups()
  /** ms from the notice to the proof. */
  const proofs = waitsOfGroups()
  const noticedAt = new Map(planned.map(({ merchant, out_order_no, at }) => [`${merchant.mchid}#${out_order_no}`, at]))
  const note = ({ name, pk }: Transition, before: Row | undefined, after: Row): void => {
    const group = groupOf(pk.slice(0, pk.indexOf('#')))
    if (name === '2 claim' && before?.due_at !== undefined) waits[group].add(time.now() - before.due_at)
    if (after.proved_at && !before?.proved_at) proofs[group].add(time.now() - (noticedAt.get(pk) ?? 0))
  }

  const { bus, pace } = createPacedBus(time, () => random() * PUT_MS, eachDue(deliver), signerOfDue)
  const orders = new Map<string, Order>()
  const take = ({ merchant, out_order_no }: Planned): Promise<unknown> => {
    // WeChat Pay has no order of a shop for which it permits nothing.
    if (!merchant.isRefused)
      orders.set(
        `${merchant.mchid}#${out_order_no}`,
        wechatpay.addOrder(orderAt(merchant, { out_order_no, total_amount: 3900 })),
      )
    const notice = { mchid: merchant.mchid, out_order_no, detail: { paid_time: '20261124000000' } }
    const order = readPaymentNotice({ via: 'direct', noticed_at: time.now(), notice }, merchants, time.now())
    return syncOrder(order, 'direct', deps)
  }
  const handOver = (index: number): void => {
    const one = planned[index]
    if (!one) return
    time.after(one.at - time.now(), () => {
      handOver(index + 1)
      return take(one)
    })
  }
  handOver(0)

  const reconcile = (): void => {
    time.after(MINUTE, reconcile)
    time.after(0, () =>
      dispatchDue(pacedSignersOf(merchants), { ledger, bus, dueKeys, now: time.now, sleep: time.sleep }),
    )
  }
  reconcile()

  const isOpen = () => [...rows.values()].some(({ pk, due }) => due !== undefined && !pk.startsWith(REFUSED.mchid))
  await time.run(lastAt + AFTER_MS)
  for (let more = 0; more < MOST_MINUTES && isOpen(); more += 1) await time.run(time.now() + MINUTE)
  return { planned, orders, rows, waits, proofs, pace, calls: wechatpay.figures, worldMs: time.now() - START }
}

const MOST_MINUTES = 600

type Run = Awaited<ReturnType<typeof runOrders>>

/** The same orders with the flood and without it. */
export const runShops = async ({ orders, seed }: { readonly orders: number; readonly seed: number }, say: Say) => {
  const startedAt = performance.now()
  const planned = planOrders(orders, seed)
  const calm = await runOrders(
    planned.filter(({ merchant }) => merchant !== FLOODING),
    seed,
  )
  say(`without the flood: ${calm.planned.length} orders, ${inSeconds(performance.now() - startedAt)}`)
  const flooded = await runOrders(planned, seed)
  say(`with it: ${flooded.planned.length} orders, ${inSeconds(performance.now() - startedAt)}`)
  return { calm, flooded, realMs: performance.now() - startedAt }
}

type Shops = Awaited<ReturnType<typeof runShops>>

const inSeconds = (ms: number): string => `${(ms / SECOND).toFixed(1)} s`

const distribution = (waits: Waits): string =>
  `p50 ${inSeconds(waits.percentile(0.5))}, p99 ${inSeconds(waits.percentile(0.99))}, most ${inSeconds(waits.most())} (${waits.count()})`

/** How much longer than without the flood the others may wait: what a batch takes, and how the calls fail by chance. */
const MOST_MORE_MS = 5 * SECOND

export const judgeShops = ({ calm, flooded, realMs }: Shops): Verdict => {
  const slower = (what: 'waits' | 'proofs') =>
    (['direct merchants', 'other shops'] as const).map((group) => {
      const [before, now] = [calm[what][group].percentile(0.99), flooded[what][group].percentile(0.99)]
      return now <= before + MOST_MORE_MS
        ? undefined
        : `${group}: ${inSeconds(before)} without it, ${inSeconds(now)} with it`
    })
  return {
    promises: [
      ...[calm, flooded].flatMap((run, i) => keptAlways(run, i === 0 ? 'without the flood' : 'with the flood')),
      promised('nobody but the flooding shop waits longer for what is due, at p99', slower('waits')),
      promised('nobody but the flooding shop is proved later, at p99', slower('proofs')),
    ],
    figures: {
      'orders of the flooding shop': flooded.planned.length - calm.planned.length,
      'orders of all others': calm.planned.length,
      'of the refused shop': calm.planned.filter(({ merchant }) => merchant === REFUSED).length,
      ...distributions('due to claimed', 'waits', calm, flooded),
      ...distributions('noticed to proved', 'proofs', calm, flooded),
      'dispatches by reconcile': flooded.pace.dispatched,
      'of one signer within a second, at most': flooded.pace.mostPerSecond,
      'calls that failed': flooded.calls.failed,
      'syncs that WeChat Pay took': flooded.calls.applied,
      'real time': inSeconds(realMs),
      'by the world’s clock': `${Math.round(flooded.worldMs / MINUTE)} minutes`,
    },
  }
}

const distributions = (what: string, of: 'waits' | 'proofs', calm: Run, flooded: Run) =>
  Object.fromEntries(
    GROUPS.flatMap((group) => [
      ...(calm[of][group].count() > 0 ? [[`${what}, ${group}, without it`, distribution(calm[of][group])]] : []),
      ...(flooded[of][group].count() > 0 ? [[`${what}, ${group}`, distribution(flooded[of][group])]] : []),
    ]),
  )

/** By the history of WeChat Pay: what it took, and what it has of each order. */
const keptAlways = ({ planned, orders, rows, calls, pace }: Run, when: string): readonly Promised[] => [
  promised(
    `${when}: no order is lost, each is paid once at WeChat Pay and proved`,
    [...orders].map(([key, order]) => {
      const row = rows.get(key)
      const isPaidOnce = order.payments.length === 1 && order.payments[0]?.paid_type === 'MCH'
      return isPaidOnce && row?.state === 'SYNCED' && row.proved_at
        ? undefined
        : `${key}: ${order.state}, ${row?.state}`
    }),
  ),
  promised(
    `${when}: the orders of the refused shop wait, and say why`,
    planned
      .filter(({ merchant }) => merchant === REFUSED)
      .map(({ merchant, out_order_no }) => {
        const row = rows.get(`${merchant.mchid}#${out_order_no}`)
        const isWaiting = row?.state === 'PENDING' && row.due !== undefined && row.last_error?.code === 'NO_AUTH'
        return isWaiting ? undefined : `${out_order_no}: ${row?.state} ${JSON.stringify(row?.last_error)}`
      }),
  ),
  promised(`${when}: WeChat Pay takes one sync of an order`, [
    calls.applied === orders.size ? undefined : `${calls.applied} syncs, ${orders.size} orders`,
    calls.overlaps === 0 ? undefined : `${calls.overlaps} calls overlapped`,
  ]),
  promised(`${when}: at most 20 dispatches a second and signer`, [
    pace.mostPerSecond <= 20 ? undefined : `${pace.mostPerSecond} within a second`,
  ]),
]

export const scenario = createScenario({ orders: 20_000, seed: 1 }, async (given, say) =>
  judgeShops(await runShops(given, say)),
)
