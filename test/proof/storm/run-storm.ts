import pLimit from 'p-limit'
import { seededRandom } from '../../../lib/local/aws-faults.ts'
import { startWorld, type World } from '../../../lib/local/world.ts'
import { createFaultInjector } from './fault-injector.ts'
import { createFaultCount, type FaultCount } from './faults-by-order.ts'
import { indexedRows } from './indexed-rows.ts'
import { BROKEN, configured, MERCHANTS } from './merchants.ts'
import { orderOf } from './order-of.ts'
import { createOutcomes, type Outcomes } from './outcomes.ts'
import { planOrders, queueOf } from './plan.ts'
import { reconcileWhile } from './reconciling.ts'
import { createRedrive } from './redrive.ts'
import { createSandboxes, type Slow } from './sandboxes.ts'
import { chargeAfterSyncs, chargeMeanwhile, goOn, openOrders, type Truth } from './story.ts'
import { openTill, type Till } from './till.ts'

export type StormOptions = {
  readonly orders: number
  readonly seed: number
  /** Sandboxes for each function. */
  readonly sandboxes: number
  /** Every merchant is in observe mode: no sync may be sent, and orders that wait for payment stay held. */
  readonly observe?: boolean
  /** Prints one line of progress. */
  readonly say: (line: string) => void
}

/** Everything that the judge compares. */
export type Storm = {
  readonly truths: ReadonlyMap<string, Truth>
  readonly rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** Keys of the rows in the index of due rows at the end. */
  readonly indexed: ReadonlySet<string>
  readonly history: World['wechatpay']['history']
  readonly secretCalls: World['secrets']['history']
  readonly outcomes: Outcomes
  readonly faults: FaultCount
  readonly slow: readonly Slow[]
  readonly till: Pick<Till, 'figures' | 'statuses'>
  readonly deadLetters: World['notices']['letters']
  readonly redriven: number
  /** By the local world's clock, ms. */
  readonly worldMs: number
  readonly realMs: number
  readonly coldStarts: number
  readonly deliveredTwice: number
  readonly invocations: ReadonlyMap<string, number>
}

const MINUTE = 60_000

/**
 * How far the clock moves before each wave: for Lambda's second and third attempt, the query after ten minutes, and
 * retries.
 */
const WAVES = [0, 70_000, 130_000, 8 * MINUTE, 7 * MINUTE, 10 * MINUTE, 16 * MINUTE, 24 * MINUTE]
/** Longer than the longest wait of the retry schedule in the first three days. */
const RETRY_MS = 37 * MINUTE
/** An order that WeChat Pay does not know is given up after a day. */
const DAY_MS = 24.5 * 60 * MINUTE
/** From this many orders on the stream collects more records for one invocation of outcome, so that it keeps up. */
const LARGE = 5_000
const MOST_MORE_WAVES = 15
const HTTP_AT_ONCE = 0.75

