import { LIMITS } from '../../limits.ts'
import type { Verdict } from '../../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../../wechatpay/verdict-kinds.ts'
import { and, type Condition, differs, equals, exists, missing, or } from '../condition.ts'
import { retryDelay } from '../retry-schedule.ts'
import { type CallType, dueKeyOf, hasOpenCharge, type LastError, type Row, type State } from '../row.ts'
import { isRefusedAlone } from '../sub-merchant-trouble.ts'
import { afterBillQuery, isAskedForBill } from './bill.ts'
import { caseOf } from './case-index.ts'
import { secondChargeAttributes } from './charge.ts'
import {
  DUE_ATTRIBUTES,
  expiry,
  isUnsent,
  sameAttemptAndDue,
  sameAttemptAndPending,
  sameChargeAsRead,
  withLeaseEnded,
} from './lease.ts'
import { provedBy, takenBy, withAnswer } from './signed.ts'
import type { Alarm, Transition } from './transition.ts'
import { withWaitingIndex } from './waiting-index.ts'

/** The current time (ms), and a random number in [0, 1). */
export type Moment = { readonly now: number; readonly random: number }

/** The transition that follows the answer to this attempt's sync. */
export const afterSync = (row: Row, verdict: Verdict, moment: Moment): Transition =>
  afterAnswer(syncAnswered(row, verdict, moment), row, 'sync', verdict)

/** The transition that follows the answer to this attempt's query. A refused query never ends an order. */
export const afterQuery = (row: Row, verdict: Verdict, moment: Moment): Transition =>
  afterAnswer(queryAnswered(row, verdict, moment), row, 'query', verdict)

const afterAnswer = (transition: Transition, row: Row, step: CallType, verdict: Verdict): Transition =>
  withLeaseEnded(withWaitingIndex(withAnswer(transition, row, step, verdict), row))

/**
 * 6 without a call: the sync has been due for so long that this stage stood still, and one in another region may have
 * sent it. WeChat Pay is asked first, at once.
 */
export const askFirst = (row: Row, moment: Moment): Transition =>
  afterAnswer(ask(row, LONG_DUE, moment, { due_at: moment.now }), row, 'sync', LONG_DUE)

const LONG_DUE: Verdict = { kind: 'unknown', verified: false, code: 'LONG_DUE' }

const syncAnswered = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  switch (verdict.kind) {
    case 'accepted':
      return accepted(row, verdict, moment)
    case 'confirmed':
      return {
        ...confirmed(row, verdict, moment),
        keep: takenBy(verdict),
        otherwise: keepReceipt(row, verdict),
      }
    case 'collected':
      return {
        ...collected(row, verdict, moment),
        keep: { ...caseOf(row, moment.now), ...takenBy(verdict) },
        otherwise: keepReceipt(row, verdict),
      }
    case 'invalid':
      return refused(row, verdict, moment)
    default:
      return isUnsent(verdict.kind, verdict) ? later(row, verdict, moment) : ask(row, verdict, moment)
  }
}

/**
 * A signed refusal does not name its order: it may be a replayed refusal of another one. So the first refusal is only
 * stored, and the order is queried. If the query finds it unpaid and the next sync is refused with another nonce, the
 * order is rejected.
 */
const refused = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  const nonce = verdict.signedResponse?.nonce
  if (nonce === undefined) return ask(row, verdict, moment)
  if (row.refused !== undefined && row.refused !== nonce) return reject(row, verdict, moment, 'invalid')
  return ask(row, verdict, moment, { refused: nonce })
}

const queryAnswered = (row: Row, verdict: Verdict, moment: Moment): Transition =>
  (isAskedForBill(row) ? afterBillQuery(row, verdict, moment) : undefined) ??
  withoutBill(afterOwnQuery(row, verdict, moment), row)

/** The answer is also the one that was asked for because of a trade bill. */
const withoutBill = (transition: Transition, { bill_at }: Row): Transition => {
  const { remove = [] } = transition
  return bill_at === undefined || remove.includes('bill_at')
    ? transition
    : { ...transition, remove: [...remove, 'bill_at'] }
}

const afterOwnQuery = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  // This comes before every other hold reason, and also after a release: WeChat Pay no longer expects the whole sum.
  const reason = verdict.kind === 'part_paid' ? 'part_paid' : holdReason(row, verdict)
  if (reason) return hold(row, verdict, moment, reason)
  switch (verdict.kind) {
    case 'confirmed':
      return confirmed(row, verdict, moment)
    case 'collected':
      return collected(row, verdict, moment)
    case 'unpaid':
      return unpaid(row, verdict, moment)
    case 'open':
      return wait(row, verdict, moment)
    case 'closed':
      return revoked(row, verdict, moment)
    case 'absent':
      if (!verdict.isPartyUnknown && isPending(row) && isOlder(row.absent_since, LIMITS.absentGiveUp, moment))
        return reject(row, verdict, moment, 'not_found')
      return askAgain(row, verdict, moment, { absent_since: moment.now })
    default:
      return askAgain(row, verdict, moment)
  }
}

