import { MINUTE } from '../../../support/orders.ts'
import { type Case, type Storm, type StormOptions, startStormWorld } from '../bundles/world.ts'
import { extraCalls, faultsOf, faultTotal } from '../judge/counts.ts'
import { needlessLetter, notHeld, notWaiting, untold, wrongCharge, wrongEnd } from '../judge/ends.ts'
import { stormDetails, stormFigures } from '../judge/figures.ts'
import { createScenario, type Promised, promised, type Say, type Verdict } from '../scenario.ts'

/**
 * How far the clock moves before each wave: for Lambda's second and third attempt, the query after ten minutes, and
 * retries.
 */
const WAVES = [0, 70_000, 130_000, 8 * MINUTE, 7 * MINUTE, 10 * MINUTE, 16 * MINUTE, 24 * MINUTE]
/** Longer than the longest wait of the retry schedule in the first three days. */
const RETRY_MS = 37 * MINUTE
/** An order that WeChat Pay does not know is given up after a day. */
const DAY_MS = 24.5 * 60 * MINUTE
const MOST_MORE_WAVES = 15
/** Held orders do not end without a decision. */
const MOST_MORE_OBSERVED = 4

/** Runs a storm of orders and faults over the built functions, until every order of a healthy merchant has ended. */
export const runStorm = async (options: StormOptions, say: Say): Promise<Storm> => {
  const world = await startStormWorld(options, say)
  const most = options.observe ? MOST_MORE_OBSERVED : MOST_MORE_WAVES
  const retryWhile = async (isAnyOpen: () => boolean): Promise<void> => {
    for (let more = 0; more < most && isAnyOpen(); more += 1) await world.goThrough(RETRY_MS)
  }
  try {
    for (const advanceMs of WAVES) await world.goThrough(advanceMs)
    await retryWhile(() => world.openOnes().some(({ story }) => story !== 'unknown to WeChat Pay'))
    await world.goThrough(DAY_MS)
    await retryWhile(() => world.openOnes().length > 0)
    return await world.end()
  } finally {
    await world.close()
  }
}

/** Compares the history of the local WeChat Pay with the ledger and the order events. */
export const judgeStorm = (storm: Storm, observe = false): Verdict => ({
  promises: observe ? promisesOfObserved(storm) : promisesOf(storm),
  figures: stormFigures(storm),
  details: stormDetails(storm),
})

const promisesOf = (storm: Storm): readonly Promised[] => {
  const { all, healthy, broken } = storm.cases
  return [
    ofEach('no notice is lost: each has a row', all, lost, storm),
    ofEach('every row of a healthy merchant ended as it should', healthy, wrongEnd, storm),
    ofEach('every row of a merchant that cannot be served waits in the index', broken, notWaiting, storm),
    noOverlap(storm),
    noMoreThanFaults('syncs', storm),
    noMoreThanFaults('queries', storm),
    ofEach('every double charge is found and named, and no other is reported', healthy, wrongCharge, storm),
    ofEach('every end is told by an outcome event', healthy, untold, storm),
    promised(
      'only what met an unreachable ledger or a dying sandbox is a dead letter',
      storm.deadLetters.map(needlessLetter),
    ),
  ]
}

/** In observe mode queries are sent, and nothing is changed at WeChat Pay. */
const promisesOfObserved = (storm: Storm): readonly Promised[] => {
  const { all, healthy } = storm.cases
  const syncs = storm.history.calls.filter(({ kind }) => kind === 'sync')
  return [
    promised(
      'no sync is sent',
      syncs.map(({ out_order_no, start }) => `${out_order_no} at ${start}`),
    ),
    ofEach('no notice is lost: each has a row', all, lost, storm),
    ofEach('what waits for payment is held for a person, and asked about again', healthy, notHeld, storm),
    ofEach('every double charge is found and named, and no other is reported', healthy, wrongCharge, storm),
    noOverlap(storm),
  ]
}

type Find = (one: Case, storm: Storm) => string | undefined

const ofEach = (promise: string, cases: readonly Case[], find: Find, storm: Storm): Promised =>
  promised(
    promise,
    cases.map((one) => find(one, storm)),
  )

const lost: Find = ({ name, row }) => (row ? undefined : `${name} has no row`)

const noOverlap = ({ history }: Storm): Promised =>
  promised(
    'no two calls for one order were out at once',
    history.overlaps().map(([a, b]) => `${a.out_order_no}: ${a.kind} at ${a.start} and ${b.kind} at ${b.start}`),
  )

/** Neither in all, nor for one order. */
const noMoreThanFaults = (what: 'syncs' | 'queries', storm: Storm): Promised => {
  const extras = storm.cases.healthy.map((one) => ({
    name: one.name,
    extra: extraCalls(one, storm)[what],
    faults: faultsOf(one, storm),
  }))
  const total = extras.reduce((sum, { extra }) => sum + extra, 0)
  const faults = faultTotal(storm)
  return promised(`no more extra ${what} than faults`, [
    total > faults ? `${total} extra ${what}, ${faults} faults` : undefined,
    ...extras.map((one) =>
      one.extra > one.faults ? `${one.name}: ${one.extra} extra ${what}, ${one.faults} faults of its own` : undefined,
    ),
  ])
}

export const scenario = createScenario(
  { orders: 100_000, seed: Math.floor(Math.random() * 1_000_000), sandboxes: 20, observe: false, shops: false },
  async (given, say) => judgeStorm(await runStorm(given, say), given.observe),
)
