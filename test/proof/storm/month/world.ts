import { pacedSignersOf } from '../../../../lib/config/served.ts'
import type { DueEvent } from '../../../../lib/ledger/due-event.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import { seededRandom } from '../../../../lib/local/aws-faults.ts'
import { askRefund } from '../../../../lib/operations/ask-refund.ts'
import { dispatchDue } from '../../../../lib/operations/dispatch-due.ts'
import { processDue } from '../../../../lib/operations/process-due.ts'
import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { createPacedBus, eachDue } from '../memory/bus.ts'
import type { Answered } from '../memory/wechatpay.ts'
import { createMemoryWorld, START } from '../memory/world.ts'
import { signerOf } from '../orders/merchants.ts'
import { MONTH_MERCHANTS } from './plan.ts'

/** The longest time from PutEvents to its response, and from there to the function. */
const PUT_MS = 40
const DELIVERY_MS = 400

/** WeChat Pay does not answer one signer in a morning when bills are made, and another one in an evening. */
const OUTAGES = [
  { day: 7, signer: MONTH_MERCHANTS[0], from: 9.5 * HOUR, to: 12.5 * HOUR },
  { day: 16, signer: MONTH_MERCHANTS[2], from: 20 * HOUR, to: 23 * HOUR },
] as const

/** When WeChat Pay next answers the signer: at that time, or at the end of the outage in which it is. */
export const nextAnswering = (mchid: string, at: number): number => {
  const ends = OUTAGES.flatMap(({ day, signer, from, to }) => {
    const midnight = START + day * DAY
    const isOut = signer && signerOf(signer) === mchid && midnight + from <= at && at < midnight + to
    return isOut ? [midnight + to] : []
  })
  return ends[0] ?? at
}

const isOut = (mchid: string, at: number): boolean => nextAnswering(mchid, at) > at

/** The memory world with reconcile, each minute in which a row is due, and the functions that get its events. */
export const createMonthWorld = (parts: {
  readonly seed: number
  readonly onAnswered: (answered: Answered) => void
  /** Called with each write of the ledger. */
  readonly onWritten: (before: Row | undefined, after: Row) => void
}) => {
  const { seed, onAnswered, onWritten } = parts
  const random = seededRandom(seed)
  const dueAts = new Map<string, number>()
  const world = createMemoryWorld({
    merchants: MONTH_MERCHANTS,
    random,
    randomOfCalls: seededRandom(seed + 1),
    isOut,
    publishDue: (due) => deliver(due),
    onAnswered,
    onApplied: (_, before, after) => {
      if (after.due === undefined) dueAts.delete(after.pk)
      else dueAts.set(after.pk, after.due_at ?? 0)
      onWritten(before, after)
    },
  })
  const { time, merchants, dueKeys, deps } = world
  const deliver = (due: DueEvent): void =>
    time.after(random() * DELIVERY_MS, () =>
      due.next === 'refund' ? processDue(due, deps, askRefund) : processDue(due, deps),
    )
  const { bus } = createPacedBus(time, () => random() * PUT_MS, eachDue(deliver))
  const isAnyDue = (): boolean => [...dueAts.values()].some((dueAt) => dueAt <= time.now())
  const reconcile = (): unknown => {
    time.after(MINUTE, reconcile)
    return (
      isAnyDue() &&
      dispatchDue(pacedSignersOf(merchants), { ledger: deps.ledger, dueKeys, bus, now: time.now, sleep: time.sleep })
    )
  }
  time.after(0, reconcile)
  return world
}
