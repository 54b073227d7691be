import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import pLimit from 'p-limit'
import { readLines } from '../../../../lib/evidence/answer-line.ts'
import { readRowKey, rowKey } from '../../../../lib/ledger/row.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { startWorld, type World, type WorldMerchant } from '../../../../lib/local/world.ts'
import { HOUR, MINUTE } from '../../../support/orders.ts'
import { decide } from '../../../support/till.ts'
import { createFaultInjector, LATE_MS } from '../bundles/fault-injector.ts'
import { createFaultCount } from '../bundles/faults-by-order.ts'
import { createOutcomes } from '../bundles/outcomes.ts'
import { reconcileWhile } from '../bundles/reconcile-often.ts'
import { createSandboxes } from '../bundles/sandboxes.ts'
import { createTill } from '../bundles/till.ts'
import { configured, MERCHANTS } from '../orders/merchants.ts'
import { type Cast, type Handover, type PlannedOrder, planOrders, queueOf } from '../orders/plan.ts'
import { chargeAfterSyncs, goOn, openOrders } from '../orders/story.ts'
import type { Say } from '../scenario.ts'
import { listsOf } from './lists.ts'
import { createRegion } from './region.ts'

export type TakeoverOptions = { readonly orders: number; readonly seed: number; readonly sandboxes: number }

const CAST: Cast = {
  merchants: MERCHANTS,
  draw: (random) => MERCHANTS[Math.floor(random() * MERCHANTS.length)] as (typeof MERCHANTS)[number], // random is below 1
}

/** Orders that are paid at the till after the switch, and handed over to the second stage alone. */
const PAID_LATER = 0.1
/** Orders that the first stage has of a list, and had no time to sync. */
const BOOKED = 0.1
/** When the functions are gone already, the bus still takes so many of the notices. */
const TAKEN_BY_BUS = 0.05
/** How long nobody serves the shops: what the duty officer needs to decide. */
const UNTIL_DECIDED = 2 * HOUR
/** How long the second stage only observes. */
const OBSERVED = 20 * MINUTE
/** As in the storm: for Lambda's retries, the query after ten minutes, retries, and orders that WeChat Pay does not know. */
const WAVES = [0, 2 * MINUTE, 11 * MINUTE, 20 * MINUTE, 37 * MINUTE, 24.5 * HOUR, 37 * MINUTE, 37 * MINUTE]
/** Moves of orders at WeChat Pay that come before the second stage looks. */
const MOVES_BEFORE = 2
const LAST_MOVE = 9

/**
 * Two stages and the shops' tills. The first is lost in the middle of a storm, the second takes over from the tills'
 * lists and goes on, and then the first comes back as it was.
 */
