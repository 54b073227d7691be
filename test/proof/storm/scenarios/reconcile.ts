import { spawnSync } from 'node:child_process'
import type { PacedSigner } from '../../../../lib/config/served.ts'
import { LIMITS } from '../../../../lib/limits.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { createPacedBus } from '../memory/bus.ts'
import { generatedDue, signerOfGenerated } from '../memory/generated-due.ts'
import { createVirtualTime } from '../memory/virtual-time.ts'
import { createScenario, promised, type Say, type Verdict } from '../scenario.ts'

/**
 * A small heap, little above what a page of each key of a thousand signers takes (with 52 MB the process ends): V8 uses all
 * memory that it may, and with this limit a leak would soon end the process. One thread and one arena of malloc: garbage
 * collection beside the program falls behind as other programs want the processors, and its peak would be theirs.
 */
const HEAP = ['--max-semi-space-size=2', '--max-old-space-size=64', '--single-threaded-gc']
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' }
const MOST_GROWTH = 1.1
const MOST_QUERIES = 0.1
/** Due rows that one run reads to find those of other shops, of all signers together. */
const READ_AHEAD = 200_000
/** What an idle minute may cost, in units of the index: a query that finds nothing is half a one. */
const MOST_IDLE_UNITS = 128

const MINUTE = 60_000
const START = 1_795_460_000_000
/** From PutEvents to its response. */
const PUT_MS = 20
/** The most events a second, of all signers: sixteen PutEvents of ten events at once. */
const BUS_MOST = (16 * 10 * 1000) / PUT_MS

const MINUTES_A_MONTH = 30 * 24 * 60
/** US$ for a million units. */
const PRICE = 0.25

/** The highest resident memory up to now, in bytes. */
const mostResident = (): number => process.resourceUsage().maxRSS * 1024
const inMb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

type Load = {
  /** Due rows, of all signers together. */
  readonly rows: number
  readonly signers: number
  /** Who is to be paid, of each signer. */
  readonly shops: number
  readonly pace: number
  readonly shards: number
}

/** Notes who was served when: of a shop the oldest row must come first. */
const createTurns = ({ rows, signers, shops }: Load, now: () => number) => {
  const last = new Map<string, Int32Array>()
  // A signer has no more shops than every second row of its own, beside shop 0.
  const shopsEach = Math.min(shops, Math.ceil(rows / signers / 2) + 1)
  const waits = new Float64Array(shops)
  const overtaken: string[] = []
  return {
    waits,
    overtaken,
    note: (signer: string, rank: number, shop: number): void => {
      const ranks = last.get(signer) ?? new Int32Array(shopsEach)
      last.set(signer, ranks)
      const before = ranks[shop] ?? 0
      if (rank < before) overtaken.push(`shop ${shop} of ${signer}: row ${rank} after ${before}`)
      ranks[shop] = rank
      waits[shop] = Math.max(waits[shop] ?? 0, now() - START)
    },
  }
}

/** How long the last row of a signer must wait, at its pace and at that of the bus, with a minute for the schedule. */
const longestWait = ({ rows, signers, pace }: Load): number => {
  const inOneRun = (Math.min(pace, BUS_MOST / signers) * LIMITS.reconcileDispatch) / 1000
  return (Math.ceil(rows / signers / inOneRun) + 1) * MINUTE
}

const minutes = (ms: number): string => `${(ms / MINUTE).toFixed(1)} min`

const wordsOf = ({ rows, signers, shops, pace, shards }: Load): string =>
  `${rows} due rows of ${signers} signers with ${shops} shops each, ${pace} a second and ${shards} shards`

