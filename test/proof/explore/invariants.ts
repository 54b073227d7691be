import { adviceOf } from '../../../lib/ledger/advice.ts'
import { hasOpenCharge, type NextCall, nextCallAt, type Row } from '../../../lib/ledger/row.ts'
import { isAskedForBill } from '../../../lib/ledger/transitions/bill.ts'
import { isCase } from '../../../lib/ledger/transitions/case-index.ts'
import { isClosedByHand } from '../../../lib/ledger/transitions/lease.ts'
import { nextRefund } from '../../../lib/ledger/transitions/refund.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { orderEvents } from '../../../lib/views/order-events.ts'
import type { RefundVerdictKind } from '../../../lib/wechatpay/refund-api.ts'
import type { Charge, SignedResponse } from '../../../lib/wechatpay/verdict.ts'
import type { VerdictKind } from '../../../lib/wechatpay/verdict-kinds.ts'
import { NOW } from './canonical-row.ts'
import { TOTAL } from './scenario.ts'
import { isCharged, isTold, type Order } from './wechat-pay.ts'

/** Violations, with the text of the report. */
export const BROKEN = {
  overlap: 'two calls are out at once under valid leases',
  lease: 'a live lease was cut short',
  unleased: 'a call went out under a lease that may end before it does',
  closedUnderCall: 'an order was closed, or the asking stopped, while a call was out under a valid lease',
  unindexed: 'something is left to do, and no index knows',
  index: 'due, due_at and next are not present together',
  leased: 'a row that is done has a lease',
  forgottenByTtl: 'a row expires though something is left to do',
  kept: 'a closed row never expires',
  undone: 'a true SYNCED was overwritten',
  receipt: 'a receipt was dropped or replaced',
  deafToReceipt: 'WeChat Pay took the sync, and the row does not say so',
  refunded: 'DOUBLE_CHARGED was taken back',
  unsettled: 'what a person settled was unsettled by an answer that only said it again',
  falseCharge: 'DOUBLE_CHARGED without a charge',
  namelessCharge: 'a charge was told, and the row has no sum or transaction',
  forgottenCharge: 'what WeChat Pay charged was ended by somebody who was not told of it',
  neededNoSync: 'a sync was released though WeChat Pay was known to have charged the order',
  silentEnd: 'a row was rejected, held or charged twice and nobody was told',
  silentUndone: 'a SYNCED row was undone and nobody was told',
  falseEnd: 'an order that can still be charged is closed as SYNCED',
  untrueEnd: "an order ended without WeChat Pay's signed word for it",
  lostNotice: 'a notice is nowhere',
  deadNotice: 'a notice that nothing contradicts is in the dead-letter queue after fewer faults than attempts',
  swallowed: 'a notice with another call returned while the order was not settled',
  mistaken: 'a notice was told that it contradicts the row that has its call',
  withdrawn: 'a notice was withdrawn after WeChat Pay had taken its sync',
  neverRefused: 'an order ended by a refusal that was never of it',
  overruled: 'the newest notice returned, and the order ended by the refusal of another call',
  sameCall: 'a rejected order was reopened by the call that was rejected',
  older: 'an older notice replaced a newer',
  overruledPerson: 'a notice took up an order that a person had closed',
  heldCharge: 'a held order that was charged is asked about no more, and no person said so',
  otherCall: 'the refusal of one call rejected another',
  notAbsent: 'closed as not found within 24 h of a sight of the order',
  postponed: 'an order was to be asked about sooner, and is asked about later',
  waits: 'a row is in the index of those that wait for a person, and nobody need act, or the other way round',
  settledTwice: 'a settlement was overwritten by somebody who did not know of it',
  doubted: 'a proved row is said not to be, or its asking to have been stopped',
  unasked: 'a sync went out before the order was looked at, or released',
  wrongSum: 'an order was cleared for a sync though its sum differs, or it was only to be observed',
  wholeSum: 'an order that was paid in part was to be synced before a person had looked',
  toldAgain: 'more syncs were repeated than faults happened',
  askedAgain: 'more queries were repeated than faults happened',
  byBillAlone: 'a trade bill alone changed what the row says of the order',
  revived: 'the query for a bill took up a rejected order',
  billForgotten: 'an order was to be asked about for a bill, and is not any more, and no signed answer came',
  stale: 'an order that is asked about anew has the proof of its former end',
  caseIndex: 'a row is in the index of cases and is none, or the other way round',
  caseLeft: 'a case was settled otherwise than by refunds, by cash or as not double',
  notRepaid: "a case was settled by refunds that do not add up, by WeChat Pay's signed word, to what it charged",
  lostCharge: 'a charge that was told is not on the row any more',
  unaskedRefund: 'a refund that was noted has not ended, and is not asked about any more',
  askedForNoRefund: 'a refund is to be asked about, and none is noted that has not ended',
  lostRefund: 'a refund that was noted is not on the row any more',
  unkept: 'a signed answer by which the order went on does not come with the write, to be kept',
} as const

