import { after, and, atMost, before, type Condition, differs, equals, exists, missing, or } from './condition.ts'
import { LIMITS } from './limits.ts'
import type { PaidOrder } from './paid-order.ts'
import { retryDelay } from './retry-schedule.ts'
import { type Decision, dayKey, dueKeyOf, type LastError, type Row, rowKey, type State, type Step } from './row.ts'
import type { Verdict } from './verdict.ts'

/** One write to one row: applied whole when its condition holds, else not at all. */
export type Transition = {
  /** Number and name as in the table of the ledger. */
  readonly name: string
  readonly pk: string
  readonly when: Condition
  readonly set?: Partial<Row>
  /** Set only what is not there yet. */
  readonly keep?: Partial<Row>
  /** Add one. */
  readonly count?: readonly ('attempt' | 'conflicts')[]
  /** Add to the row's list of what persons decided. */
  readonly append?: Decision
  readonly remove?: readonly (keyof Row)[]
  /** What to apply when the condition does not hold. */
  readonly otherwise?: Transition
  /** Somebody must be told when this was applied. */
  readonly alarm?: Alarm
}

export type Alarm = 'config' | 'undone' | 'unproved'

/** A moment, and chance in [0, 1). */
export type Moment = { readonly now: number; readonly random: number }

/** A row as it was read before somebody decided. */
type AsRead = Pick<Row, 'pk' | 'attempt'>

const NOTHING_LEFT = ['due', 'due_at', 'next'] as const

/** What a row that is taken up again must not remember. */
const FORMER_LIFE = [
  'expires_at',
  'reason',
  'last_error',
  'late_at',
  'absent_since',
  'cleared',
  'amount',
  'transaction_id',
] as const

// A notice

/** 0: a statement's line that the ledger lacks. It makes no call: reconcile paces the first, a query where one must come first. */
export const book = (order: PaidOrder, now: number, statement?: string): Transition => ({
  name: '0 book',
  pk: rowKey(order),
  when: missing('pk'),
  set: {
    ...born(order, now),
    attempt: 0,
    next: order.mode ? 'query' : 'sync',
    due_at: now,
    ...(statement !== undefined && { statement }),
  },
})

/**
 * 1: the first notice. Whoever creates the row makes the call; where the order must be looked at first, nobody does,
 * and a query is due at once.
 */
export const create = (order: PaidOrder, now: number): Transition => ({
  name: '1 create',
  pk: rowKey(order),
  when: missing('pk'),
  set: {
    ...born(order, now),
    noticed_at: order.noticed_at,
    ...(order.mode ? { attempt: 0, ...queryNow(now) } : { attempt: 1, ...lease(now) }),
  },
})

/** 2: a due step is taken. `repeated` is the call's hash when a notice that came again takes it. */
export const claim = (pk: string, step: Step, now: number, repeated?: string): Transition => {
  const isDue = [exists('due'), atMost('due_at', now), equals('next', step)]
  const isSame = repeated === undefined ? [] : [equals('state', 'PENDING'), equals('call_hash', repeated)]
  return { name: '2 claim', pk, when: and(...isDue, ...isSame), set: lease(now), count: ['attempt'] }
}

/**
 * 3: a newer notice with another call, after the first was rejected, or while it is held and no query is out. `row` as
 * the notice found it.
 */
export const reopen = (order: PaidOrder, row: AsRead, now: number): Transition => ({
  name: '3 reopen',
  pk: rowKey(order),
  when: and(
    differs('call_hash', order.call_hash),
    or(equals('state', 'REJECTED'), and(asRead(row), equals('state', 'HELD'), noCallOut(now))),
    or(missing('noticed_at'), before('noticed_at', order.noticed_at)),
  ),
  set: { ...born(order, now), noticed_at: order.noticed_at, ...(order.mode ? queryNow(now) : lease(now)) },
  count: ['attempt'],
  remove: [...FORMER_LIFE, ...formerCall(order)],
})

/** A notice that contradicts the row and may not reopen it is only counted: the first paid_time stands. */
export const conflict = (order: PaidOrder): Transition => ({
  name: 'conflict',
  pk: rowKey(order),
  when: and(exists('pk'), differs('call_hash', order.call_hash)),
  count: ['conflicts'],
})

// An answer