export const rehearse = async (options: TakeoverOptions, say: Say) => {
  const { orders, seed, sandboxes: each } = options
  const random = seededRandom(seed)
  const faults = createFaultCount()
  const sandboxes = createSandboxes({ random: seededRandom(seed + 1000), count: faults })
  const region = createRegion(sandboxes.start)
  const merchants = CAST.merchants.map(configured)
  const first = await startWorld({
    merchants,
    maxConcurrency: each,
    start: region.start,
    debitAfterMs: Number.POSITIVE_INFINITY,
  })
  const { clock, wechatpay } = first
  const folder = await mkdtemp(join(tmpdir(), 'payscore-takeover-'))
  const startSecond = (mode: 'observe' | 'check') =>
    startWorld({
      merchants: merchants.map((merchant): WorldMerchant => ({ ...merchant, mode })),
      maxConcurrency: 4 * each,
      beside: first,
      ledgerPath: join(folder, 'ledger'),
    })

  const began = clock.now()
  const plans = planOrders(orders, seed, CAST).map(toldOnce)
  const isLater = new Set(plans.filter(() => random() < PAID_LATER))
  const earlier = plans.filter((plan) => !isLater.has(plan))
  const booked = earlier.filter(() => random() < BOOKED)
  const truths = openOrders(plans, first)
  const stopCharging = chargeAfterSyncs(truths.values(), first)
  const move = (from: number, to: number): void => {
    for (let wave = from; wave < to; wave += 1) goOn(truths.values(), wave, first)
  }
  const callsUntilNow = () => wechatpay.history.calls.length

  /** Hands payments over until the region is lost; a till keeps what was not taken. */
  const storm = async (): Promise<void> => {
    const injector = createFaultInjector(first, faults, seed + 2000)
    const till = createTill(first)
    const isBooked = new Set(booked)
    const queue = queueOf(
      earlier.filter((plan) => !isBooked.has(plan)),
      0,
      seed,
    )
    const inTurn = pLimit(Math.max(2, each))
    const lostAfter = Math.floor(queue.length / 2)
    // The lists are read before the region is lost, and reconcile does not run in between.
    const listedAfter = Math.floor(lostAfter * 0.7)
    let handed = 0
    const one = async (handover: Handover): Promise<void> => {
      handed += 1
      if (handed > lostAfter) {
        if (handover.via === 'event' && handed < lostAfter + queue.length * TAKEN_BY_BUS) await till.handOver(handover)
        return
      }
      if (handed === listedAfter) putLists(first, booked, false)
      if (handed === lostAfter) {
        while (!(await hasAll(first, booked))) await sleep(50)
        await region.lose()
        say(`the first region is lost after ${lostAfter} of ${queue.length} notices and a list of ${booked.length}`)
        return
      }
      // Nothing answers a till once the region is lost.
      await Promise.race([till.handOver(handover).catch(() => undefined), lost()])
    }
    const lost = async (): Promise<void> => {
      while (!region.isLost) await sleep(20)
    }
    const handing = Promise.all(queue.map((handover) => inTurn(() => one(handover))))
    const reconciling = (async () => {
      while (handed < listedAfter) {
        void first.runReconcile().catch(() => undefined)
        await sleep(1000)
      }
    })()
    await Promise.all([handing, reconciling])
    injector.end()
    // A request that is late arrives after its sender is gone.
    await sleep(LATE_MS + 1000)
  }

  const settle = async (world: World, waits: readonly number[]): Promise<void> => {
    for (const ms of waits) {
      clock.advance(ms)
      await reconcileWhile(world.idle(), world)
    }
  }

  /** Releases what is only observed, since the lists say that it was paid. Some orders are completed only later. */
  const releaseObserved = async (world: World): Promise<number> => {
    const held = (await world.table.rows()).filter(isObserved)
    const inTurn = pLimit(each)
    await Promise.all(held.map((row) => inTurn(() => release(world, String(row.pk)))))
    return held.length
  }

  try {
    await storm()
    const callsOfFirst = callsUntilNow()
    clock.advance(UNTIL_DECIDED)
    move(0, MOVES_BEFORE)

    const observing = await startSecond('observe')
    putLists(observing, earlier, true)
    await observing.idle()
    await settle(observing, [0, OBSERVED])
    const observed = (await observing.table.rows()).filter(({ state }) => state !== undefined)
    const outcomesObserving = createOutcomes(observing)
    outcomesObserving.read()
    const keptObserving = keptIn(observing)
    const callsObserving = wechatpay.history.calls.slice(callsOfFirst)
    await observing.close()
    say(`the second stage has looked at ${observed.length} orders of the lists`)
    const callsBeforeSwitch = callsUntilNow()

    const second = await startSecond('check')
    const outcomes = createOutcomes(second)
    try {
      const held = await releaseObserved(second)
      say(`the switch: ${held} orders are released`)
      const till = createTill(second)
      const inTurn = pLimit(each)
      await Promise.all([...isLater].map((order) => inTurn(() => till.handOver({ order, via: viaOf(order) }))))
      move(MOVES_BEFORE, LAST_MOVE)
      for (const wave of WAVES) {
        await settle(second, [wave])
        await releaseObserved(second)
      }
      outcomes.read()
      const rowsOfSecond = await second.table.rows()
      const callsOfSecond = wechatpay.history.calls.slice(callsBeforeSwitch)
      const callsBeforeReturn = callsUntilNow()

      region.comeBack()
      say(`the first region is back after ${Math.round((clock.now() - began) / HOUR)} hours`)
      await settle(first, WAVES)
      return {
        /** The signed answers that each stage has as evidence; those of the first, also from before it was lost. */
        kept: { first: keptIn(first), second: new Set([...keptObserving, ...keptIn(second)]) },
        truths: [...truths.values()],
        isLater: (plan: PlannedOrder) => isLater.has(plan),
        history: wechatpay.history,
        calls: {
          first: wechatpay.history.calls.slice(0, callsOfFirst),
          observing: callsObserving,
          second: callsOfSecond,
          back: wechatpay.history.calls.slice(callsBeforeReturn),
        },
        held,
        faults,
        outcomes: [outcomesObserving, outcomes],
        rows: { first: byKey(await first.table.rows()), second: byKey(rowsOfSecond) },
      }
    } finally {
      await second.close()
    }
  } finally {
    stopCharging()
    region.comeBack()
    await first.close()
    await sandboxes.close()
    await rm(folder, { recursive: true, force: true })
  }
}

export type Rehearsal = Awaited<ReturnType<typeof rehearse>>

/** The story in its first wave, with one notice. */
const toldOnce = (plan: PlannedOrder): PlannedOrder => ({
  ...plan,
  notices: [{ via: viaOf(plan), wave: 0 }],
  moveAfter: plan.moveAfter - plan.firstWave,
  firstWave: 0,
})

const viaOf = ({ notices: [notice] }: PlannedOrder): Handover['via'] => notice?.via ?? 'http'

/** The signed answers in a stage's evidence, by order and the time of their call. */
const keptIn = ({ objects }: World): ReadonlySet<string> =>
  new Set(
    [...objects.locked.stored]
      .filter(([key]) => key.startsWith('answers/'))
      .flatMap(([, { body }]) => readLines(gunzipSync(body).toString('utf8')))
      .map((line) => `${rowKey(line)} ${Date.parse(line.sent_at)}`),
  )

const putLists = (world: World, paid: readonly PlannedOrder[], hasSums: boolean): void => {
  for (const [key, list] of listsOf(paid, hasSums)) world.objects.put(key, list)
}

const hasAll = async ({ table }: World, orders: readonly PlannedOrder[]): Promise<boolean> => {
  const known = new Set((await table.rows()).map(({ pk }) => pk))
  return orders.every(({ merchant, out_order_no }) => known.has(rowKey({ mchid: merchant.mchid, out_order_no })))
}

const isObserved = ({ state, reason }: Readonly<Record<string, unknown>>): boolean =>
  state === 'HELD' && reason === 'observe_only'

const release = async (world: World, pk: string): Promise<void> => {
  const why = { reason: 'paid at the till, as its list says' }
  const { status } = await decide(world, readRowKey(pk), 'release', why)
  if (status !== 200) throw new Error(`the order ${pk} could not be released: ${status}`)
}

const byKey = (rows: readonly Readonly<Record<string, unknown>>[]) => new Map(rows.map((row) => [String(row.pk), row]))