/** The answer to a call, from WeChat Pay or forged. */
export type Heard = {
  readonly step: NextCall
  readonly kind: VerdictKind | RefundVerdictKind
  readonly verified: boolean
  readonly word?: SignedResponse
  readonly charge?: Charge
}

type WriteFacts = {
  readonly before: Row | undefined
  readonly after: Row | undefined
  readonly transition: Transition
  /** The row as the invocation claimed it, with what it learned since. */
  readonly held?: Row | undefined
  readonly heard?: Heard | undefined
}

/** Checks a write by the row alone, whatever the true state at WeChat Pay is. */
export const brokenByWrite = ({ before, after, transition, held, heard }: WriteFacts): string | undefined => {
  if (!after) return undefined
  const { name, alarm } = transition
  if (before?.taken_at && before.taken_at !== after.taken_at) return BROKEN.receipt
  if (isUnkept(before, after, transition)) return BROKEN.unkept
  // If a charge came meanwhile, an operator must look at it first; the signed response is still stored.
  if (heard?.kind === 'accepted' && (!after.taken_at || !(isTaken(after) || after.transaction_id)))
    return BROKEN.deafToReceipt
  if (before?.state === 'DOUBLE_CHARGED' && after.state !== 'DOUBLE_CHARGED') return BROKEN.refunded
  const isAnswered = before?.state === 'DOUBLE_CHARGED' || (held?.state === 'REJECTED' && heard !== undefined)
  if (before && isAnswered && isSettledOf(before) && !isSettledOf(after) && !hasNewCharge(before, after))
    return BROKEN.unsettled
  const isCharge = name === '9 collected' || (heard?.kind === 'part_paid' && heard.step === 'query')
  const isBlurred = heard?.charge && heard.charge.amount === undefined
  if (isCharge && !((after.amount || isBlurred) && after.transaction_id)) return BROKEN.namelessCharge
  if (heard?.kind === 'part_paid' && after.next === 'sync') return BROKEN.wholeSum
  const brokenCase = before && brokenByBill({ before, after, transition, held, heard })
  if (brokenCase) return brokenCase
  if (isCase(after) !== (after.case !== undefined && after.case_at !== undefined)) return BROKEN.caseIndex
  if (before && hasOpenCharge(before) && isForgotten(after, name)) return BROKEN.forgottenCharge
  if (
    before?.state !== after.state &&
    isBadEnd(after) &&
    !isSettled(after, name) &&
    orderEvents(before, after).length === 0
  )
    return BROKEN.silentEnd
  if (before?.state === 'SYNCED' && isTakenBack(after) && alarm !== 'undone') return BROKEN.silentUndone
  if (name === '12 unproved' && alarm !== 'unproved') return BROKEN.silentEnd
  if (before && before.call_hash !== after.call_hash && (before.noticed_at ?? 0) > (after.noticed_at ?? 0))
    return BROKEN.older
  if (name === '3 reopen' && before?.call_hash === after.call_hash) return BROKEN.sameCall
  if (name === '3 reopen' && before && isClosedByHand(before)) return BROKEN.overruledPerson
  if (name === '7 reject' && before?.transaction_id !== undefined) return BROKEN.heldCharge
  if (name === '7 reject' && held && held.call_hash !== after.call_hash) return BROKEN.otherCall
  if (name === '13 expedite' && (before?.due_at ?? 0) < (after.due_at ?? 0)) return BROKEN.postponed
  if (after.state === 'SYNCED' && after.proved_at && after.reason !== undefined && !before?.reason)
    return BROKEN.doubted
  if (name === '16 settle' && before?.settled_at !== undefined) return BROKEN.settledTwice
  if ((adviceOf(after).turn === 'service') !== (after.waits === undefined)) return BROKEN.waits
  if (isUntrue(before, after, heard)) return BROKEN.untrueEnd
  if (name === '10 unpaid' && held && after.cleared && !held.cleared && !mayClear(held)) return BROKEN.wrongSum
  return undefined
}

/** What a row is told of by a signed answer alone. */
const isUnkept = (before: Row | undefined, after: Row, { answer }: Transition): boolean => {
  const isNew = (name: 'taken_at' | 'proved_at') => after[name] !== undefined && after[name] !== before?.[name]
  const repaid = ({ refunds = [] }: Partial<Row> = {}) => refunds.filter(({ status }) => status === 'refunded').length
  return answer === undefined && (isNew('taken_at') || isNew('proved_at') || repaid(after) > repaid(before))
}

