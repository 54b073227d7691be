import { dispatchDue } from '../../../lib/operations/dispatch-due.ts'
import { cannedDue } from './canned-due.ts'
import { createPace } from './pace.ts'
import { createVirtualTime } from './virtual-time.ts'

export type ReconcileLoad = {
  readonly rows: number
  readonly runs: number
  readonly ordersPerSecond: number
  readonly cpuMicrosPerOrder: number
  /**
   * The highest resident memory up to that time, in bytes. It is compared with a limit, and does not depend on garbage
   * collection.
   */
  readonly rssAtTenth: number
  readonly rssAtEnd: number
  readonly mostPerSecond: number
}

const MINUTE = 60_000
const START = 1_795_460_000_000
/** From PutEvents to its response. */
const PUT_MS = 20

/** Runs reconcile on virtual time until no row is due. */
export const runReconcile = async (
  merchants: number,
  rowsEach: number,
  say: (line: string) => void,
): Promise<ReconcileLoad> => {
  const mchids = Array.from({ length: merchants }, (_, index) => String(1_900_000_000 + index))
  const time = createVirtualTime(START)
  const due = cannedDue(mchids, rowsEach)
  const pace = createPace(time.now)
  const rows = due.left()
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  let rssAtTenth = 0
  let runs = 0

  const mostResident = (): number => process.resourceUsage().maxRSS * 1024
  const deps = {
    ledger: due.ledger,
    bus: {
      put: async (events: Parameters<typeof due.take>[0]) => {
        const [first] = events
        if (first) pace.add((first.detail as { readonly mchid: string }).mchid, events.length)
        await time.sleep(PUT_MS)
        due.take(events)
        return []
      },
    },
    now: time.now,
    sleep: time.sleep,
  }

  let said = 0
  while (due.left() > 0) {
    runs += 1
    time.after(0, () => dispatchDue(mchids, deps))
    // By seconds, so that a tenth is reached within a run.
    for (let second = 1; second <= 60; second += 1) {
      await time.run(START + (runs - 1) * MINUTE + second * 1000)
      if (rssAtTenth === 0 && due.left() <= 0.9 * rows) rssAtTenth = mostResident()
    }
    const tenths = Math.floor((10 * (rows - due.left())) / rows)
    if (tenths > said) {
      said = tenths
      say(`  ${rows - due.left()} of ${rows} in ${runs} runs, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`)
    }
  }

  const { user, system } = process.cpuUsage(cpu)
  return {
    rows,
    runs,
    ordersPerSecond: rows / ((performance.now() - startedAt) / 1000),
    cpuMicrosPerOrder: (user + system) / rows,
    rssAtTenth,
    rssAtEnd: mostResident(),
    mostPerSecond: pace.mostPerSecond(),
  }
}
