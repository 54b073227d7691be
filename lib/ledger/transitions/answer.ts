import { LIMITS } from '../../limits.ts'
import type { Verdict } from '../../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../../wechatpay/verdict-kinds.ts'
import { and, type Condition, differs, equals, exists, missing, or } from '../condition.ts'
import { retryDelay } from '../retry-schedule.ts'
import { dueKeyOf, hasOpenCharge, type LastError, type Row, type State } from '../row.ts'
import { DUE_ATTRIBUTES, expiry, isUnsent, sameAttemptAndDue, sameAttemptAndPending } from './lease.ts'
import type { Alarm, Transition } from './transition.ts'
import { withWaitingIndex } from './waiting-index.ts'

/** A moment, and chance in [0, 1). */
export type Moment = { readonly now: number; readonly random: number }

/** What the answer to this attempt's sync does to the row. */
export const afterSync = (row: Row, verdict: Verdict, moment: Moment): Transition =>
  withWaitingIndex(syncAnswered(row, verdict, moment), row)

/** What the answer to this attempt's query does to the row. A refusal of the query itself never ends it. */
export const afterQuery = (row: Row, verdict: Verdict, moment: Moment): Transition =>
  withWaitingIndex(queryAnswered(row, verdict, moment), row)

const syncAnswered = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  switch (verdict.kind) {
    case 'accepted':
      return accepted(row, verdict, moment)
    case 'confirmed':
      return {
        ...confirmed(row, verdict, moment),
        keep: signedResponseAs('receipt', verdict),
        otherwise: keepReceipt(row, verdict),
      }
    case 'collected':
      return {
        ...collected(row, verdict),
        keep: signedResponseAs('receipt', verdict),
        otherwise: keepReceipt(row, verdict),
      }
    case 'invalid':
      return refused(row, verdict, moment)
    default:
      return isUnsent(verdict.kind, verdict) ? later(row, verdict, moment) : ask(row, verdict, moment)
  }
}

/**
 * A refusal names no order: it may be that of another, given once more. The first is only remembered, and the order asked
 * about; if that says that it still waits for payment, and the next sync is refused in other signed words, it is over.
 */
const refused = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  const nonce = verdict.word?.nonce
  if (nonce === undefined) return ask(row, verdict, moment)
  if (row.refused !== undefined && row.refused !== nonce) return reject(row, verdict, moment, 'invalid')
  return ask(row, verdict, moment, { refused: nonce })
}

const queryAnswered = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  // Whatever it was held for, and whoever has released it before: the sum is not the whole any more.
  const doubt = verdict.kind === 'part_paid' ? 'part_paid' : holdReason(row, verdict)
  if (doubt) return hold(row, verdict, moment, doubt)
  switch (verdict.kind) {
    case 'confirmed':
      return confirmed(row, verdict, moment)
    case 'collected':
      return collected(row, verdict)
    case 'unpaid':
      return unpaid(row, verdict, moment)
    case 'open':
      return wait(row, verdict, moment)
    case 'closed':
      return revoked(row, verdict, moment)
    case 'absent':
      if (!verdict.isUnmet && isPending(row) && isOlder(row.absent_since, LIMITS.absentGiveUp, moment))
        return reject(row, verdict, moment, 'not_found')
      return askAgain(row, verdict, moment, { absent_since: moment.now })
    default:
      return askAgain(row, verdict, moment)
  }
}

/** 4: the sync was taken. No fence: a verified receipt is true whoever got it; a query still out must not undo it. */
const accepted = (row: Row, verdict: Verdict, { now }: Moment): Transition => ({
  name: '4 accepted',
  pk: row.pk,
  when: and(exists('pk'), differs('state', 'SYNCED'), differs('state', 'DOUBLE_CHARGED'), ...noChargeSince(row)),
  set: {
    state: 'SYNCED',
    ...signedResponseAs('receipt', verdict),
    ...orderId(verdict),
    next: 'query',
    due: dueKeyOf(row.pk),
    due_at: now + LIMITS.confirmDelay,
  },
  count: ['attempt'],
  remove: ['reason', 'expires_at', 'absent_since', 'refused'],
  otherwise: keepReceipt(row, verdict),
})

/**
 * What WeChat Pay charged since this attempt began is a person's to look at, and no late word of a sync takes it from him:
 * the word is kept, and the row stays as it stands.
 */