/** What a write that follows from a bill, a refund or a settlement violates. */
const brokenByBill = ({
  before,
  after,
  transition: { name },
  held,
  heard,
}: Omit<WriteFacts, 'before' | 'after'> & { readonly before: Row; readonly after: Row }): string | undefined => {
  if (OF_A_BILL.includes(name) && before.state !== after.state) return BROKEN.byBillAlone
  if (held?.state === 'REJECTED' && heard?.step === 'query' && !isEndedOrDouble(after)) return BROKEN.revived
  if (before.state === 'DOUBLE_CHARGED' && !chargesOf(before).every((each) => chargesOf(after).includes(each)))
    return BROKEN.lostCharge
  const numbers = (after.refunds ?? []).map(({ out_refund_no }) => out_refund_no)
  if (before.refunds?.some(({ out_refund_no }) => !numbers.includes(out_refund_no))) return BROKEN.lostRefund
  const isWord = heard?.verified && heard.step !== 'refund'
  if (isAsked(before) && isAskedForBill(after) && !isAsked(after) && !isWord && !isTooOldToAsk(before))
    return BROKEN.billForgotten
  const isSettled = after.state === 'DOUBLE_CHARGED' && after.settled_at !== undefined
  if (isSettled && after.settled_by === undefined) return BROKEN.caseLeft
  if (isCase(before) && !isCase(after) && !SETTLES_CASES[name]?.includes(after.settled_by ?? '')) return BROKEN.caseLeft
  return undefined
}

/** Only what WeChat Pay signs changes the state. */
const OF_A_BILL = ['21 ask for the bill', '21 ask later', '21 as it stood', '26 note transaction']
const SETTLES_CASES: Readonly<Record<string, readonly string[]>> = {
  '16 settle': ['cash', 'not_double'],
  '23 refunded': ['refund'],
}

const isEndedOrDouble = ({ state }: Row): boolean => state === 'REJECTED' || state === 'DOUBLE_CHARGED'
const isSettledOf = ({ state, settled_at }: Row): boolean =>
  settled_at !== undefined && (state === 'DOUBLE_CHARGED' || state === 'REJECTED')
const isAsked = (row: Row): boolean => isAskedForBill(row) && row.bill_at !== undefined && row.next === 'query'
const isTooOldToAsk = ({ bill_at = 0 }: Row): boolean => bill_at < NOW
const chargesOf = ({ transaction_id }: Row): readonly string[] => transaction_id?.split(',') ?? []
const hasNewCharge = (before: Row, after: Row): boolean =>
  chargesOf(after).some((each) => !chargesOf(before).includes(each))

/** A charge must stay visible until an operator who knows about it settles it. */
const isForgotten = ({ transaction_id, settled_at }: Row, name: string): boolean => {
  if (transaction_id === undefined) return true
  const isOverByHand = ENDS_BY_HAND.includes(name)
  return isOverByHand ? settled_at === undefined : settled_at !== undefined && !SETTLES.includes(name)
}

const ENDS_BY_HAND = ['15 close', '15 stop asking', '19 withdraw']
const SETTLES = ['16 settle', '16 settle the charge', '23 refunded']

/** An operator who settles a charge knows about it. */
const isSettled = ({ settled_at }: Row, name: string): boolean => settled_at !== undefined && SETTLES.includes(name)

/** An end that depends on WeChat Pay needs the matching signed response. */
const isUntrue = (
  before: Row | undefined,
  { state, settled_at, reason = '' }: Row,
  heard: Heard | undefined,
): boolean => {
  if (state === before?.state) return false
  const word = state === 'REJECTED' ? ENDS[reason] : undefined
  if (word && (heard?.verified !== true || heard.step !== word.step || heard.kind !== word.kind)) return true
  if (word?.isSaidTwice) return before?.refused === undefined || before.refused === heard?.word?.nonce
  if (word) return false
  // An operator says it of a charge that WeChat Pay signed before.
  if (settled_at !== undefined || hasOpenCharge(before ?? {})) return false
  return (state === 'SYNCED' || state === 'DOUBLE_CHARGED') && heard?.verified !== true
}

const ENDS: Readonly<Record<string, Pick<Heard, 'step' | 'kind'> & { readonly isSaidTwice?: true }>> = {
  invalid: { step: 'sync', kind: 'invalid', isSaidTwice: true },
  not_found: { step: 'query', kind: 'absent' },
  revoked: { step: 'query', kind: 'closed' },
}

const mayClear = ({ mode, expected_amount }: Row): boolean =>
  mode !== 'observe' && (expected_amount === undefined || expected_amount === TOTAL)

