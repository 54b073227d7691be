import type { Row } from '../../../../lib/ledger/row.ts'
import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { START } from '../memory/world.ts'
import { signerOf } from '../orders/merchants.ts'
import type { Say } from '../scenario.ts'
import { createBillRuns, planSpoiltBills } from './bills.ts'
import { createCalendar } from './calendar.ts'
import { type SentDay, startDigests } from './digests.ts'
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
/** When the schedule has people told of the open cases; only the first of these may send anything. */
const FIRST_DIGEST_MS = 11 * HOUR
const DIGESTS_MS = [0, 30, 60, 90].map((minutes) => FIRST_DIGEST_MS + minutes * MINUTE)

export type MonthOptions = { readonly orders: number; readonly days: number; readonly seed: number }

/**
 * Orders of so many days, on virtual time, with the real operations: notices, calls, decisions, trade bills and refunds.
 * What a judge needs is written down as it happens at WeChat Pay and among people; only `rows`, `sent` and how a charge
 * was found are the service's own.
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
    digests.noteWritten(after)
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
  const digests = await startDigests(time, bills.rows)
  const sent: SentDay[] = []
  const audits = Array.from({ length: (RUNS_TO_MS - RUNS_FROM_MS) / RUN_EVERY_MS + 1 }, (_, run) => ({
    runAt: RUNS_FROM_MS + run * RUN_EVERY_MS,
    run: (): Promise<unknown> => bills.run(),
  }))
  const tellings = DIGESTS_MS.map((runAt) => ({ runAt, run: () => digests.run() }))
  const runsOfDay = [...audits, ...tellings].sort((a, b) => a.runAt - b.runAt)
  const goThroughDay = async (midnight: number): Promise<void> => {
    await time.run(midnight - 1)
    beginDay()
    for (const { at: rerunAt, task } of reruns.filter((rerun) => isOnDay(rerun.at, midnight))) {
      await time.run(rerunAt)
      await bills.runUntilAgreed(task)
    }
    for (const { runAt, run } of runsOfDay) {
      await time.run(midnight + runAt)
      await run()
    }
    sent.push(digests.takeSent(midnight + FIRST_DIGEST_MS))
  }
  const tell = (day: number): void =>
    say(
      `day ${day} of ${days} and ${DAYS_AFTER}: ${rows.size} orders, “${sent.at(-1)?.mails.at(-1)?.subject ?? 'no mail'}”, ` +
        `${record.told.length} calls, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
    )
  try {
    for (let day = 0; day < days + DAYS_AFTER; day += 1) {
      await goThroughDay(START + day * DAY)
      if (day % 5 === 4) tell(day + 1)
    }
  } finally {
    await Promise.all([bills.close(), digests.close()])
  }
  return {
    truths: truths as readonly Truth[],
    rows: rows as ReadonlyMap<string, Row>,
    told: record.told,
    goodBills: record.goodBills,
    sent: sent as readonly SentDay[],
    runs: bills.runs,
    endsAt: time.now(),
    overlaps: wechatpay.figures.overlaps,
    realMs: performance.now() - startedAt,
  }
}

export type Month = Awaited<ReturnType<typeof runMonth>>

const isOnDay = (ms: number, midnight: number): boolean => midnight <= ms && ms < midnight + DAY