const noChargeSince = ({ transaction_id }: Row): readonly Condition[] =>
  transaction_id === undefined ? [or(missing('transaction_id'), exists('settled_at'))] : []

/** 4b: the row was further already, but no signed word is thrown away. */
const keepReceipt = (row: Row, verdict: Verdict): Transition => ({
  name: '4b keep',
  pk: row.pk,
  when: exists('pk'),
  keep: signedResponseAs('receipt', verdict),
})

/** The deployment is wrong, or WeChat Pay refuses with a code that nobody here knows: not to be waited out in silence. */
const isEngineers = ({ kind, refusal }: Verdict): boolean => kind === 'config' || refusal === 'unlisted'

/** 5: nothing was sent, so nothing was taken; the sync is sent by the schedule. */
const later = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  return {
    name: '5 later',
    pk: row.pk,
    when: sameAttemptAndPending(row),
    set: { next: 'sync', due_at: moment.now + schedule(row, moment), ...lastError(row, verdict, moment) },
    keep: late(row, verdict, moment),
    ...(isEngineers(verdict) && { alarm: 'config' }),
  }
}

/** 6: the sync may have been taken, whatever answer came back that does not name the order; ask before it is repeated. */
const ask = (row: Row, verdict: Verdict, moment: Moment, more: Partial<Row> = {}): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  const least = verdict.kind === 'busy' ? LIMITS.askAgainBusy : LIMITS.askAgain
  return {
    name: '6 ask',
    pk: row.pk,
    when: sameAttemptAndPending(row),
    set: {
      next: 'query',
      due_at: moment.now + Math.max(least, schedule(row, moment)),
      ...lastError(row, verdict, moment),
      ...more,
    },
    keep: late(row, verdict, moment),
    ...(isEngineers(verdict) && { alarm: 'config' }),
  }
}

/** 7: WeChat Pay's signed refusal, or nothing more to hope for. */
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

/** 8: proved. */
const confirmed = (row: Row, verdict: Verdict, { now }: Moment): Transition => ({
  name: '8 confirmed',
  pk: row.pk,
  when: and(exists('pk'), differs('state', 'DOUBLE_CHARGED'), ...noChargeSince(row)),
  set: { state: 'SYNCED', ...signedResponseAs('proof', verdict), ...orderId(verdict), expires_at: expiry(now) },
  remove: [...DUE_ATTRIBUTES, 'reason', 'late_at', 'absent_since', 'refused'],
})

/** 9: WeChat Pay charged as well. The row stays until a person has settled it; told again after that, it stays settled. */
const collected = (row: Row, verdict: Verdict): Transition => ({
  name: '9 collected',
  pk: row.pk,
  when: and(exists('pk'), or(missing('settled_at'), differs('state', 'DOUBLE_CHARGED'))),
  set: { state: 'DOUBLE_CHARGED', ...verdict.charge, ...signedResponseAs('proof', verdict), ...orderId(verdict) },
  remove: [
    ...DUE_ATTRIBUTES,
    'reason',
    'expires_at',
    'absent_since',
    'settled_at',
    'refused',
    ...secondChargeAttributes(verdict),
  ],
})

/** 10: waiting for payment, so a sync is due now. */
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
  remove: ['absent_since'],
  ...undone(row),
})

/** 11 wait: the merchant has not completed the order yet. */
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
    keep: late(row, verdict, moment),
    remove: ['absent_since'],
    ...undone(row),
  }
}

/** 11 end: cancelled or expired, so nothing can be charged any more. */
const revoked = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '11 end',
  pk: row.pk,
  when: sameAttemptAndDue(row),
  set: { state: 'REJECTED', reason: 'revoked', ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: [...DUE_ATTRIBUTES, 'absent_since'],
  ...undone(row),
})

/** 12: the query told nothing. */
const askAgain = (row: Row, verdict: Verdict, moment: Moment, keep: Partial<Row> = {}): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  if (isOlder(row.created_at, LIMITS.giveUp, moment)) return unproved(row, verdict, moment)
  return {
    name: '12 ask again',
    pk: row.pk,
    when: and(equals('attempt', row.attempt), equals('next', 'query')),
    set: { due_at: moment.now + schedule(row, moment), ...lastError(row, verdict, moment) },
    keep: { ...late(row, verdict, moment), ...keep },
    ...((isEngineers(verdict) || verdict.kind === 'invalid') && { alarm: 'config' }),
  }
}