/** What the answer to this attempt's sync does to the row. */
export const afterSync = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  switch (verdict.kind) {
    case 'accepted':
      return accepted(row, verdict, moment)
    case 'confirmed':
      return {
        ...confirmed(row, verdict, moment),
        keep: wordAs('receipt', verdict),
        otherwise: keepReceipt(row, verdict),
      }
    case 'collected':
      return { ...collected(row, verdict), keep: wordAs('receipt', verdict) }
    case 'invalid':
      if (verdict.verified) return reject(row, verdict, moment, 'invalid')
      return later(row, verdict, moment)
    case 'unsent':
    case 'throttled':
    case 'config':
      return later(row, verdict, moment)
    default:
      return ask(row, verdict, moment)
  }
}

/** What the answer to this attempt's query does to the row. A refusal of the query itself never ends it. */
export const afterQuery = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  const doubt = holdReason(row, verdict)
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
      if (isPending(row) && isOlder(row.absent_since, LIMITS.absentGiveUp, moment))
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
  when: and(exists('pk'), differs('state', 'SYNCED'), differs('state', 'DOUBLE_CHARGED')),
  set: {
    state: 'SYNCED',
    ...wordAs('receipt', verdict),
    ...orderId(verdict),
    next: 'query',
    due: dueKeyOf(row.pk),
    due_at: now + LIMITS.confirmDelay,
  },
  count: ['attempt'],
  remove: ['reason', 'expires_at', 'absent_since'],
  otherwise: keepReceipt(row, verdict),
})

/** 4b: the row was further already, but no signed word is thrown away. */
const keepReceipt = (row: Row, verdict: Verdict): Transition => ({
  name: '4b keep',
  pk: row.pk,
  when: exists('pk'),
  keep: wordAs('receipt', verdict),
})

/** 5: nothing was taken; the sync is sent again by the schedule. */
const later = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  return {
    name: '5 later',
    pk: row.pk,
    when: fencedPending(row),
    set: { next: 'sync', due_at: moment.now + schedule(row, moment), ...lastError(row, verdict, moment) },
    keep: late(row, verdict, moment),
    ...(verdict.kind === 'config' && { alarm: 'config' }),
  }
}

/** 6: the sync may have been taken; ask before it is repeated. */
const ask = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  if (isTooOld(row, moment)) return reject(row, verdict, moment, 'too_old')
  const least = verdict.kind === 'busy' ? LIMITS.askAgainBusy : LIMITS.askAgain
  return {
    name: '6 ask',
    pk: row.pk,
    when: fencedPending(row),
    set: {
      next: 'query',
      due_at: moment.now + Math.max(least, schedule(row, moment)),
      ...lastError(row, verdict, moment),
    },
    keep: late(row, verdict, moment),
  }
}

/** 7: WeChat Pay's signed refusal, or nothing more to hope for. */
const reject = (row: Row, verdict: Verdict, moment: Moment, reason: string): Transition => ({
  name: '7 reject',
  pk: row.pk,
  when: fencedPending(row),
  set: { state: 'REJECTED', reason, ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: NOTHING_LEFT,
})

/** 8: proved. */
const confirmed = (row: Row, verdict: Verdict, { now }: Moment): Transition => ({
  name: '8 confirmed',
  pk: row.pk,
  when: and(exists('pk'), differs('state', 'DOUBLE_CHARGED')),
  set: { state: 'SYNCED', ...wordAs('proof', verdict), ...orderId(verdict), expires_at: expiry(now) },
  remove: [...NOTHING_LEFT, 'reason', 'late_at', 'absent_since'],
})

/** 9: WeChat Pay charged as well. The row stays until a person has settled it. */
const collected = (row: Row, verdict: Verdict): Transition => ({
  name: '9 collected',
  pk: row.pk,
  when: exists('pk'),
  set: { state: 'DOUBLE_CHARGED', ...verdict.charge, ...wordAs('proof', verdict), ...orderId(verdict) },
  remove: [...NOTHING_LEFT, 'reason', 'expires_at', 'absent_since'],
})

/** 10: waiting for payment, so a sync is due now. */
const unpaid = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '10 unpaid',
  pk: row.pk,
  when: fencedDue(row),
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
    when: fencedDue(row),
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
  when: fencedDue(row),
  set: { state: 'REJECTED', reason: 'revoked', ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: [...NOTHING_LEFT, 'absent_since'],
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
    ...((verdict.kind === 'config' || verdict.kind === 'invalid') && { alarm: 'config' }),
  }
}

/** 12, at its end: accepted thirty days ago and still no proof. */
const unproved = (row: Row, verdict: Verdict, moment: Moment): Transition => ({
  name: '12 unproved',
  pk: row.pk,
  when: and(equals('attempt', row.attempt), equals('state', 'SYNCED'), exists('due')),
  set: { reason: 'unproved', ...lastError(row, verdict, moment), expires_at: expiry(moment.now) },
  remove: NOTHING_LEFT,
  alarm: 'unproved',
})

