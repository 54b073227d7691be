import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { LIMITS } from '../../../../lib/limits.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { HOUR } from '../../../support/orders.ts'
import { DIRECT } from '../../../support/served.ts'
import { promised, type Say, type Verdict } from '../scenario.ts'
import { watchActing } from './acting.ts'
import { type BillDay, startBillDay } from './day.ts'

const GROUPS = 12

/** Where a run is killed. */
type Point =
  | { readonly phase: 'download'; readonly part: number }
  /** At a request to the table; `isDone`: after it was done, of which nobody hears. */
  | { readonly phase: 'claim' | 'agree' | 'compare' | 'record'; readonly part: number; readonly isDone: boolean }
  /** At so manyth file of the report. */
  | { readonly phase: 'report'; readonly file: number }

const PHASES = ['download', 'compare', 'report', 'agree', 'download', 'compare', 'record', 'claim'] as const

/** The same for the same seed. Each phase has its turn. */
const pointsOf = (kills: number, seed: number): readonly Point[] => {
  const random = seededRandom(seed)
  return Array.from({ length: kills }, (_, index): Point => {
    const phase = PHASES[index % PHASES.length] ?? 'download'
    const part = random()
    if (phase === 'download') return { phase, part }
    if (phase === 'report') return { phase, file: 1 + Math.floor(part * 3) }
    return { phase, part, isDone: random() < 0.5 }
  })
}

/** How large a run is that is not killed; `compares` of one that finds little left to do. */
type Size = { readonly bytes: number; readonly compares: number }

type Killed = { readonly isKilled: boolean; readonly hadAgreed: boolean; readonly early: readonly string[] }

/** After so long what was sent is read. */
const READ_MS = 100

/** One run that is killed at this point. */
const runKilledAt = async (day: BillDay, point: Point, size: Size): Promise<Killed> => {
  const { world } = day
  let isKilled = false
  const kill = async (): Promise<void> => {
    isKilled = true
    await world.lambdas.audit.kill()
  }
  let compares = 0
  const watch = watchActing(world, ({ kind }) => {
    if (isKilled || !('isDone' in point) || point.phase !== kind) return false
    if (kind === 'compare') {
      compares += 1
      if (compares < 1 + Math.floor(point.part * size.compares)) return false
    }
    void kill()
    return !point.isDone
  })
  let files = 0
  const endOfFiles = world.objects.faults.add({
    kind: 'reset',
    match: ({ operation }) => {
      if (point.phase !== 'report' || operation !== 'PutObject') return false
      files += 1
      if (files === point.file) void kill()
      return false
    },
  })
  world.wechatpay.paceBill(async (bytes) => {
    if (isKilled || point.phase !== 'download' || bytes < point.part * size.bytes) return
    await sleep(READ_MS)
    await kill()
  })
  await day.audit(true)
  const { early, hasAgreed } = watch
  watch.end()
  endOfFiles()
  world.wechatpay.paceBill(undefined)
  return { isKilled, hadAgreed: hasAgreed, early }
}

/** What of a row an audit may change, and what follows from that. */
const essence = (rows: readonly Readonly<Record<string, unknown>>[], day: string) =>
  rows
    .map(({ pk, state, reason, next, transaction_id, amount, bill, settled_by, refunds, ...row }) => ({
      ...{ pk, state, reason, next, transaction_id, amount, settled_by },
      isAsked: bill === day,
      refunds: ((refunds ?? []) as readonly Readonly<Record<string, unknown>>[]).map(({ out_refund_no, status }) => ({
        out_refund_no,
        status,
      })),
      isCase: row.case !== undefined,
      isProved: row.proved_at !== undefined,
    }))
    .toSorted((a, b) => (String(a.pk) < String(b.pk) ? -1 : 1))

/** The lines of the report without their times, which are those of the machine. */
const reportOf = ({ world, day }: BillDay): readonly string[] =>
  (world.objects.stored.get(`bills/${DIRECT.mchid}/${day}.csv`)?.body.toString() ?? '')
    .replaceAll(/\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?/g, 'TIME')
    .split('\n')
    .toSorted()

/** Runs it as the schedule does until the day is done, and once more. Gives how often. */
const audited = async (day: BillDay): Promise<number> => {
  for (let runs = 1; runs < 50; runs += 1) {
    await day.audit(false)
    await day.world.pass(HOUR / 2)
    if ((await day.billRow())?.done) {
      await day.audit(true)
      await day.world.pass(HOUR / 2)
      return runs
    }
  }
  throw new Error('the day was never done')
}