/** Runs a storm of orders and faults over the built functions, until every order of a healthy merchant has ended. */
export const runStorm = async ({ orders, seed, sandboxes: each, observe, say }: StormOptions): Promise<Storm> => {
  const startedAt = performance.now()
  const faults = createFaultCount()
  const sandboxes = createSandboxes({ random: seededRandom(seed + 1000), count: faults, orderOf })
  const merchants = [...MERCHANTS, BROKEN]
    .map(configured)
    .map((merchant) => (observe ? { ...merchant, mode: 'observe' as const } : merchant))
  const world = await startWorld({
    merchants,
    maxConcurrency: each,
    start: sandboxes.start,
    streamWindowMs: orders < LARGE ? 40 : 200,
    // Charges are made only by the stories, and counted.
    debitAfterMs: Number.POSITIVE_INFINITY,
  })
  const injector = createFaultInjector(world, faults, seed + 2000)
  const till = openTill(world)
  const endings = [injector.end, till.close]
  try {
    world.putKey(BROKEN.mchid, false)
    const began = world.clock.now()
    const plans = planOrders(orders, seed)
    const truths = openOrders(plans, world)
    endings.push(chargeAfterSyncs(truths.values(), world))
    const outcomes = createOutcomes(world)
    const dead = createRedrive(world, injector, plans)
    const healthy = plans.filter(({ merchant }) => !merchant.isBroken)
    const openOnes = (quick: boolean) =>
      healthy.filter(
        (plan) => !outcomes.hasEnded(plan.out_order_no) && (!quick || plan.story !== 'unknown to WeChat Pay'),
      ).length

    let wave = 0
    const goThrough = async (advanceMs: number): Promise<void> => {
      const waveAt = performance.now()
      const queue = queueOf(plans, wave, seed)
      world.clock.advance(advanceMs)
      sandboxes.freezeToo = isBusy(wave, orders)
      if (isBusy(wave, orders)) injector.burst(Math.ceil(orders / 1000))
      const handed = handOver(queue, { world, till, truths, each, seed, say })
      await reconcileWhile(handed, world)
      await dead.redriveAll()
      goOn(truths.values(), wave, world)
      outcomes.read()
      const took = Math.round(performance.now() - waveAt) / 1000
      const clock = Math.round((world.clock.now() - began) / MINUTE)
      say(`wave ${wave} at +${clock} min: ${queue.length} notices, ${openOnes(false)} orders open, ${took} s`)
      wave += 1
    }

    for (const advanceMs of WAVES) await goThrough(advanceMs)
    // Held orders do not end without a decision.
    const mostMoreWaves = observe ? 4 : MOST_MORE_WAVES
    for (let more = 0; more < mostMoreWaves && openOnes(true) > 0; more += 1) await goThrough(RETRY_MS)
    await goThrough(DAY_MS)
    for (let more = 0; more < mostMoreWaves && openOnes(false) > 0; more += 1) await goThrough(RETRY_MS)

    injector.end()
    await world.idle()
    outcomes.read()
    const rows = new Map((await world.table.rows()).map((row) => [String(row.pk), row]))
    return {
      truths,
      rows,
      indexed: await indexedRows(
        world,
        merchants.map(({ mchid }) => mchid),
      ),
      history: world.wechatpay.history,
      secretCalls: world.secrets.history,
      outcomes,
      faults,
      slow: sandboxes.slow,
      till,
      deadLetters: world.notices.letters,
      redriven: dead.redriven(),
      worldMs: world.clock.now() - began,
      realMs: performance.now() - startedAt,
      coldStarts: Object.values(world.lambdas).reduce((sum, lambda) => sum + lambda.coldStarts, 0),
      invocations: sandboxes.calls,
      deliveredTwice: sandboxes.twice,
    }
  } finally {
    for (const end of endings) end()
    await world.close()
  }
}

/** Whether a wave has so many orders that faults of several seconds do not make it longer. */
const isBusy = (wave: number, orders: number): boolean => wave === 0 || (wave === 3 && orders >= LARGE)

type Handing = Pick<StormOptions, 'seed' | 'say'> & {
  readonly world: World
  readonly till: Till
  readonly truths: ReadonlyMap<string, Truth>
  readonly each: number
}

/** Sends the queue of a wave, several payment notices in parallel. */
const handOver = async (queue: ReturnType<typeof queueOf>, handing: Handing): Promise<void> => {
  const { world, till, truths, each, seed, say } = handing
  const random = seededRandom(seed + 3000)
  const inTurn = pLimit(Math.max(2, Math.floor(each * HTTP_AT_ONCE)))
  const charges: Promise<void>[] = []
  let done = 0
  const one = async (handover: (typeof queue)[number]): Promise<void> => {
    const truth = truths.get(handover.order.out_order_no)
    if (truth?.plan.story === 'charged meanwhile') charges.push(chargeMeanwhile(truth, world, random))
    await till.handOver(handover)
    done += 1
    if (done % 2000 === 0) say(`  ${done} of ${queue.length} notices handed over`)
  }
  await Promise.all(queue.map((handover) => inTurn(() => one(handover))))
  await Promise.all(charges)
  await world.idle()
}
