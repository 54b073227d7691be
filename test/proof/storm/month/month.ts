import type { Row } from '../../../../lib/ledger/row.ts'
import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { START } from '../memory/world.ts'
import { signerOf } from '../orders/merchants.ts'
import type { Say } from '../scenario.ts'
import { createBillRuns, planSpoiltBills } from './bills.ts'
import { createCalendar } from './calendar.ts'
import { giveBack } from './money-back.ts'
import { MONTH_MERCHANTS, planMonth } from './plan.ts'
import { createRecord } from './record.ts'
import { begin } from './stories.ts'
import { createTale, type MemoryWorld, type Tale, type Truth } from './tale.ts'
import { createMonthWorld } from './world.ts'

/** After the last day of orders, until every refund that is made has ended and its bill was had. */
const DAYS_AFTER = 20
const RUNS_FROM_MS = 10 * HOUR + 20 * MINUTE
const RUNS_TO_MS = 18 * HOUR + 50 * MINUTE
const RUN_EVERY_MS = 30 * MINUTE
/** When the open cases of the day are looked at: after its last run. */
const LOOK_MS = 20 * HOUR

/** The open cases as the service lists them at that time. */
export type DayLooked = { readonly at: number; readonly open: ReadonlySet<string> }

export type MonthOptions = { readonly orders: number; readonly days: number; readonly seed: number }

/**
 * Orders of so many days, on virtual time, with the real operations: notices, calls, decisions, trade bills and refunds.
 * What a judge needs is written down as it happens at WeChat Pay and among people; only `rows`, `looked` and how a charge
 * was found are the ledger's own.
 */
export const runMonth = async ({ orders, days, seed }: MonthOptions, say: Say) => {
  const startedAt = performance.now()
  const { spoilt, reruns } = planSpoiltBills(MONTH_MERCHANTS.map(signerOf))
  const byKey = new Map<string, Tale>()
  const byNumber = new Map<string, Tale>()
  const record = createRecord({
    spoilt,
    truthOf: (out_order_no) => byNumber.get(out_order_no)?.truth,
    refunds: () => world.wechatpay.accounts.refunds(),
  })
  const onWritten = (before: Row | undefined, after: Row): void => {
    const tale = byKey.get(after.pk)
    if (!tale || tale.truth.found || after.transaction_id === undefined) return
    tale.truth.found = { at: time.now(), by: before?.bill_at === undefined ? 'query' : 'bill' }
    giveBack(tale)
  }
  const world: MemoryWorld = createMonthWorld({ seed, onAnswered: record.note, onWritten })
  const { time, wechatpay, rows } = world
  const { at, beginDay } = createCalendar(time)

  for (const { fault, signer, from, to } of spoilt)
    at(from, () => at(to, wechatpay.accounts.billFault(fault, { mchid: signer, times: Number.POSITIVE_INFINITY })))
  const truths = planMonth(orders, days, seed).map((plan): Truth => {
    const tale = createTale(plan, world, at)
    byKey.set(tale.truth.key, tale)
    byNumber.set(plan.out_order_no, tale)
    at(START + plan.day * DAY, () => begin(tale))
    return tale.truth
  })

  const bills = await createBillRuns(world)
  const looked: DayLooked[] = []
  const goThroughDay = async (midnight: number): Promise<void> => {
    await time.run(midnight - 1)
    beginDay()
    for (const { at: rerunAt, task } of reruns.filter((rerun) => isOnDay(rerun.at, midnight))) {
      await time.run(rerunAt)
      await bills.runUntilAgreed(task)
    }
    for (let runAt = RUNS_FROM_MS; runAt <= RUNS_TO_MS; runAt += RUN_EVERY_MS) {
      await time.run(midnight + runAt)
      await bills.run()
    }
    await time.run(midnight + LOOK_MS)
    looked.push({ at: time.now(), open: await openCasesOfDay(world) })
  }
  const tell = (day: number): void =>
    say(
      `day ${day} of ${days} and ${DAYS_AFTER}: ${rows.size} orders, ${looked.at(-1)?.open.size} open cases, ` +
        `${record.told.length} calls, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
    )
  try {
    for (let day = 0; day < days + DAYS_AFTER; day += 1) {
      await goThroughDay(START + day * DAY)
      if (day % 5 === 4) tell(day + 1)
    }
  } finally {
    await bills.close()
  }
  return {
    truths: truths as readonly Truth[],
    rows: rows as ReadonlyMap<string, Row>,
    told: record.told,
    goodBills: record.goodBills,
    looked: looked as readonly DayLooked[],
    runs: bills.runs,
    endsAt: time.now(),
    overlaps: wechatpay.figures.overlaps,
    realMs: performance.now() - startedAt,
  }
}

export type Month = Awaited<ReturnType<typeof runMonth>>

/** The keys of the double charges that are not settled, as the service lists them: by the index of cases. */
const openCasesOfDay = async ({ reader, merchants }: MemoryWorld): Promise<ReadonlySet<string>> => {
  const open = new Set<string>()
  for (const mchid of merchants.keys())
    for await (const page of reader.cases(mchid)) for (const { pk } of page) open.add(pk)
  return open
}

const isOnDay = (ms: number, midnight: number): boolean => midnight <= ms && ms < midnight + DAY