/**
 * 4: WeChat Pay took the sync. There is no fencing token: a verified receipt is true for every attempt. Counting
 * `attempt` fences a query that is still in flight, so that it cannot undo this.
 */
const accepted = (row: Row, verdict: Verdict, { now }: Moment): Transition => ({
  name: '4 accepted',
  pk: row.pk,
  when: and(exists('pk'), differs('state', 'SYNCED'), differs('state', 'DOUBLE_CHARGED'), ...noChargeSince(row)),
  set: {
    state: 'SYNCED',
    ...takenBy(verdict),
    ...orderId(verdict),
    next: 'query',
    due: dueKeyOf(row),
    due_at: now + LIMITS.confirmDelay,
  },
  count: ['attempt'],
  remove: ['reason', 'expires_at', 'absent_since', 'refused'],
  otherwise: keepReceipt(row, verdict),
})

/**
 * A person must look at a charge that was recorded after this attempt began. A late answer to a sync must not hide it:
 * transition 4b keeps the receipt, and the state of the row stays.
 */
const noChargeSince = ({ transaction_id }: Row): readonly Condition[] =>
  transaction_id === undefined ? [or(missing('transaction_id'), exists('settled_at'))] : []

/** An answer from before a trade bill does not answer what is asked because of it. */
const noBillSince = ({ bill_at }: Row): readonly Condition[] => (bill_at === undefined ? [missing('bill_at')] : [])

/** 4b: the row has moved on already, but no signed response is thrown away. */
const keepReceipt = (row: Row, verdict: Verdict): Transition => ({
  name: '4b keep',
  pk: row.pk,
  when: exists('pk'),
  keep: takenBy(verdict),
})

/**
 * The deployment is wrong, or WeChat Pay refuses with a code that `REFUSALS` does not list: an engineer must be
 * alerted.
 */
const needsEngineer = ({ kind, refusal }: Verdict): boolean => kind === 'config' || refusal === 'unlisted'

/** A signed refusal of one sub-merchant has an alarm of its own: the orders of all others go on. */
const engineersAlarm = (row: Row, verdict: Verdict): { alarm?: Alarm } => {
  if (!needsEngineer(verdict)) return {}
  return { alarm: verdict.verified && isRefusedAlone(row, verdict) ? 'sub_merchant_trouble' : 'config' }
}

/** 5: the request was not sent, so WeChat Pay did not take it; the sync is sent again by the retry schedule. */
const later = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  return {
    name: '5 later',
    pk: row.pk,
    when: sameAttemptAndPending(row),
    set: { next: 'sync', due_at: moment.now + schedule(row, moment), ...lastError(row, verdict, moment) },
    keep: lateSince(row, verdict, moment),
    ...engineersAlarm(row, verdict),
  }
}

/**
 * 6: WeChat Pay may have taken the sync, since the answer does not name the order; a query comes before the next sync.
 */
const ask = (row: Row, verdict: Verdict, moment: Moment, more: Partial<Row> = {}): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  const minDelay = verdict.kind === 'busy' ? LIMITS.askAgainBusy : LIMITS.askAgain
  return {
    name: '6 ask',
    pk: row.pk,
    when: sameAttemptAndPending(row),
    set: {
      next: 'query',
      due_at: moment.now + Math.max(minDelay, schedule(row, moment)),
      ...lastError(row, verdict, moment),
      ...more,
    },
    keep: lateSince(row, verdict, moment),
    ...engineersAlarm(row, verdict),
  }
}

