import { type DueEvent, readDueEvent } from '../../../../lib/ledger/due-event.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import type { Transition } from '../../../../lib/ledger/transitions/transition.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import type { Order } from '../../../../lib/local/wechatpay/orders.ts'
import { askRefund } from '../../../../lib/operations/ask-refund.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { processDue } from '../../../../lib/operations/process-due.ts'
import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { createPacedBus } from '../memory/bus.ts'
import type { Answered } from '../memory/wechatpay.ts'
import { createMemoryWorld, START } from '../memory/world.ts'
import { signerOf } from '../orders/merchants.ts'
import type { Say } from '../scenario.ts'
import { createBillRuns, planSpoiltBills } from './bills.ts'
import { chargeOf } from './history.ts'
import { giveBack } from './money-back.ts'
import { MONTH_MERCHANTS, planMonth } from './plan.ts'
import { begin } from './stories.ts'
import { createTale, type MemoryWorld, type Tale, type Truth } from './tale.ts'

/** After the last day of orders, until every refund that is made has ended and its bill was had. */
export const DAYS_AFTER = 20
const DELIVERY_MS = 400
const PUT_MS = 40
/** WeChat Pay does not answer a signer in the morning when bills are made, and another one in the evening. */
const OUTAGES = [
  { day: 7, signer: 0, from: 9.5 * HOUR, to: 12.5 * HOUR },
  { day: 16, signer: 2, from: 20 * HOUR, to: 23 * HOUR },
] as const
const RUN_EVERY_MS = 30 * MINUTE
const RUNS_FROM_MS = 10 * HOUR + 20 * MINUTE
const RUNS_TO_MS = 18 * HOUR + 50 * MINUTE
/** When the open cases of the day are looked at: after the last run. */
const LOOK_MS = 20 * HOUR

/** A request to WeChat Pay with what its answer said: of an order whether it was charged or had ended, of a refund its status. */
export type Told = Answered & { readonly says?: string }

/** A bill that WeChat Pay gave as it is. */
export type GoodBill = { readonly signer: string; readonly day: string; readonly at: number }

/** The open cases as the service lists them at that time. */
export type DayLooked = { readonly at: number; readonly open: ReadonlySet<string> }

export type MonthOptions = { readonly orders: number; readonly days: number; readonly seed: number }

/**
 * Orders of so many days, on virtual time, with the real operations: notices, calls, decisions, trade bills and refunds.
 * Whatever a judge needs is written down as it happens at WeChat Pay and among people; only `rows`, `looked` and who found
 * a charge are the ledger's own.
 */
