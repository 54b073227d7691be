import { LIMITS } from '../../limits.ts'
import type { Verdict } from '../../wechatpay/verdict.ts'
import { VERDICT_KINDS } from '../../wechatpay/verdict-kinds.ts'
import { and, equals, missing } from '../condition.ts'
import { retryDelay } from '../retry-schedule.ts'
import { type BookRow, dueKeyOf, nextCallAt, type Row } from '../row.ts'
import { provedAt } from '../signed-answers.ts'
import type { Moment } from './answer.ts'
import { caseOf } from './case-index.ts'
import { secondChargeAttributes } from './charge.ts'
import { DUE_ATTRIBUTES, sameChargeAsRead, unchangedSinceRead } from './lease.ts'
import { nextRefund, noteRefund } from './refund.ts'
import { provedBy } from './signed.ts'
import type { Transition } from './transition.ts'
import { withWaitingIndex } from './waiting-index.ts'

/**
 * 21: the trade bill of a day has a charge for the order, so it is asked about again, whatever its state. The bill
 * changes no state: only WeChat Pay's signed answer does. Undefined where it was asked for this bill already, or a query
 * is due soon anyway.
 * @param day yyyymmdd in China
 */
export const askForBill = (row: BookRow, day: string, now: number): Transition | undefined => {
  if (row.bill === day) return undefined
  // The query that proves a sync must not come before its time, and it finds the charge as well.
  if (row.state === 'SYNCED' && row.due !== undefined) return undefined
  if (row.next === 'query' && (nextCallAt(row) ?? 0) <= now) return undefined
  const transition: Transition = {
    name: '21 ask for the bill',
    pk: row.pk,
    when: and(unchangedSinceRead(row), equals('state', row.state)),
    set: { next: 'query', due: row.due ?? dueKeyOf(row), due_at: now, bill: day, bill_at: now },
    // A late answer to a call from before does not replace the query, and nobody decides without having seen it.
    count: ['attempt'],
  }
  // In any other state it makes no difference to whose turn it is, which may have changed since the row was read.
  return row.state === 'SYNCED' ? withWaitingIndex(transition, row) : transition
}

/**
 * The row had ended, and its query is due only because a trade bill has a charge for it. A synced row that is neither
 * proved nor given up is in the middle of its own queries.
 */
export const isAskedForBill = (row: Pick<Row, 'state' | 'proved_at' | 'proof' | 'reason'>): boolean =>
  row.state === 'REJECTED' ||
  row.state === 'DOUBLE_CHARGED' ||
  (row.state === 'SYNCED' && (provedAt(row) !== undefined || row.reason !== undefined))

/**
 * What follows the answer to a query that a bill made due; undefined where it is what follows any query: a charge of an
 * order that was none of a double charge, and what WeChat Pay says of an order that was synced. All else leaves the row
 * as it stood, so that a rejected order is never synced.
 */
export const afterBillQuery = (row: Row, verdict: Verdict, moment: Moment): Transition | undefined => {
  if (row.state === 'DOUBLE_CHARGED' && verdict.charge && isNewCharge(row, verdict))
    return anotherCharge(row, verdict, moment)
  if (row.state !== 'DOUBLE_CHARGED' && verdict.kind === 'collected' && !isSettled(row, verdict)) return undefined
  const tellsState =
    !VERDICT_KINDS[verdict.kind].tellsNoState && verdict.kind !== 'absent' && verdict.kind !== 'undecided'
  if (tellsState) return row.state === 'SYNCED' ? undefined : asItStood(row, moment)
  const { now, random } = moment
  const since = row.bill_at ?? row.created_at
  if (now - since > LIMITS.billAsk) return asItStood(row, moment)
  return {
    name: '21 ask later',
    pk: row.pk,
    when: and(equals('attempt', row.attempt), equals('next', 'query')),
    set: { due_at: now + retryDelay(now - since, random) },
  }
}

/** An operator has said of this very charge that it is no double one. */
const isSettled = (row: Row, verdict: Verdict): boolean => row.settled_at !== undefined && !isNewCharge(row, verdict)

// Stryker disable next-line StringLiteral: equivalent - either is the number of no transaction
const isNewCharge = ({ transaction_id = '' }: Row, { charge }: Verdict): boolean =>
  // Stryker disable next-line OptionalChaining: equivalent - it is called only where there is a charge
  (charge?.transaction_id ?? '').split(',').some((each) => each !== '' && !transaction_id.split(',').includes(each))

/** 9 for a double charge that is known: a further transaction opens it again, even if the first one was settled. */
const anotherCharge = (row: Row, verdict: Verdict, moment: Moment): Transition => {
  // The settlement is over, so a refund from before it is asked about again.
  const { settled_at: _, ...reopened } = row
  return {
    name: '9 another charge',
    pk: row.pk,
    when: and(equals('attempt', row.attempt), equals('state', 'DOUBLE_CHARGED'), sameChargeAsRead(row)),
    count: ['attempt'],
    set: {
      state: 'DOUBLE_CHARGED',
      ...verdict.charge,
      ...provedBy(verdict),
      ...caseOf(row, row.case_at ?? moment.now),
      ...nextOf(reopened, moment),
    },
    remove: [
      ...(nextRefund(reopened) ? [] : DUE_ATTRIBUTES),
      ...(['bill_at', 'settled_at', 'settled_by', 'reason', 'expires_at'] as const),
      ...secondChargeAttributes(verdict),
    ],
  }
}

/** 21, at its end: the row has the state and the next call that it had before the bill. */
const asItStood = (row: Row, moment: Moment): Transition => ({
  name: '21 as it stood',
  pk: row.pk,
  when: and(equals('attempt', row.attempt), equals('state', row.state)),
  // Nobody writes by how the row stood while it was asked about.
  count: ['attempt'],
  ...(nextRefund(row) && { set: nextOf(row, moment) }),
  remove: [...(nextRefund(row) ? [] : DUE_ATTRIBUTES), 'bill_at'],
})

/** A refund that was asked about before the bill is asked about again. */
const nextOf = (row: Row, { now }: Moment): Partial<Row> => (nextRefund(row) ? { next: 'refund', due_at: now } : {})

/** 22, of a refund that the trade bill has. */
export const noteRefundOfBill = (row: BookRow, out_refund_no: string, now: number): Transition | undefined => {
  // Only an operator says of a charge in another state that it was a double one.
  const transition = row.state === 'DOUBLE_CHARGED' ? noteRefund(row, out_refund_no, now) : undefined
  return transition && withWaitingIndex(transition, row)
}

/** 26: the trade bill has the number of a double charge whose answer had none that could be read. */
export const noteTransaction = (row: BookRow, transaction_id: string, amount: number): Transition =>
  withWaitingIndex(
    {
      name: '26 note transaction',
      pk: row.pk,
      when: and(unchangedSinceRead(row), equals('state', 'DOUBLE_CHARGED'), missing('transaction_id')),
      set: { transaction_id },
      keep: { amount },
    },
    row,
  )