/** 7: WeChat Pay signed a refusal, or the time limit for retries is over. */
const reject = (
  row: Row,
  verdict: Verdict,
  moment: Moment,
  reason: string,
  state: 'PENDING' | 'HELD' = 'PENDING',
): Transition => ({
  name: '7 reject',
  pk: row.pk,
  when: and(equals('attempt', row.attempt), equals('state', state)),
  set: { state: 'REJECTED', reason, ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: DUE_ATTRIBUTES,
})

/** 8: a signed response proves that the order is done and that WeChat Pay did not charge it. */
const confirmed = (row: Row, verdict: Verdict, { now }: Moment): Transition => ({
  name: '8 confirmed',
  pk: row.pk,
  when: and(exists('pk'), differs('state', 'DOUBLE_CHARGED'), ...noChargeSince(row), ...noBillSince(row)),
  set: { state: 'SYNCED', ...provedBy(verdict), ...orderId(verdict), expires_at: expiry(now) },
  remove: [...DUE_ATTRIBUTES, 'reason', 'late_at', 'absent_since', 'refused'],
})

/**
 * 9: WeChat Pay charged as well. The row does not expire until an operator has settled the charge; the same answer
 * after that does not undo the settlement.
 */
const collected = (row: Row, verdict: Verdict, { now }: Moment): Transition => ({
  name: '9 collected',
  pk: row.pk,
  // A refund that is asked about meanwhile goes on: then the charge is known already.
  // A late answer does not take the place of one that tells of more charges.
  when: and(
    exists('pk'),
    or(differs('state', 'DOUBLE_CHARGED'), and(missing('settled_at'), sameChargeAsRead(row))),
    missing('refunds'),
  ),
  set: { state: 'DOUBLE_CHARGED', ...verdict.charge, ...provedBy(verdict), ...orderId(verdict) },
  remove: [
    ...DUE_ATTRIBUTES,
    'reason',
    'expires_at',
    'absent_since',
    'settled_at',
    'settled_by',
    'refused',
    'bill_at',
    ...secondChargeAttributes(verdict),
  ],
  keep: caseOf(row, now),
})

/** 10: the order waits for payment, so a sync is due now. */
const unpaid = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '10 unpaid',
  pk: row.pk,
  when: sameAttemptAndDue(row),
  set: {
    state: 'PENDING',
    next: 'sync',
    due_at: moment.now,
    ...(row.mode && { cleared: true }),
    ...lastError(row, verdict, moment),
  },
  remove: ['absent_since', ...undoneAttributes(row)],
  ...syncUndoneAlarm(row),
})

/** 11 wait: the merchant has not completed the order at WeChat Pay yet. */
const wait = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  return {
    name: '11 wait',
    pk: row.pk,
    when: sameAttemptAndDue(row),
    set: {
      state: 'PENDING',
      next: 'query',
      due_at: moment.now + schedule(row, moment),
      ...lastError(row, verdict, moment),
    },
    keep: lateSince(row, verdict, moment),
    remove: ['absent_since', ...undoneAttributes(row)],
    ...syncUndoneAlarm(row),
  }
}

/** 11 end: the order is cancelled or expired, so WeChat Pay can no longer charge it. */
const revoked = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '11 end',
  pk: row.pk,
  when: sameAttemptAndDue(row),
  set: { state: 'REJECTED', reason: 'revoked', ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: [...DUE_ATTRIBUTES, 'absent_since', ...undoneAttributesBut(row, 'reason', 'expires_at')],
  ...syncUndoneAlarm(row),
})

/** 12: the answer to the query says nothing about the order. */
const askAgain = (row: Row, verdict: Verdict, moment: Moment, keep: Partial<Row> = {}): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  if (isOlder(row.created_at, LIMITS.giveUp, moment)) return unproved(row, verdict, moment)
  return {
    name: '12 ask again',
    pk: row.pk,
    when: and(equals('attempt', row.attempt), equals('next', 'query')),
    set: { due_at: moment.now + schedule(row, moment), ...lastError(row, verdict, moment) },
    keep: { ...lateSince(row, verdict, moment), ...keep },
    ...(verdict.kind === 'invalid' ? { alarm: 'config' } : engineersAlarm(row, verdict)),
  }
}

/** 12, at its end: WeChat Pay accepted the sync, and no query could prove it within thirty days. */
const unproved = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '12 unproved',
  pk: row.pk,
  when: and(equals('attempt', row.attempt), equals('state', 'SYNCED'), exists('due')),
  set: { reason: 'unproved', ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: DUE_ATTRIBUTES,
  alarm: 'unproved',
})

/**
 * 17: no sync is sent until an operator has decided. Meanwhile the order is queried once a day, so that a charge by
 * WeChat Pay is noticed; sooner when the answer said nothing about the order, or when the hourly cap is the only reason
 * to hold it.
 */
const hold = (row: Row, verdict: Verdict, moment: Moment, reason: string): Transition => {
  const endReason = endReasonOfHeld(row, verdict, moment)
  if (endReason) return reject(row, verdict, moment, endReason, 'HELD')
  const isSooner = reason === 'over_cap' || VERDICT_KINDS[verdict.kind].tellsNoState
  const isAbsent = verdict.kind === 'absent'
  return {
    name: '17 hold',
    pk: row.pk,
    when: and(
      sameAttemptAndDue(row),
      or(equals('state', 'PENDING'), equals('state', 'HELD'), equals('state', 'SYNCED')),
    ),
    set: {
      state: 'HELD',
      reason,
      next: 'query',
      due_at: moment.now + (isSooner ? schedule(row, moment) : LIMITS.heldAskAgain),
      ...verdict.charge,
      ...lastError(row, verdict, moment),
    },
    ...(isAbsent && { keep: { absent_since: moment.now } }),
    remove: [
      ...(isAbsent ? [] : (['absent_since'] as const)),
      ...secondChargeAttributes(verdict),
      ...undoneAttributesBut(row, 'reason'),
    ],
    ...syncUndoneAlarm(row),
  }
}