const isTakenBack = ({ state }: Row): boolean => state === 'PENDING' || state === 'HELD' || state === 'REJECTED'
const isTaken = ({ state }: Row): boolean => state === 'SYNCED' || state === 'DOUBLE_CHARGED'
const isBadEnd = ({ state }: Row): boolean => state === 'REJECTED' || state === 'DOUBLE_CHARGED' || state === 'HELD'

/** Properties of a write that can be checked only with the state of WeChat Pay and of the other invocations. */
export type Effect = {
  /** A row with WeChat Pay's signed sync response is no longer SYNCED. */
  readonly undoes: boolean
  /** The row is no longer due, although WeChat Pay has not said who collected the payment. */
  readonly stops: boolean
  readonly rejectsAsAbsent: boolean
  /**
   * A withdrawal that WeChat Pay's answers must justify: a call that was not sent, or an order that does not exist or
   * is not completed.
   */
  readonly withdraws: boolean
  /** When the row can be claimed again; 0 if it is not in the index. */
  readonly freeAt: number
  /** Whether WeChat Pay has shown the order since the row has `absent_since`. */
  readonly sight: 'none yet' | 'seen' | 'as before'
}

const SIGHTS: readonly (Heard['kind'] | undefined)[] = [
  'accepted',
  'confirmed',
  'collected',
  'unpaid',
  'part_paid',
  'open',
  'closed',
]

export const effectOf = ({ before, after, transition, heard }: WriteFacts): Effect => ({
  undoes: before?.state === 'SYNCED' && before.taken_at !== undefined && after !== undefined && isTakenBack(after),
  stops:
    before?.due !== undefined && after !== undefined && after.due === undefined && !FINAL.includes(transition.name),
  rejectsAsAbsent: transition.name === '7 reject' && after?.reason === 'not_found',
  withdraws:
    transition.name === '19 withdraw' && before?.state === 'PENDING' && before.last_error?.verdict !== 'absent',
  freeAt: after?.due === undefined ? 0 : (nextCallAt(after) ?? 0),
  sight: !after
    ? 'as before'
    : after.absent_since === undefined || before?.absent_since === undefined
      ? 'none yet'
      : SIGHTS.includes(heard?.kind) || TAKEN_UP_ANEW.includes(transition.name)
        ? 'seen'
        : 'as before',
})

const FINAL = ['8 confirmed', '9 collected']
const TAKEN_UP_ANEW = ['3 reopen', '14 reopen', '18 release']

/** What is wrong with a row alone. */
export const brokenRow = (row: Row): string | undefined => {
  const { state, next, due, due_at, leased_until, proved_at, reason, expires_at, bill_at } = row
  if ((due === undefined) !== (due_at === undefined) || (due === undefined) !== (next === undefined))
    return BROKEN.index
  if (leased_until !== undefined && due === undefined) return BROKEN.leased
  const isEnded = reason !== undefined
  if (due === undefined && (state === 'PENDING' || state === 'HELD' || (state === 'SYNCED' && !proved_at && !isEnded)))
    return BROKEN.unindexed
  const refund = nextRefund(row)
  // It had ended, and is only asked about again.
  const isOverAnyway = isAskedForBill(row) && (bill_at !== undefined || (refund && row.settled_at !== undefined))
  if (due !== undefined && expires_at !== undefined && !isOverAnyway) return BROKEN.forgottenByTtl
  if (due === undefined && expires_at === undefined && state !== 'DOUBLE_CHARGED') return BROKEN.kept
  if (bill_at !== undefined && next !== 'query' && isAskedForBill(row)) return BROKEN.billForgotten
  if (proved_at && (state === 'PENDING' || state === 'HELD')) return BROKEN.stale
  if (refund && next === undefined) return BROKEN.unaskedRefund
  if (next === 'refund' && !refund) return BROKEN.askedForNoRefund
  if (row.settled_by === 'refund' && !isRepaid(row)) return BROKEN.notRepaid
  return undefined
}

/** Each refund counts that WeChat Pay signed, and each transaction for all that was charged with it. */
const isRepaid = (row: Row): boolean => {
  const back = (row.refunds ?? [])
    .filter(({ status }) => status === 'refunded')
    .filter(({ transaction_id = '' }) => chargesOf(row).includes(transaction_id))
  return back.reduce((sum, { refund_amount = 0 }) => sum + refund_amount, 0) >= chargesOf(row).length * TOTAL
}

/** What is wrong with a row, compared with the true state of the order. */
export const brokenByOrder = ({ state, due, reason }: Row, order: Order): string | undefined => {
  if (state === 'DOUBLE_CHARGED' && !isCharged(order)) return BROKEN.falseCharge
  if (state === 'SYNCED' && due === undefined && reason === undefined && !isTold(order)) return BROKEN.falseEnd
  return undefined
}