/** What came of it in the end. */
const endOf = async (day: BillDay) => {
  const { outcome, classes, counts } = (await day.billRow()) ?? {}
  return { outcome, classes, counts, rows: essence(await day.ledger(), day.day), report: reportOf(day) }
}

const watched = async (day: BillDay) => {
  let compares = 0
  const { early, end } = watchActing(day.world, ({ kind }) => {
    if (kind === 'compare') compares += 1
    return false
  })
  await day.audit(true)
  end()
  return { compares, early }
}

/** The end of a run that nobody killed, and how large its parts are. */
const unkilled = async (rows: number) => {
  const day = await startBillDay({ rows, groups: GROUPS })
  try {
    let bytes = 0
    day.world.wechatpay.paceBill(async (sent) => {
      bytes = sent
    })
    const first = await watched(day)
    await day.world.pass(HOUR / 2)
    const later = await watched(day)
    const size = { bytes, compares: Math.min(first.compares, later.compares) }
    await audited(day)
    return { size, early: first.early, end: await endOf(day) }
  } finally {
    await day.close()
  }
}

type Killings = {
  readonly kills: number
  /** Of them after the bill had agreed. */
  readonly agreed: number
  /** Runs that ended before their kill. */
  readonly outran: number
  readonly phases: Readonly<Record<string, number>>
  /** What was done to an order too early. */
  readonly early: readonly string[]
}

/** Kills so many runs, each after the lease of the one before. */
const killAll = async (day: BillDay, kills: number, seed: number, size: Size): Promise<Killings> => {
  const early: string[] = []
  const phases: Record<string, number> = {}
  const sums = { kills: 0, agreed: 0, outran: 0 }
  // A run may end before its point, since what was done is not done again.
  for (const point of [0, 1, 2].flatMap((more) => pointsOf(kills, seed + more))) {
    if (sums.kills === kills) break
    const before = await day.ledger()
    const { isKilled, hadAgreed, early: acts } = await runKilledAt(day, point, size)
    early.push(...acts)
    if (!hadAgreed && !isDeepStrictEqual(before, await day.ledger()))
      early.push(`killed in ${point.phase}: orders had changed`)
    if (isKilled) {
      sums.kills += 1
      if (hadAgreed) sums.agreed += 1
      phases[point.phase] = (phases[point.phase] ?? 0) + 1
    } else sums.outran += 1
    await day.world.idle()
    await day.world.pass(LIMITS.billLease)
  }
  return { ...sums, phases, early }
}

type End = Awaited<ReturnType<typeof endOf>>

const differences = (end: End, right: End): readonly (string | undefined)[] => {
  const differs = (what: string, a: unknown, b: unknown) =>
    isDeepStrictEqual(a, b) ? undefined : `${what}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`
  const lines = Math.max(end.report.length, right.report.length)
  return [
    differs('outcome', end.outcome, right.outcome),
    differs('lines by kind', end.counts, right.counts),
    differs('lines by class', end.classes, right.classes),
    differs('orders', end.rows.length, right.rows.length),
    ...right.rows.map((row, index) => differs('an order', end.rows[index], row)),
    ...Array.from({ length: lines }, (_, at) => differs('a line of the report', end.report[at], right.report[at])),
  ]
}

/** Kills runs over a bill at random points, starts it again, and compares with a run that nobody killed. */
export const killRuns = async (rows: number, kills: number, seed: number, say: Say): Promise<Verdict> => {
  const whole = await unkilled(rows)
  say(`  not killed: ${whole.size.bytes} bytes of text, ${whole.size.compares} requests to the table while comparing`)
  const day = await startBillDay({ rows, groups: GROUPS })
  try {
    const killed = await killAll(day, kills, seed, whole.size)
    const runs = await audited(day)
    say(`  killed ${killed.kills} times, then done after ${runs} more`)
    const end = await endOf(day)
    return {
      promises: [
        promised('nothing is acted on before the hash and the sums agreed', [...whole.early, ...killed.early]),
        promised('a run is killed as often as was asked for', [
          killed.kills === kills ? undefined : `only ${killed.kills} times`,
        ]),
        promised(
          'the classes, the orders and the report are those of a run that nobody killed',
          differences(end, whole.end),
        ),
      ],
      figures: {
        'rows of the killed bill': day.rows,
        kills: killed.kills,
        'of them before the bill agreed': killed.kills - killed.agreed,
        'runs that ended before their kill': killed.outran,
        'rows of the ledger': whole.end.rows.length,
      },
      details: { 'killed in': killed.phases, 'lines by class in the end': end.classes ?? {} },
    }
  } finally {
    await day.close()
  }
}
