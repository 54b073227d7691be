import { DAY, HOUR, MINUTE } from '../../../support/orders.ts'
import { START } from '../memory/world.ts'
import { chargeOf, type History, RECORDED_MS } from './history.ts'
import type { Told } from './record.ts'
import type { Truth } from './tale.ts'
import type { NextStep } from './told.ts'

/** What people are to be told of a case; of what changes at this very moment, before and after it. */
export type OpenCase = {
  readonly truth: Truth
  /** False where it opens or closes at this very moment. */
  readonly isCertain: boolean
  readonly fen: number
  readonly transaction_id: string
  readonly paid: string
  readonly days: readonly number[]
  readonly next: readonly NextStep[]
}

/** By its key each case that is open at that time, by WeChat Pay's answers and by what people said. */
export const openCasesAt = (doubles: readonly Truth[], history: History, at: number): ReadonlyMap<string, OpenCase> =>
  new Map(
    doubles.flatMap((truth) => {
      const isOpen = history.isOpenAt(truth, at)
      return isOpen === false ? [] : [[truth.key, caseOf(truth, history, { at, isCertain: isOpen === true })]]
    }),
  )

const caseOf = (
  truth: Truth,
  history: History,
  { at, isCertain }: { readonly at: number; readonly isCertain: boolean },
): OpenCase => {
  const { amount = 0, transaction_id = '' } = chargeOf(truth.order) ?? {}
  const since = history.caseSince(truth) ?? Number.NaN
  return {
    truth,
    isCertain,
    fen: amount,
    transaction_id,
    // A POS says that the customer paid a minute before it hands the notice over.
    paid: dateOf((truth.handedOverAt ?? Number.NaN) - MINUTE),
    days: [since, since + RECORDED_MS].map((ms) => dayOf(at) - dayOf(ms)),
    next: [at - RECORDED_MS, at].map((ms) => nextStep(truth, history, ms)),
  }
}

/** START is midnight in China. */
const dayOf = (ms: number): number => Math.floor((ms - START) / DAY)
const dateOf = (ms: number): string => new Date(ms + 8 * HOUR).toISOString().slice(0, 10)

type RefundState = 'under way' | 'back' | 'failed'

/** By what WeChat Pay had answered about the refunds of which the service knew at that time. */
const nextStep = (truth: Truth, history: History, at: number): NextStep => {
  const states = [...knownRefunds(truth, history, at)].map((known) => stateOf(known, truth, history, at))
  if (states.length === 0) return 'refund'
  if (states.includes('under way')) return 'wait'
  return states.every((state) => state === 'back') ? 'refund the rest' : 'look the refund up'
}

/** By its number, since when: a person gave it, or the service asked for it because a bill has it. */
const knownRefunds = (truth: Truth, history: History, at: number): ReadonlyMap<string, number> => {
  const known = new Map<string, number>()
  for (const { out_refund_no, acceptedAt } of truth.refunds) {
    const bill = history.billAt(truth.signer, acceptedAt) ?? Number.POSITIVE_INFINITY
    const asked = history.refundCalls(truth, out_refund_no).find((call) => bill <= call.at && call.at <= at)
    if (asked) known.set(out_refund_no, asked.at)
  }
  for (const { at: saidAt, body } of truth.said)
    if (body.out_refund_no !== undefined && saidAt <= at) known.set(body.out_refund_no, saidAt)
  return known
}

/** So long a refund that WeChat Pay does not know may be a moment old. */
const YOUNG_MS = HOUR

const stateOf = (
  [number, since]: readonly [string, number],
  truth: Truth,
  history: History,
  at: number,
): RefundState => {
  const calls = history.refundCalls(truth, number).filter((call) => since <= call.at && call.at <= at)
  const isOwn = truth.refunds.some(({ out_refund_no }) => out_refund_no === number)
  const stateIn = ({ says, status, at: askedAt }: Told): RefundState => {
    if (status === 404) return askedAt - since >= YOUNG_MS ? 'failed' : 'under way'
    if (status !== 200 || (isOwn && says === 'PROCESSING')) return 'under way'
    return isOwn && says === 'SUCCESS' ? 'back' : 'failed'
  }
  const last = calls.at(-1)
  return last ? stateIn(last) : 'under way'
}
