import { chinaDay } from '../../../../lib/china-time.ts'
import type { Row } from '../../../../lib/ledger/row.ts'
import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { promised, type Verdict } from '../scenario.ts'
import { monthDetails, monthFigures } from './figures.ts'
import { backBy, chargeOf, createHistory, type History, isDouble } from './history.ts'
import { judgeDigests } from './judge-digests.ts'
import type { Month } from './month.ts'
import type { Kind } from './plan.ts'
import type { Truth } from './tale.ts'
import { nextAnswering } from './world.ts'

/** What a check compares. Each gives a finding, or undefined if all is as it should be. */
type Judged = {
  readonly truth: Truth
  readonly row: Row | undefined
  readonly history: History
  readonly endsAt: number
}
type Check = (judged: Judged) => string | undefined

/**
 * From the bill that shows a charge to its record: the order is queried at once, again if the row changed meanwhile. Where
 * a notice came after the bill and in an outage, it counts from the end of that.
 */
const FOUND_MS = 45 * MINUTE
/** A refund is asked about every six hours at most, give or take a fifth; the bill may be read in the morning. */
const CLOSED_MS = 8 * HOUR
/** The longest time in which bills are spoilt, and the morning after it. */
const BILL_MS = 6 * DAY

/** Compares all that the service found and closed with the history of WeChat Pay and with what people said. */
export const judgeMonth = (month: Month): Verdict => {
  const history = createHistory(month)
  const all = month.truths.map(
    (truth): Judged => ({ truth, row: month.rows.get(truth.key), history, endsAt: month.endsAt }),
  )
  const eachOrder = (promise: string, check: Check) =>
    promised(
      promise,
      all.map((judged) => {
        const finding = check(judged)
        return finding && `${judged.truth.key} (${judged.truth.plan.kind}, ${judged.truth.plan.back}): ${finding}`
      }),
    )
  return {
    promises: [
      eachOrder('every double charge is found, with its sum and its transaction', notFound),
      eachOrder('by the query where one was still to come, else by the bill', foundByOther),
      eachOrder('within 45 minutes of the bill that shows it', foundLate),
      eachOrder('no double charge is invented', invented),
      eachOrder('a case is closed only when all of the money went back, or a person said so', closedWithoutMoney),
      eachOrder('a case whose money went back is closed', leftOpen),
      eachOrder('within 8 hours of the refund and of its bill', closedLate),
      ...judgeDigests(month, history),
      eachOrder('an order that is paid at the till alone is synced once, and proved', notSynced),
      eachOrder('a rejected order is never synced', syncedAfterEnd),
      eachOrder('no order is synced more often than it needs', syncedTooOften),
      promised('no two calls for one order are out at once', [month.overlaps > 0 ? `${month.overlaps}` : undefined]),
      promised('every bill is had, once it is as WeChat Pay signed it', missedBills(all, month)),
    ],
    figures: monthFigures(month, history),
    details: monthDetails(month, history),
  }
}

const ROW_STATES_OF_CHARGE = ['DOUBLE_CHARGED', 'HELD']

/** A held order has the charge, and waits for a person. */
const notFound: Check = ({ truth, row }) => {
  const charge = chargeOf(truth.order)
  if (!charge || !isDouble(truth)) return undefined
  const isNamed = row?.amount === charge.amount && row.transaction_id === charge.transaction_id
  const isWaiting = row?.case !== undefined || row?.settled_at !== undefined || row?.waits !== undefined
  if (row && ROW_STATES_OF_CHARGE.includes(row.state) && isNamed && isWaiting) return undefined
  return `${charge.transaction_id} of ${charge.amount} fen, the row is ${shown(row)}`
}

/** A held order is queried once a day, so it depends on the hour. */
const foundByOther: Check = ({ truth, history }) => {
  const { found, chargedAt = 0, plan } = truth
  if (!found || plan.kind === 'charged while held') return undefined
  const hadEnded = (history.endedAt(truth) ?? Number.POSITIVE_INFINITY) < chargedAt
  return found.by === (hadEnded ? 'bill' : 'query') ? undefined : `found by the ${found.by}`
}

const foundLate: Check = ({ truth, history }) => {
  if (!isDouble(truth)) return undefined
  const { chargedAt = 0, handedOverAt = 0, found } = truth
  const bill = history.billAt(truth.signer, chargedAt)
  if (bill === undefined) return undefined
  const from = nextAnswering(truth.signer, Math.max(bill, handedOverAt))
  const late = (found?.at ?? Number.POSITIVE_INFINITY) - from
  return late > FOUND_MS ? `${(late / MINUTE).toFixed(0)} min after the bill` : undefined
}

