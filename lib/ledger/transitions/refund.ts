import { LIMITS } from '../../limits.ts'
import type { RefundVerdict, RefundVerdictKind } from '../../wechatpay/refund-api.ts'
import { and, type Condition, differs, equals, exists, missing } from '../condition.ts'
import { refundDelay } from '../retry-schedule.ts'
import { type BookRow, dueKeyOf, isOpenStatus, type Placed, type Refund, type Row } from '../row.ts'
import type { Moment } from './answer.ts'
import { caseOf } from './case-index.ts'
import {
  DUE_ATTRIBUTES,
  expiry,
  noCallInFlight,
  type RowAsRead,
  sameChargeAsRead,
  unchangedSinceRead,
  withLeaseEnded,
} from './lease.ts'
import type { Settlement } from './operator.ts'
import { refundAnswer } from './signed.ts'
import type { Transition } from './transition.ts'
import { withWaitingIndex } from './waiting-index.ts'

/** The refund that is asked about next: the one that was not asked about for the longest time. */
export const nextRefund = (row: Pick<Row, 'refunds' | 'settled_at'>): Refund | undefined =>
  (row.refunds ?? [])
    .filter((refund) => isAskedAbout(row, refund))
    .toSorted((a, b) => (a.answered_at ?? 0) - (b.answered_at ?? 0))[0]

/** A settlement ends the asking about what was noted before it, and not about a refund that corrects it. */
const isAskedAbout = ({ settled_at }: Pick<Row, 'settled_at'>, { status, noted_at }: Refund): boolean =>
  isOpenStatus(status) && (settled_at === undefined || noted_at > settled_at)

/**
 * 22: notes the number of a refund, which an operator or the trade bill gives; WeChat Pay is asked about it at once. An
 * operator who refunds the charge of a held, synced or rejected order says with it that it was a double charge.
 * Undefined where the number is noted already, or no further one can be kept.
 */
export const noteRefund = (
  row: BookRow,
  out_refund_no: string,
  now: number,
  corrects = false,
): Transition | undefined => {
  const { refunds = [] } = row
  const known = refunds.find((refund) => refund.out_refund_no === out_refund_no)
  if (known && (isAskedAbout(row, known) || known.status === 'refunded')) return undefined
  const others = refunds.filter((refund) => refund !== known)
  if (others.length >= LIMITS.refundsKept) return undefined
  const noted = {
    pk: row.pk,
    set: {
      state: 'DOUBLE_CHARGED',
      // The query for a trade bill comes first, and the refund after its answer.
      ...(row.bill_at === undefined && due(row, now)),
      ...(row.settled_at === undefined && caseOf(row, row.case_at ?? now)),
      refunds: [...others, { out_refund_no, noted_at: now }],
    },
    // What another invocation notes at the same time is not overwritten.
    count: ['attempt'],
  } as const satisfies Partial<Transition>
  return row.state === 'DOUBLE_CHARGED'
    ? {
        name: '22 note refund',
        ...noted,
        when: and(
          ...[unchangedSinceRead(row), equals('state', 'DOUBLE_CHARGED'), sameChargeAsRead(row)],
          ...[corrects ? exists('settled_at') : missing('settled_at')],
          ...(row.bill_at === undefined ? [] : [equals('next', 'query')]),
        ),
      }
    : {
        name: '22 note refund of the charge',
        ...noted,
        when: and(chargeOfAnotherState(row, now), sameChargeAsRead(row)),
        remove: ['reason', 'expires_at', 'absent_since', 'refused'],
      }
}

/** The transition that follows the answer about one refund of the row. */
export const afterRefund = (row: Row, asked: Refund, verdict: RefundVerdict, moment: Moment): Transition => {
  const { now } = moment
  const answered = withAnswer(asked, verdict, now)
  const refunds = (row.refunds ?? []).map((refund) => (refund === asked ? answered : refund))
  const written = {
    pk: row.pk,
    // Another charge may have been recorded since; then this answer says nothing of the whole.
    when: and(equals('attempt', row.attempt), equals('state', 'DOUBLE_CHARGED'), sameChargeAsRead(row)),
    set: { refunds },
    // What leaves the refund open is asked about again.
    ...(!isOpenStatus(answered.status) && refundAnswer(asked.out_refund_no, verdict)),
    // Nobody writes by how the refunds stood before.
    count: ['attempt'] as const,
  }
  return withLeaseEnded(withWaitingIndex(answeredTransition(row, refunds, verdict, written, moment), row))
}