/**
 * 17: nothing is sent until a person has decided. The order is asked about once a day meanwhile, so that a charge of
 * WeChat Pay is noticed.
 */
const hold = (row: Row, verdict: Verdict, moment: Moment, reason: string): Transition => ({
  name: '17 hold',
  pk: row.pk,
  when: and(fencedDue(row), or(equals('state', 'PENDING'), equals('state', 'HELD'))),
  set: {
    state: 'HELD',
    reason,
    next: 'query',
    due_at: moment.now + LIMITS.heldAskAgain,
    ...verdict.charge,
    ...lastError(row, verdict, moment),
  },
  remove: ['absent_since'],
})

/** 17 at the start: more notices in this hour than the merchant allows. */
export const holdOverCap = (row: Row, now: number): Transition => ({
  name: '17 hold',
  pk: row.pk,
  when: and(equals('attempt', row.attempt), equals('state', 'PENDING')),
  set: { state: 'HELD', reason: 'over_cap', next: 'query', due_at: now + LIMITS.heldAskAgain },
})

/** Why an order that is asked about before its first sync must not be synced by itself; undefined when it may. */
const holdReason = (row: Row, verdict: Verdict): string | undefined => {
  const { kind, total_amount } = verdict
  if (row.cleared || (row.state !== 'PENDING' && row.state !== 'HELD')) return undefined
  const isTold =
    kind === 'unpaid' || kind === 'confirmed' || kind === 'collected' || kind === 'undecided' || kind === 'closed'
  if (isTold && row.expected_amount !== undefined && total_amount !== row.expected_amount)
    return total_amount === undefined ? 'amount_unknown' : 'amount_differs'
  if (kind === 'unpaid' && row.mode === 'observe') return 'observe_only'
  const isEnd = kind === 'confirmed' || kind === 'collected' || kind === 'closed'
  return row.state === 'HELD' && !isEnd ? row.reason : undefined
}

// A person

/** A person's transition with who, when and why, which stay on the row. */
export const decided = (transition: Transition, decision: Decision): Transition => ({
  ...transition,
  append: decision,
  ...(transition.otherwise && { otherwise: decided(transition.otherwise, decision) }),
})

/**
 * 13: asked again at once, but never within a lease nor before a sync can be proved. Fenced by the row as it was read:
 * whoever claims it after that has a lease that this moment knows nothing of.
 */
export const expedite = (row: AsRead, now: number): Transition => ({
  name: '13 expedite',
  pk: row.pk,
  when: and(asRead(row), equals('state', 'PENDING'), exists('due'), after('due_at', now + LIMITS.lease)),
  set: { due_at: now + LIMITS.lease },
})

/** 14: a rejected order is taken up again with the same call; a query comes first. */
export const reopenByHand = (pk: string, now: number): Transition => ({
  name: '14 reopen',
  pk,
  when: equals('state', 'REJECTED'),
  set: { state: 'PENDING', next: 'query', due: dueKeyOf(pk), due_at: now, created_at: now },
  count: ['attempt'],
  remove: FORMER_LIFE,
})

/** 15: nothing more shall be done, while no call can be out. */
export const close = (row: AsRead, why: string, now: number): Transition => ({
  name: '15 close',
  pk: row.pk,
  when: and(asRead(row), or(equals('state', 'PENDING'), equals('state', 'HELD')), noCallOut(now)),
  set: { state: 'REJECTED', reason: `closed by hand: ${why}`, expires_at: expiry(now) },
  remove: NOTHING_LEFT,
  otherwise: stopAsking(row, why, now),
})

/** 15 of a synced row: it stays synced, only the asking ends. */
const stopAsking = (row: AsRead, why: string, now: number): Transition => ({
  name: '15 stop asking',
  pk: row.pk,
  when: and(asRead(row), equals('state', 'SYNCED'), exists('due'), noCallOut(now)),
  set: { reason: `closed by hand: ${why}`, expires_at: expiry(now) },
  remove: NOTHING_LEFT,
})

/** 16: a person has refunded the double charge, or found that it was none. */
export const settle = (pk: string, outcome: string, now: number): Transition => ({
  name: '16 settle',
  pk,
  when: equals('state', 'DOUBLE_CHARGED'),
  set: { settled_at: now, reason: outcome, expires_at: expiry(now) },
})