/** Runs reconcile on virtual time until no row is due, and once more. */
const reconcileAll = async (load: Load, say: Say): Promise<Verdict> => {
  say(wordsOf(load))
  const signers: readonly PacedSigner[] = Array.from({ length: load.signers }, (_, index) => ({
    mchid: String(1_900_000_000 + index),
    pace: load.pace,
    shards: load.shards,
  }))
  const time = createVirtualTime(START)
  const turns = createTurns(load, time.now)
  const due = generatedDue(signers, Math.ceil(load.rows / load.signers), load.shops, turns.note)
  const { bus, pace } = createPacedBus(time, () => PUT_MS, due.take, signerOfGenerated)
  const { ledger, dueKeys, reads } = due
  const run = () => dispatchDue(signers, { ledger, dueKeys, bus, now: time.now, sleep: time.sleep })
  const rows = due.left()
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  let rssAtTenth = 0
  let runs = 0

  let said = 0
  while (due.left() > 0) {
    runs += 1
    time.after(0, run)
    // By seconds, so that a tenth is reached within a run.
    for (let second = 1; second <= 60; second += 1) {
      await time.run(START + (runs - 1) * MINUTE + second * 1000)
      if (rssAtTenth === 0 && due.left() <= 0.9 * rows) rssAtTenth = mostResident()
    }
    const tenths = Math.floor((10 * (rows - due.left())) / rows)
    if (tenths > said) {
      said = tenths
      say(`  ${rows - due.left()} of ${rows} in ${runs} runs, ${inMb(process.memoryUsage.rss())}`)
    }
  }

  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const cpuUs = (user + system) / rows
  const growth = mostResident() / rssAtTenth
  const busy = { ...reads }
  time.after(0, run)
  await time.run(START + (runs + 1) * MINUTE)
  const idle = { queries: reads.queries - busy.queries, pages: reads.pages - busy.pages }
  const idleUnits = (idle.queries + idle.pages) / 2
  const askingAll = load.signers * (load.shards + 1) // two lanes, half a unit each
  const [flooding = 0, ...others] = turns.waits
  const longest = others.reduce((a, b) => Math.max(a, b), 0)
  const allowed = longestWait(load)
  // Shop 0 has every second row, which reconcile reads past as far as it reads ahead.
  const flood = load.rows / load.signers / 2
  const allowedOthers = flood <= READ_AHEAD / load.signers ? longestWait({ ...load, rows: load.rows / 2 }) : allowed
  say(`  ${rows} orders in ${runs} runs`)
  return {
    promises: [
      promised('the most resident memory by the end is at most 1.1 times that by a tenth', [
        growth <= MOST_GROWTH ? undefined : `${growth.toFixed(2)} times`,
      ]),
      promised('no more dispatches of one signer within a second than its pace', [
        pace.mostPerSecond <= load.pace ? undefined : `${pace.mostPerSecond}`,
      ]),
      promised('of each shop the oldest row first', turns.overtaken),
      promised('no row waits longer than all rows of its signer need, at its pace', [
        flooding <= allowed ? undefined : `${minutes(flooding)}, and ${minutes(allowed)} are enough`,
      ]),
      promised('no shop waits longer than without the one that has every second row, as far as rows are read ahead', [
        longest <= allowedOthers ? undefined : `${minutes(longest)}, and ${minutes(allowedOthers)} are enough`,
      ]),
      promised('at most 0.1 queries of the index for each order', [
        busy.queries / rows <= MOST_QUERIES ? undefined : `${busy.queries / rows}`,
      ]),
      promised('a minute in which nothing is due costs no more than 1 MB of the index', [
        idleUnits <= MOST_IDLE_UNITS ? undefined : `${idleUnits} units`,
      ]),
    ],
    figures: {
      'orders a second': Math.round(rows / seconds),
      'us of CPU for each': cpuUs.toFixed(1),
      'queries of the index for each': (busy.queries / rows).toFixed(4),
      'pages of the whole index for each run': (busy.pages / runs).toFixed(1),
      'most resident memory by a tenth': inMb(rssAtTenth),
      'by the end': `${inMb(mostResident())}, ${growth.toFixed(2)} times that`,
      'dispatches of one signer within a second, at most': pace.mostPerSecond,
      'the longest wait of the shop that has every second row': minutes(flooding),
      'of any other shop': minutes(longest),
      'an idle minute': `${idle.queries} queries, ${idle.pages} pages`,
      'idle minutes of a month': `US$ ${priceOf(idleUnits)}`,
      'the same, if every shard were asked': `US$ ${priceOf(askingAll)}`,
    },
  }
}

const priceOf = (units: number): string => ((units * MINUTES_A_MONTH * PRICE) / 1e6).toFixed(2)

/** Runs one load in its own process, which judges itself. */
const reconcileApart = (load: Load) => {
  const main = new URL('../main.ts', import.meta.url).pathname
  const options = Object.entries(load).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { status } = spawnSync(process.execPath, [...HEAP, main, 'reconcile', ...options, '--alone'], {
    stdio: 'inherit',
    env: { ...process.env, ...ONE_ARENA },
  })
  return promised(`the promises above, with ${wordsOf(load)}`, [
    status === 0 ? undefined : `the process ended with ${status}`,
  ])
}

/**
 * A direct merchant as it is by default, a provider with the greatest pace and the most shops, the same with fewer rows than
 * are read ahead, and a thousand signers.
 */
const loadsOf = (rows: number, shops: number): readonly Load[] => [
  { rows, signers: 1, shops: 1, pace: LIMITS.dispatchesPerSecond, shards: LIMITS.shards },
  { rows, signers: 1, shops, pace: LIMITS.dispatchesPerSecondMost, shards: LIMITS.shardsMost },
  ...(rows > 300_000
    ? [{ rows: 300_000, signers: 1, shops, pace: LIMITS.dispatchesPerSecondMost, shards: LIMITS.shardsMost }]
    : []),
  { rows, signers: 1000, shops, pace: LIMITS.dispatchesPerSecond, shards: LIMITS.shards },
]

/** Without `signers` it plays all loads. One signer has the greatest pace and shards then, and many have the usual ones. */
export const scenario = createScenario(
  { rows: 1_000_000, signers: 0, shops: 100_000, pace: 0, shards: 0, alone: false },
  async ({ rows, signers, shops, pace, shards, alone }, say) => {
    const isOne = signers === 1
    const load = {
      ...{ rows, signers, shops },
      pace: pace || (isOne ? LIMITS.dispatchesPerSecondMost : LIMITS.dispatchesPerSecond),
      shards: shards || (isOne ? LIMITS.shardsMost : LIMITS.shards),
    }
    if (alone) return reconcileAll(load, say)
    const loads = signers > 0 ? [load] : loadsOf(rows, shops)
    return { promises: loads.map(reconcileApart), figures: {} }
  },
)