export const runMonth = async ({ orders, days, seed }: MonthOptions, say: Say) => {
  const startedAt = performance.now()
  const random = seededRandom(seed)
  const told: Told[] = []
  const goodBills: GoodBill[] = []
  const byKey = new Map<string, Tale>()
  const byNumber = new Map<string, Tale>()
  const duePks = new Map<string, number>()
  const signers = MONTH_MERCHANTS.map(signerOf)
  const { spoilt, reruns } = planSpoiltBills(signers)
  const lastDay = days + DAYS_AFTER

  const isSpoilt = (signer: string): boolean =>
    spoilt.some(
      ({ fault, from, to, ...of }) =>
        of.signer === signer && from <= time.now() && time.now() < to && fault !== 'old-columns',
    )
  const onAnswered = (answered: Answered): void => {
    const { kind, of, status, mchid, target, at } = answered
    const says = saysOf(answered, byNumber.get(of)?.truth.order, wechatpay)
    told.push({ ...answered, ...(says !== undefined && { says }) })
    const day = /bill_date=([\d-]+)/.exec(target)?.[1]?.replaceAll('-', '')
    if (kind === 'bill' && day !== undefined && status === 200 && !isSpoilt(mchid))
      goodBills.push({ signer: mchid, day, at })
  }
  const onApplied = (_: Transition, before: Row | undefined, after: Row): void => {
    if (after.due === undefined) duePks.delete(after.pk)
    else duePks.set(after.pk, after.due_at ?? 0)
    const tale = byKey.get(after.pk)
    if (!tale || tale.truth.found || after.transaction_id === undefined) return
    tale.truth.found = { at: time.now(), by: before?.bill_at === undefined ? 'query' : 'bill' }
    giveBack(tale)
  }
  const world: MemoryWorld = createMemoryWorld({
    merchants: MONTH_MERCHANTS,
    random,
    randomOfCalls: seededRandom(seed + 1),
    isOut: (mchid, at) =>
      OUTAGES.some(({ day, signer, from, to }) => {
        const sinceMidnight = at - START - day * DAY
        return signers[signer] === mchid && from <= sinceMidnight && sinceMidnight < to
      }),
    publishDue: (due) => deliver(due),
    onAnswered,
    onApplied,
  })
  const { time, wechatpay, merchants, rows, deps } = world
  const deliver = (due: DueEvent): void =>
    time.after(random() * DELIVERY_MS, () =>
      due.next === 'refund' ? processDue(due, deps, askRefund) : processDue(due, deps),
    )

  const { at, beginDay } = createCalendar(world)
  for (const { fault, signer, from, to } of spoilt)
    at(from, () => {
      const end = wechatpay.accounts.billFault(fault, { mchid: signer, times: Number.POSITIVE_INFINITY })
      at(to, end)
    })
  const planned = planMonth(orders, days, seed).map((plan) => createTale(plan, world, at))
  for (const tale of planned) {
    byKey.set(tale.truth.key, tale)
    byNumber.set(tale.truth.plan.out_order_no, tale)
    at(START + tale.truth.plan.day * DAY, () => begin(tale))
  }

  const { bus } = createPacedBus(
    time,
    () => random() * PUT_MS,
    (events) => {
      for (const { detailType, ...event } of events) {
        const due = readDueEvent({ ...event, 'detail-type': detailType })
        if (due) deliver(due)
      }
    },
  )
  const isAnyDue = () => [...duePks.values()].some((dueAt) => dueAt <= time.now())
  const reconcile = (): void => {
    time.after(MINUTE, reconcile)
    if (!isAnyDue()) return
    time.after(0, () =>
      dispatchDue([...merchants.keys()], { ledger: deps.ledger, bus, now: time.now, sleep: time.sleep }),
    )
  }
  time.after(0, reconcile)

  const bills = await createBillRuns(world)
  const looked: DayLooked[] = []
  try {
    for (let day = 0; day < lastDay; day += 1) {
      const midnight = START + day * DAY
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
      if (day % 5 === 4 || day === lastDay - 1)
        say(
          `day ${day + 1} of ${days} and ${DAYS_AFTER}: ${rows.size} orders, ${looked.at(-1)?.open.size} open cases, ` +
            `${told.length} calls, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
        )
    }
  } finally {
    await bills.close()
  }
  return {
    truths: planned.map(({ truth }) => truth) as readonly Truth[],
    rows: rows as ReadonlyMap<string, Row>,
    told: told as readonly Told[],
    goodBills: goodBills as readonly GoodBill[],
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

/** What the answer says, by the present state at WeChat Pay. */
const saysOf = (
  { kind, of, status, mchid }: Answered,
  order: Order | undefined,
  { accounts }: MemoryWorld['wechatpay'],
) => {
  if (status !== 200) return undefined
  if (kind === 'query') return chargeOf(order) ? 'charged' : order?.state
  if (kind !== 'refund') return undefined
  return accounts.refunds().find(({ out_refund_no, trade }) => out_refund_no === of && trade.mchid === mchid)?.status
}

/** What happens on a later day is planned in virtual time only when that day begins, since its list is short. */
const createCalendar = ({ time }: MemoryWorld) => {
  const later = new Map<number, { readonly at: number; readonly work: () => unknown }[]>()
  let today = -1
  const dayOf = (ms: number) => Math.floor((ms - START) / DAY)
  const at = (ms: number, work: () => unknown): void => {
    const day = dayOf(ms)
    if (day <= today) time.after(ms - time.now(), work)
    else later.set(day, [...(later.get(day) ?? []), { at: ms, work }])
  }
  const beginDay = (): void => {
    today += 1
    for (const { at: ms, work } of (later.get(today) ?? []).toSorted((a, b) => a.at - b.at))
      time.after(ms - time.now(), work)
    later.delete(today)
  }
  return { at, beginDay }
}