const invented: Check = ({ truth, row }) => {
  const isCharged = row?.state === 'DOUBLE_CHARGED' || row?.transaction_id !== undefined || row?.case !== undefined
  return isCharged && !isDouble(truth) ? shown(row) : undefined
}

const closedWithoutMoney: Check = ({ truth, row, history }) => {
  if (row?.settled_at === undefined) return undefined
  const saidAt = history.settledByPerson(truth) ?? Number.POSITIVE_INFINITY
  const back = backBy(truth, row.settled_at)
  if (saidAt <= row.settled_at || back === chargeOf(truth.order)?.amount) return undefined
  return `${back} of ${truth.plan.total_amount} fen are back, settled by ${row.settled_by}`
}

const leftOpen: Check = ({ truth, row, endsAt }) => {
  const isBack = isDouble(truth) && backBy(truth, endsAt - DAY) === truth.plan.total_amount
  return isBack && row?.settled_at === undefined ? `all is back, the row is ${shown(row)}` : undefined
}

/** A refund that was abnormal, or of which nobody could know in time, is only looked at when a person gives its number. */
const closedLate: Check = ({ truth, row, history }) => {
  const { refunds, said, plan, found } = truth
  if (row?.settled_by !== 'refund') return undefined
  const given = said.findLast(({ body }) => body.out_refund_no !== undefined)?.at ?? 0
  const isOnlyGiven =
    plan.kind === 'charged while held' || plan.back === 'at once' || plan.back === 'abnormal, then back'
  const knownAt = refunds.map(({ acceptedAt, succeededAt = 0 }) =>
    Math.max(succeededAt, history.billAt(truth.signer, acceptedAt) ?? 0, found?.at ?? 0, isOnlyGiven ? given : 0),
  )
  const late = (row.settled_at ?? 0) - Math.max(...knownAt)
  return late > CLOSED_MS ? `${(late / HOUR).toFixed(1)} h after it could be known` : undefined
}

const NOT_SYNCED: ReadonlySet<Kind> = new Set([
  'cancelled before',
  'cancelled late',
  'unknown',
  'refused',
  'closed by hand',
  'held, closed',
])

const notSynced: Check = ({ truth: { order, handedOverAt, plan, said }, row }) => {
  if (handedOverAt === undefined || chargeOf(order)) return undefined
  if (NOT_SYNCED.has(plan.kind) || said.some(({ what }) => what === 'withdraw')) return undefined
  const isSynced = order?.payments.length === 1 && order.payments[0]?.paid_type === 'MCH'
  return isSynced && row?.state === 'SYNCED' && row.proved_at ? undefined : `${order?.state}, the row is ${shown(row)}`
}

const syncedAfterEnd: Check = ({ truth, history }) => {
  const end = history.rejectedAt(truth) ?? Number.POSITIVE_INFINITY
  const after = history.syncsOf(truth).filter(({ at }) => at > end)
  return after.length > 0 ? `${after.length} syncs after its end` : undefined
}

/** Before the order last changed at WeChat Pay, the schedule says how often it is tried. */
const syncedTooOften: Check = ({ truth, history }) => {
  const { kind } = truth.plan
  // A refusal names no order, so the order is queried and synced once more before it ends.
  const needed = kind === 'refused' ? 2 : kind === 'charged alone' || kind === 'held, closed' ? 0 : 1
  const isTried = ['charge running', 'charge fails', 'completed late'].includes(kind)
  const syncs = history.syncsOf(truth).filter(({ at }) => !isTried || at >= (truth.movedAt ?? 0))
  return syncs.length > needed ? `${syncs.length} syncs` : undefined
}

/** Of days on which an order was charged that concerns us, or refunded. */
const missedBills = (all: readonly Judged[], { endsAt }: Month): readonly (string | undefined)[] => {
  const days = new Map<string, string>()
  for (const { truth, history } of all)
    for (const at of [truth.chargedAt, ...truth.refunds.map(({ acceptedAt }) => acceptedAt)]) {
      if (at === undefined || at + BILL_MS > endsAt) continue
      const bill = history.billAt(truth.signer, at)
      if (bill === undefined || bill > at + BILL_MS)
        days.set(`${truth.signer} ${chinaDay(at)}`, bill === undefined ? 'not had' : 'had too late')
    }
  return [...days].map(([day, what]) => `${day}: ${what}`)
}

const shown = (row: Row | undefined): string =>
  row
    ? `${row.state} ${row.reason ?? ''} ${row.amount ?? ''} ${row.settled_by ?? ''} ${JSON.stringify(row.refunds ?? [])}`
    : 'not there'