type Written = Pick<Transition, 'pk' | 'when' | 'count' | 'answer'> & { readonly set: Partial<Row> }

const answeredTransition = (
  row: Row,
  refunds: readonly Refund[],
  { kind }: RefundVerdict,
  written: Written,
  { now, random }: Moment,
): Transition => {
  const alarm = ALARMS[kind]
  if (isWhollyRefunded(row, refunds)) {
    const outcome = `refund ${refundNumbers(refunds)}`
    return {
      ...written,
      name: '23 refunded',
      set: { ...written.set, ...settledAttributes({ outcome, by: 'refund' }, now) },
      remove: settledRemoves(row),
    }
  }
  const open = nextRefund({ ...row, refunds })
  if (!open) return { ...written, name: '25 refund ended', remove: DUE_ATTRIBUTES, ...(alarm && { alarm }) }
  const delay = open.answered_at === undefined ? 0 : refundDelay(now - open.noted_at, random)
  return {
    ...written,
    name: '24 refund waits',
    set: { ...written.set, ...due(row, now + delay) },
    ...(alarm && { alarm }),
  }
}

const ALARMS: Partial<Record<RefundVerdictKind, 'config' | 'refund_failed'>> = {
  config: 'config',
  abnormal: 'refund_failed',
  closed: 'refund_failed',
  other_order: 'refund_failed',
}

/** A refund that WeChat Pay does not know may be a moment old; one that never ends is not asked about for ever. */
const withAnswer = (asked: Refund, verdict: RefundVerdict, now: number): Refund => {
  const { kind, transaction_id, refund_id, refund_amount, total_amount, success_time, code, request_id } = verdict
  const age = now - asked.noted_at
  const isTooYoung = kind === 'absent' && age < LIMITS.refundAbsent
  const isTooOld = age > LIMITS.giveUp && isOpenStatus(kind)
  const facts = { transaction_id, refund_id, refund_amount, total_amount, success_time, code, request_id }
  return {
    out_refund_no: asked.out_refund_no,
    noted_at: asked.noted_at,
    status: isTooYoung ? 'unknown' : isTooOld ? 'absent' : kind,
    answered_at: now,
    ...(Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Partial<Refund>),
  }
}

/**
 * The refunds that WeChat Pay signed as successful add up to what it charged. Without a sum of the charge, the sum of
 * the one refunded transaction counts.
 */
// Stryker disable next-line StringLiteral: equivalent - either is the number of no transaction
const isWhollyRefunded = ({ amount, transaction_id = '' }: Row, refunds: readonly Refund[]): boolean => {
  const transactions = transaction_id.split(',')
  const done = refunds.filter(
    // Stryker disable next-line StringLiteral: equivalent - what was refunded has the number of its transaction
    (refund) => refund.status === 'refunded' && transactions.includes(refund.transaction_id ?? ''),
  )
  const back = done.reduce((sum, { refund_amount = 0 }) => sum + refund_amount, 0)
  const charged = amount ?? (transactions.length === 1 ? done[0]?.total_amount : undefined)
  // Stryker disable next-line ConditionalExpression: equivalent - no number is greater than an undefined one
  return charged !== undefined && back > 0 && back >= charged
}

const refundNumbers = (refunds: readonly Refund[]): string =>
  refunds
    .filter(({ status }) => status === 'refunded')
    .map(({ out_refund_no }) => out_refund_no)
    .join(', ')

const due = (row: Placed, due_at: number) => ({ next: 'refund', due: dueKeyOf(row), due_at }) as const

/** WeChat Pay charged an order that is held, synced or rejected, no operator has settled it, and no call is in flight. */
export const chargeOfAnotherState = (row: RowAsRead, now: number): Condition =>
  and(
    ...[unchangedSinceRead(row), exists('transaction_id'), differs('state', 'DOUBLE_CHARGED')],
    ...[differs('state', 'PENDING'), differs('reason', 'part_paid')],
    ...[missing('settled_at'), noCallInFlight(now)],
  )

export const settledAttributes = ({ outcome, by }: Settlement, now: number): Partial<Row> => ({
  state: 'DOUBLE_CHARGED',
  settled_at: now,
  settled_by: by,
  reason: outcome,
  expires_at: expiry(now),
})

/** A settlement does not end the query for a trade bill: it may find another charge. */
export const settledRemoves = ({ bill_at }: Pick<Row, 'bill_at'>): readonly (keyof Row)[] => [
  ...(bill_at === undefined ? DUE_ATTRIBUTES : []),
  'case',
  'case_at',
]
