import { spawnSync } from 'node:child_process'
import { UnavailableError } from '../../../../lib/errors.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { pacedSigners } from '../../../support/paced-signers.ts'
import { createPacedBus } from '../memory/bus.ts'
import { generatedDue } from '../memory/generated-due.ts'
import { createVirtualTime } from '../memory/virtual-time.ts'
import { createScenario, promised, type Say, type Verdict } from '../scenario.ts'

/**
 * A small heap: V8 uses all memory that it may, and with this limit a leak would soon end the process. One thread and one
 * arena of malloc: garbage collection beside the program falls behind as other programs want the processors, and its peak
 * would be theirs.
 */
const HEAP = ['--max-semi-space-size=2', '--max-old-space-size=64', '--single-threaded-gc']
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' }
const MOST_GROWTH = 1.1
const MOST_PER_SECOND = 20

const MINUTE = 60_000
const START = 1_795_460_000_000
/** From PutEvents to its response. */
const PUT_MS = 20

/** The highest resident memory up to now, in bytes. */
const mostResident = (): number => process.resourceUsage().maxRSS * 1024
const inMb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

/** The index is not read as a whole here, so all signers are asked. */
const unread = () => {
  throw new UnavailableError('the index is not read as a whole')
}

/** Runs reconcile on virtual time until no row is due. */
const reconcileAll = async (merchants: number, rowsEach: number, say: Say): Promise<Verdict> => {
  say(`${merchants} merchants with ${rowsEach} due rows each`)
  const mchids = Array.from({ length: merchants }, (_, index) => String(1_900_000_000 + index))
  const time = createVirtualTime(START)
  const due = generatedDue(mchids, rowsEach)
  const { bus, pace } = createPacedBus(time, () => PUT_MS, due.take)
  const rows = due.left()
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  let rssAtTenth = 0
  let runs = 0

  let said = 0
  while (due.left() > 0) {
    runs += 1
    time.after(0, () =>
      dispatchDue(pacedSigners(mchids), { ledger: due.ledger, dueKeys: unread, bus, now: time.now, sleep: time.sleep }),
    )
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

  const { user, system } = process.cpuUsage(cpu)
  const growth = mostResident() / rssAtTenth
  say(`  ${rows} orders in ${runs} runs`)
  return {
    promises: [
      promised('the most resident memory by the end is at most 1.1 times that by a tenth', [
        growth <= MOST_GROWTH ? undefined : `${growth.toFixed(2)} times`,
      ]),
      promised('at most 20 dispatches of one merchant within a second', [
        pace.mostPerSecond <= MOST_PER_SECOND ? undefined : `${pace.mostPerSecond}`,
      ]),
    ],
    figures: {
      'orders a second': Math.round((1000 * rows) / (performance.now() - startedAt)),
      'us of CPU for each': ((user + system) / rows).toFixed(1),
      'most resident memory by a tenth': inMb(rssAtTenth),
      'by the end': `${inMb(mostResident())}, ${growth.toFixed(2)} times that`,
      'dispatches of one merchant within a second, at most': pace.mostPerSecond,
    },
  }
}

/** Runs one load in its own process, which judges itself. */
const reconcileApart = (merchants: number, rowsEach: number) => {
  const main = new URL('../main.ts', import.meta.url).pathname
  const args = [...HEAP, main, 'reconcile', '--merchants', String(merchants), '--each', String(rowsEach)]
  const { status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, ...ONE_ARENA },
  })
  return promised(`the promises above, with ${merchants} merchants of ${rowsEach} due rows`, [
    status === 0 ? undefined : `the process ended with ${status}`,
  ])
}

export const scenario = createScenario(
  { rows: 1_000_000, merchants: 0, each: 1000 },
  async ({ rows, merchants, each }, say) => {
    if (merchants > 0) return reconcileAll(merchants, each, say)
    return { promises: [reconcileApart(1, rows), reconcileApart(1_000, Math.ceil(rows / 1_000))], figures: {} }
  },
)