/** 18: a held order may be synced after all. */
export const release = (row: AsRead, now: number): Transition => ({
  name: '18 release',
  pk: row.pk,
  when: and(asRead(row), equals('state', 'HELD'), noCallOut(now)),
  set: { state: 'PENDING', next: 'sync', due_at: now, created_at: now, cleared: true },
  count: ['attempt'],
  remove: ['reason', 'last_error', 'late_at', 'absent_since', 'amount', 'transaction_id'],
})

/**
 * 19: the shop takes its notice back. Undefined when it may be too late: a call is out, or WeChat Pay may have taken
 * one. Only the row as it was read is withdrawn.
 */
export const withdraw = (row: Row, why: string, now: number): Transition | undefined => {
  if (row.state !== 'HELD' && (row.state !== 'PENDING' || !isNothingTaken(row))) return undefined
  return {
    name: '19 withdraw',
    pk: row.pk,
    when: and(asRead(row), equals('state', row.state), ...(row.state === 'HELD' ? [noCallOut(now)] : [])),
    set: { state: 'REJECTED', reason: `withdrawn: ${why}`, expires_at: expiry(now) },
    remove: NOTHING_LEFT,
  }
}

/**
 * No attempt is under way, and the last one proves that none before it was taken: a sync goes out again only after an
 * answer that rules the earlier ones out.
 */
const isNothingTaken = ({ attempt, next, last_error }: Row): boolean => {
  if (attempt === 0) return true
  if (last_error?.attempt !== attempt) return false
  const { verdict } = last_error
  if (verdict === 'absent') return true
  return next === 'sync' && (verdict === 'config' || verdict === 'unsent' || verdict === 'throttled')
}

// Parts

const born = (order: PaidOrder, now: number): Partial<Row> => ({
  state: 'PENDING',
  due: dueKeyOf(rowKey(order)),
  call: order.call,
  call_hash: order.call_hash,
  day: dayKey(rowKey(order), order.call.paid_time),
  created_at: now,
  v: 1,
  ...(order.paid_time_clamped && { paid_time_clamped: true }),
  ...(order.mode && { mode: order.mode }),
  ...(order.expected_amount !== undefined && { expected_amount: order.expected_amount }),
  ...order.labels,
})

/** What the former notice said and this one does not. */
const formerCall = ({ paid_time_clamped, mode, expected_amount, labels }: PaidOrder): readonly (keyof Row)[] => {
  const said = { ...labels, ...(paid_time_clamped && { paid_time_clamped }), ...(mode && { mode }), expected_amount }
  return CALL_PARTS.filter((name) => said[name] === undefined)
}

const CALL_PARTS = ['paid_time_clamped', 'mode', 'expected_amount', 'shop_id', 'cashier_id', 'pos_ref'] as const

/** Nobody holds the row: its query is due at once. */
const queryNow = (now: number): Partial<Row> => ({ next: 'query', due_at: now })

/** If nobody comes back from this call, it is asked about before it is repeated. */
const lease = (now: number): Partial<Row> => ({ next: 'query', due_at: now + LIMITS.lease })

const fencedPending = (row: Row): Condition => and(equals('attempt', row.attempt), equals('state', 'PENDING'))

const fencedDue = (row: Row): Condition => and(equals('attempt', row.attempt), exists('due'))

/**
 * The lease has ended, or the row waits for longer than any lease, whatever the two clocks say. A write that is late on
 * its way knows nothing of a lease that began after `now`: it needs `asRead` as well.
 */
const noCallOut = (now: number): Condition => or(atMost('due_at', now), after('due_at', now + LIMITS.callMayBeOut))

/** Nobody has claimed the row since it was read. */
const asRead = ({ attempt }: AsRead): Condition => equals('attempt', attempt)

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

const wordAs = (name: 'receipt' | 'proof', { word }: Verdict): Partial<Row> => (word ? { [name]: word } : {})

const orderId = ({ order_id }: Verdict): Partial<Row> => (order_id ? { order_id } : {})

/** WeChat Pay had taken the sync and now says otherwise. */
const undone = ({ state }: Row): { alarm?: Alarm } => (state === 'SYNCED' ? { alarm: 'undone' } : {})

const isPending = ({ state }: { readonly state: State }): boolean => state === 'PENDING'

const isOlder = (since: number | undefined, limit: number, { now }: Moment): boolean =>
  since !== undefined && now - since > limit

const isTooOld = (row: Row, moment: Moment): boolean => isPending(row) && isOlder(row.created_at, LIMITS.giveUp, moment)

/** DynamoDB's TTL counts in seconds. */
const expiry = (now: number): number => Math.ceil((now + LIMITS.keepEnded) / 1000)
