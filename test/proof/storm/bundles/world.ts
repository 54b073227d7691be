import pLimit from 'p-limit'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { startWorld } from '../../../../lib/local/world.ts'
import { MINUTE } from '../../../support/orders.ts'
import { BROKEN, configured, isLeftWaiting, signerOf } from '../orders/merchants.ts'
import { type Handover, MIXED, ONE_FLOODS, planOrders, queueOf } from '../orders/plan.ts'
import { chargeAfterSyncs, chargeMeanwhile, goOn, openOrders, type Truth } from '../orders/story.ts'
import type { Say } from '../scenario.ts'
import { createFaultInjector } from './fault-injector.ts'
import { createFaultCount } from './faults-by-order.ts'
import { indexedRows } from './indexed-rows.ts'
import { createOutcomes } from './outcomes.ts'
import { reconcileWhile } from './reconcile-often.ts'
import { createRedrive } from './redrive.ts'
import { createSandboxes } from './sandboxes.ts'
import { createTill } from './till.ts'

export type StormOptions = {
  readonly orders: number
  readonly seed: number
  /** Sandboxes for each function. */
  readonly sandboxes: number
  /** Every merchant is in observe mode: no sync may be sent, and orders that wait for payment stay held. */
  readonly observe: boolean
  /** Two thousand shops of one provider beside two direct merchants; one shop floods, one is refused for good. */
  readonly shops?: boolean
}

/** From this many orders on the stream collects more records for one invocation of outcome, so that it keeps up. */
const LARGE = 5_000
const PACE_OF_MANY = 200
const HTTP_AT_ONCE = 0.75

/** The local world with the built functions, faults everywhere, and planned orders at WeChat Pay. */
export const startStormWorld = async (options: StormOptions, say: Say) => {
  const { orders, seed, sandboxes: each, observe, shops = false } = options
  const cast = shops ? ONE_FLOODS : MIXED
  const startedAt = performance.now()
  const faults = createFaultCount()
  const sandboxes = createSandboxes({ random: seededRandom(seed + 1000), count: faults })
  const hasMany = ({ provider }: { readonly provider?: unknown }) =>
    orders >= LARGE || (shops && provider !== undefined)
  const merchants = cast.merchants
    .map(configured)
    // With the usual pace the orders of one provider, or the due rows of one of few merchants, would take an hour.
    .map((merchant) => (hasMany(merchant) ? { ...merchant, pace: PACE_OF_MANY } : merchant))
    .map((merchant) => (observe ? { ...merchant, mode: 'observe' as const } : merchant))
  const world = await startWorld({
    merchants,
    maxConcurrency: each,
    start: sandboxes.start,
    streamWindowMs: orders < LARGE ? 40 : 200,
    evidenceWindowMs: orders < LARGE ? 40 : 1_000,
    // Charges are made only by the stories, and counted.
    debitAfterMs: Number.POSITIVE_INFINITY,
  })
  world.putKey(BROKEN.mchid, false)
  const began = world.clock.now()
  const injector = createFaultInjector(world, faults, seed + 2000)
  const till = createTill(world)
  const plans = planOrders(orders, seed, cast)
  const truths = openOrders(plans, world)
  const stopCharging = chargeAfterSyncs(truths.values(), world)
  const outcomes = createOutcomes(world)
  const dead = createRedrive(world, till, injector, plans)

  /** Sends the queue of a wave, several payment notices in parallel. */
  const handOver = async (queue: readonly Handover[]): Promise<void> => {
    const random = seededRandom(seed + 3000)
    const inTurn = pLimit(Math.max(2, Math.floor(each * HTTP_AT_ONCE)))
    const charges: Promise<void>[] = []
    let done = 0
    const one = async (handover: Handover): Promise<void> => {
      const truth = truths.get(handover.order.out_order_no)
      if (truth?.plan.story === 'charged meanwhile') charges.push(chargeMeanwhile(truth, world, random))
      await till.handOver(handover)
      done += 1
      if (done % 2000 === 0) say(`  ${done} of ${queue.length} notices handed over`)
    }
    await Promise.all(queue.map((handover) => inTurn(() => one(handover))))
    await Promise.all(charges)
  }

  const healthy = plans.filter(({ merchant }) => !isLeftWaiting(merchant))
  /** Orders of healthy merchants that have not ended. */
  const openOnes = () => healthy.filter(({ out_order_no }) => !outcomes.hasEnded(out_order_no))

  let wave = 0
  return {
    openOnes,
    /** Moves the clock, then hands over the payment notices of the next wave, and reconciles until no row is due. */
    goThrough: async (advanceMs: number): Promise<void> => {
      const waveAt = performance.now()
      const queue = queueOf(plans, wave, seed)
      world.clock.advance(advanceMs)
      // With so many orders, faults of several seconds do not make a wave longer.
      const isBusy = wave === 0 || (wave === 3 && orders >= LARGE)
      sandboxes.freezeToo = isBusy
      if (isBusy) injector.burst(Math.ceil(orders / 1000))
      await reconcileWhile(handOver(queue), world)
      await dead.redriveAll()
      goOn(truths.values(), wave, world)
      outcomes.read()
      const took = Math.round(performance.now() - waveAt) / 1000
      const clock = Math.round((world.clock.now() - began) / MINUTE)
      say(`wave ${wave} at +${clock} min: ${queue.length} notices, ${openOnes().length} orders open, ${took} s`)
      wave += 1
    },
    /** Ends all faults. Gives everything that the judge compares. */
    end: async () => {
      injector.end()
      await world.idle()
      outcomes.read()
      const signers = [...new Set(cast.merchants.map(signerOf))]
      const rows = new Map((await world.table.rows()).map((row) => [String(row.pk), row]))
      const cases = [...truths.values()].map((truth) => caseOf(truth, rows))
      return {
        rows,
        cases: {
          all: cases,
          healthy: cases.filter(({ truth }) => !isLeftWaiting(truth.plan.merchant)),
          broken: cases.filter(({ truth }) => isLeftWaiting(truth.plan.merchant)),
        },
        /** Keys of the rows in the index of due rows at the end. */
        indexed: await indexedRows(world, signers),
        history: world.wechatpay.history,
        secretCalls: world.secrets.history,
        outcomes,
        faults,
        sandboxes,
        till,
        deadLetters: world.notices.letters,
        redriven: dead.redriven(),
        /** By the local world's clock. */
        worldMs: world.clock.now() - began,
        realMs: performance.now() - startedAt,
        coldStarts: Object.values(world.lambdas).reduce((sum, lambda) => sum + lambda.coldStarts, 0),
      }
    },
    close: async (): Promise<void> => {
      injector.end()
      stopCharging()
      await world.close()
      await sandboxes.close()
    },
  }
}

/** What is true of an order, and its row in the ledger. */
const caseOf = (truth: Truth, rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>) => {
  const { merchant, out_order_no, story } = truth.plan
  const key = `${merchant.mchid}#${out_order_no}`
  return { truth, key, row: rows.get(key), name: `${merchant.mchid} ${out_order_no} (${story})` }
}

export type Case = ReturnType<typeof caseOf>

/** Everything that the judge compares. */
export type Storm = Awaited<ReturnType<Awaited<ReturnType<typeof startStormWorld>>['end']>>