/**
 * Why the queries of a held order end. The limits are those of any order: WeChat Pay does not know it for a day, or no
 * answer tells its state for a month.
 */
const endReasonOfHeld = (row: Row, { kind, charge, isPartyUnknown }: Verdict, moment: Moment): string | undefined => {
  // Stryker disable next-line ConditionalExpression: equivalent - no order is held anew by an answer that tells nothing of it
  if (row.state !== 'HELD') return undefined
  if (row.transaction_id !== undefined || charge) return undefined
  if (kind === 'absent')
    return !isPartyUnknown && isOlder(row.absent_since, LIMITS.absentGiveUp, moment) ? 'not_found' : undefined
  return VERDICT_KINDS[kind].tellsNothing && isOlder(row.created_at, LIMITS.giveUp, moment) ? 'too_old' : undefined
}

/**
 * Why an order that is queried before its first sync must not be synced without an operator; undefined when it may be.
 */
const holdReason = (row: Row, verdict: Verdict): string | undefined => {
  const { kind, total_amount } = verdict
  if (row.cleared || (row.state !== 'PENDING' && row.state !== 'HELD')) return undefined
  // Once WeChat Pay has charged, an operator must settle the charge, whatever later answers say.
  if (row.state === 'HELD' && hasOpenCharge(row) && kind !== 'collected') return row.reason
  if (isEndedAsAdvised(row, verdict)) return undefined
  const { isFixed, isEnd } = VERDICT_KINDS[kind]
  if (isFixed && row.expected_amount !== undefined && total_amount !== row.expected_amount) {
    if (total_amount === undefined) return 'amount_unknown'
    // Stryker disable next-line EqualityOperator: equivalent - the two are not equal here
    return row.expected_amount < total_amount ? 'paid_less' : 'paid_more'
  }
  if (kind === 'unpaid' && row.mode === 'observe') return 'observe_only'
  return row.state === 'HELD' && !isEnd ? row.reason : undefined
}

/**
 * The order was open when the notice came, and was then cancelled or completed with 0: the shop followed the advice.
 */
const isEndedAsAdvised = ({ last_error }: Row, { kind, total_amount = 0 }: Verdict): boolean =>
  last_error?.verdict === 'open' && total_amount === 0 && (kind === 'closed' || kind === 'confirmed')

const schedule = (row: Row, { now, random }: Moment): number => retryDelay(now - row.created_at, random)

const lastError = (
  row: Row,
  { kind, status, code, request_id, refusal, detail }: Verdict,
  { now }: Moment,
): Partial<Row> => {
  const last_error: LastError = {
    verdict: kind,
    at: now,
    attempt: row.attempt,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(request_id !== undefined && { request_id }),
    ...(refusal !== undefined && { refusal }),
    ...(detail !== undefined && { detail }),
  }
  return { last_error }
}

const lateSince = (row: Row, { kind }: Verdict, moment: Moment): Partial<Row> => {
  const limit = kind === 'open' || row.state === 'SYNCED' ? LIMITS.lateWaiting : LIMITS.late
  return isOlder(row.created_at, limit, moment) ? { late_at: moment.now } : {}
}

const orderId = ({ order_id }: Verdict): Partial<Row> => (order_id ? { order_id } : {})

/** WeChat Pay had taken the sync and now says otherwise. */
const syncUndoneAlarm = ({ state }: Row): { alarm?: Alarm } => (state === 'SYNCED' ? { alarm: 'undone' } : {})

/** Of an order that a trade bill had asked about again: what it had because it had ended as synced. */
const undoneAttributes = ({
  state,
  bill_at,
  proof,
}: Row): readonly ('proved_at' | 'proof' | 'reason' | 'expires_at')[] =>
  state === 'SYNCED' && bill_at !== undefined
    ? ['proved_at', ...(proof ? (['proof'] as const) : []), 'reason', 'expires_at']
    : []

/** The same where `name` is set to what follows. */
const undoneAttributesBut = (row: Row, ...names: readonly ('reason' | 'expires_at')[]) =>
  undoneAttributes(row).filter((each) => !names.some((name) => name === each))

const isPending = ({ state }: { readonly state: State }): boolean => state === 'PENDING'

const isOlder = (since: number | undefined, limit: number, { now }: Moment): boolean =>
  // Stryker disable next-line ConditionalExpression: equivalent - what is not there makes no number, which is greater than none
  since !== undefined && now - since > limit

const isTooOld = (row: Row, moment: Moment): boolean => isPending(row) && isOlder(row.created_at, LIMITS.giveUp, moment)