/** 12, at its end: accepted thirty days ago and still no proof. */
const unproved = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '12 unproved',
  pk: row.pk,
  when: and(equals('attempt', row.attempt), equals('state', 'SYNCED'), exists('due')),
  set: { reason: 'unproved', ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: DUE_ATTRIBUTES,
  alarm: 'unproved',
})

/**
 * 17: nothing is sent until a person has decided. The order is asked about once a day meanwhile, so that a charge of
 * WeChat Pay is noticed; sooner, when the answer said nothing of the order, or nothing is known against it but the cap.
 */
const hold = (row: Row, verdict: Verdict, moment: Moment, reason: string): Transition => {
  const end = endOfHeld(row, verdict, moment)
  if (end) return reject(row, verdict, moment, end, 'HELD')
  const isSooner = reason === 'over_cap' || VERDICT_KINDS[verdict.kind].isSilent
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
    remove: [...(isAbsent ? [] : (['absent_since'] as const)), ...secondChargeAttributes(verdict)],
    ...undone(row),
  }
}

/** Why a held order is asked about no longer: as any other, it is unknown to WeChat Pay for a day, or to us for a month. */
const endOfHeld = (row: Row, { kind, charge, isUnmet }: Verdict, moment: Moment): string | undefined => {
  if (row.state !== 'HELD' || row.transaction_id !== undefined || charge) return undefined
  if (kind === 'absent')
    return !isUnmet && isOlder(row.absent_since, LIMITS.absentGiveUp, moment) ? 'not_found' : undefined
  return VERDICT_KINDS[kind].isBlind && isOlder(row.created_at, LIMITS.giveUp, moment) ? 'too_old' : undefined
}

/** Why an order that is asked about before its first sync must not be synced by itself; undefined when it may. */
const holdReason = (row: Row, verdict: Verdict): string | undefined => {
  const { kind, total_amount } = verdict
  if (row.cleared || (row.state !== 'PENDING' && row.state !== 'HELD')) return undefined
  // What WeChat Pay charged once is a person's to settle, whatever it says later.
  if (row.state === 'HELD' && hasOpenCharge(row) && kind !== 'collected') return row.reason
  if (isGivenUp(row, verdict)) return undefined
  const { isFixed, isEnd } = VERDICT_KINDS[kind]
  if (isFixed && row.expected_amount !== undefined && total_amount !== row.expected_amount) {
    if (total_amount === undefined) return 'amount_unknown'
    return row.expected_amount < total_amount ? 'paid_less' : 'paid_more'
  }
  if (kind === 'unpaid' && row.mode === 'observe') return 'observe_only'
  return row.state === 'HELD' && !isEnd ? row.reason : undefined
}

/** Open when the notice came, and then cancelled, or completed with 0: the shop did what it was told to do. */
const isGivenUp = ({ last_error }: Row, { kind, total_amount = 0 }: Verdict): boolean =>
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

const late = (row: Row, { kind }: Verdict, moment: Moment): Partial<Row> => {
  const limit = kind === 'open' || row.state === 'SYNCED' ? LIMITS.lateWaiting : LIMITS.late
  return isOlder(row.created_at, limit, moment) ? { late_at: moment.now } : {}
}

const signedResponseAs = (name: 'receipt' | 'proof', { word }: Verdict): Partial<Row> => (word ? { [name]: word } : {})

const orderId = ({ order_id }: Verdict): Partial<Row> => (order_id ? { order_id } : {})

/** A charge whose sum or number cannot be read must not be told with those of an earlier answer. */
const secondChargeAttributes = ({ charge }: Verdict): readonly ('amount' | 'transaction_id')[] =>
  charge ? (['amount', 'transaction_id'] as const).filter((name) => charge[name] === undefined) : []

/** WeChat Pay had taken the sync and now says otherwise. */
const undone = ({ state }: Row): { alarm?: Alarm } => (state === 'SYNCED' ? { alarm: 'undone' } : {})

const isPending = ({ state }: { readonly state: State }): boolean => state === 'PENDING'

const isOlder = (since: number | undefined, limit: number, { now }: Moment): boolean =>
  // Stryker disable next-line ConditionalExpression: equivalent - what is not there makes no number, which is greater than none
  since !== undefined && now - since > limit

const isTooOld = (row: Row, moment: Moment): boolean => isPending(row) && isOlder(row.created_at, LIMITS.giveUp, moment)
