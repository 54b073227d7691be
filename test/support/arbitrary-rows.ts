import fc from 'fast-check'
import type { PaymentNotice } from '../../lib/ledger/notice.ts'
import { packAnswer } from '../../lib/ledger/packed-answer.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { afterQuery, afterSync } from '../../lib/ledger/transitions/answer.ts'
import { claim, conflict, create, createFromStatement, reopen } from '../../lib/ledger/transitions/notice.ts'
import {
  close,
  expedite,
  release,
  reopenByOperator,
  settle,
  withDecision,
  withdraw,
} from '../../lib/ledger/transitions/operator.ts'
import type { Transition } from '../../lib/ledger/transitions/transition.ts'
import { CLAIMED, DAY, HOUR, MINUTE, NOW, ORDER, PK, SECOND } from './orders.ts'
import { LAST_ERRORS, VERDICTS, WORD } from './verdicts.ts'

/** Times on both sides of every limit in a condition. */
const dueAt = fc.constantFrom(
  ...[NOW - 1, NOW, NOW, NOW, NOW + 1],
  ...[30 * SECOND, 40 * SECOND].flatMap((after) => [NOW + after, NOW + after + 1]),
)
const leasedUntil = fc.constantFrom(NOW - 1, NOW, NOW + 1, NOW + 30 * SECOND)
const noticedAt = fc.constantFrom(ORDER.noticed_at - 1, ORDER.noticed_at, ORDER.noticed_at + 1)

const state = fc.constantFrom('PENDING', 'PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED')
const attempt = fc.constantFrom(3, 3, 3, 2, 4)

const DECISION = { what: 'reopen', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'compared' }

const CORE = ['state', 'attempt', 'next', 'due', 'due_at', 'call', 'call_hash', 'noticed_at', 'created_at'] as const

const wholeRow = fc.record(
  {
    state,
    attempt,
    next: fc.constantFrom('sync', 'query'),
    due: fc.constant('1900000109#0'),
    due_at: dueAt,
    leased_until: leasedUntil,
    call: fc.constant(ORDER.call),
    call_hash: fc.constantFrom('the first call', 'another call'),
    noticed_at: noticedAt,
    created_at: noticedAt,
    paid_time_clamped: fc.constant(true),
    mode: fc.constantFrom('check', 'observe'),
    expected_amount: fc.constant(3900),
    cleared: fc.constant(true),
    decisions: fc.constant([DECISION]),
    pos_ref: fc.constant('P-1'),
    taken_at: noticedAt,
    proved_at: noticedAt,
    answer: fc.constant(packAnswer({ ...WORD, answers: 'sync' }, PK)),
    receipt: fc.constant({ ...WORD, nonce: 'first' }),
    proof: fc.constant({ ...WORD, nonce: 'first' }),
    last_error: fc.constantFrom(...Object.values(LAST_ERRORS)),
    late_at: noticedAt,
    absent_since: noticedAt,
    reason: fc.constant('unproved'),
    conflicts: fc.constantFrom(1, 2),
    expires_at: fc.constant(1_830_000_000),
  },
  { requiredKeys: [...CORE] },
)

/** Rows as transitions write them, and rows that lack required attributes. */
const anyRowThere: fc.Arbitrary<Partial<Row>> = fc.oneof(
  { weight: 3, arbitrary: wholeRow },
  {
    weight: 2,
    arbitrary: fc
      .tuple(wholeRow, fc.subarray([...CORE], { minLength: 1, maxLength: 2 }))
      .map(([row, gone]) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => !gone.some((one) => one === name))),
      ),
  },
)

/** A row or undefined. */
export const anyRow: fc.Arbitrary<Partial<Row> | undefined> = fc.option(anyRowThere, { nil: undefined, freq: 9 })

const MOMENT = { now: NOW, random: 0.5 }
const OTHER: PaymentNotice = {
  ...ORDER,
  call_hash: 'another call',
  paid_time_clamped: true,
  mode: 'check',
  expected_amount: 3900,
  labels: { shop_id: 'S-7' },
}

/** The claimed row in each age and state that leads to another transition. */
const CLAIMS: readonly Row[] = [
  CLAIMED,
  { ...CLAIMED, state: 'SYNCED', created_at: NOW - 16 * MINUTE },
  { ...CLAIMED, created_at: NOW - 25 * HOUR, absent_since: NOW - 25 * HOUR },
  { ...CLAIMED, created_at: NOW - 31 * DAY },
  { ...CLAIMED, state: 'SYNCED', created_at: NOW - 31 * DAY },
  { ...CLAIMED, mode: 'check', expected_amount: 3900 },
  { ...CLAIMED, state: 'HELD', reason: 'observe_only', mode: 'observe' },
  { ...CLAIMED, state: 'HELD', reason: 'paid_less', amount: 5000, transaction_id: '42000004' },
  { ...CLAIMED, state: 'HELD', reason: 'over_cap', created_at: NOW - 31 * DAY, absent_since: NOW - 25 * HOUR },
]

/** Every transition for one order. */
const EVERY_TRANSITION: readonly Transition[] = [
  createFromStatement(ORDER, NOW),
  create(ORDER, NOW),
  claim(PK, 'sync', NOW),
  claim(PK, 'query', NOW),
  claim(PK, 'sync', NOW, 'the first call'),
  createFromStatement(ORDER, NOW, undefined, true),
  create(ORDER, NOW, true),
  ...(['HELD', 'REJECTED'] as const).flatMap((state) =>
    [ORDER, OTHER].flatMap((order) =>
      [false, true].map((isOverCap) => reopen(order, { ...CLAIMED, state }, NOW, isOverCap)),
    ),
  ),
  conflict(ORDER),
  conflict(OTHER),
  ...CLAIMS.flatMap((row) =>
    Object.values(VERDICTS).flatMap((verdict) => [afterSync(row, verdict, MOMENT), afterQuery(row, verdict, MOMENT)]),
  ),
  expedite(CLAIMED, NOW),
  reopenByOperator(CLAIMED, NOW),
  release(CLAIMED, NOW),
  release({ ...CLAIMED, reason: 'over_cap', mode: 'check' }, NOW),
  ...[withdraw({ ...CLAIMED, attempt: 0, due_at: NOW }, 'wrong order', NOW)].filter((one) => one !== undefined),
  close(CLAIMED, 'refunded in cash', NOW),
  withDecision(close(CLAIMED, 'refunded in cash', NOW), CLAIMED, DECISION),
  settle(CLAIMED, { outcome: 'cash S-1', by: 'cash' }, NOW),
  close(CLAIMED, 'not double: wrong order number', NOW, true),
]

const byName = Map.groupBy(EVERY_TRANSITION, ({ name }) => name)

/** One transition of each name, in any order. */
export const someTransitions: fc.Arbitrary<readonly Transition[]> = fc
  .shuffledSubarray([...byName.keys()], { minLength: 6, maxLength: 6 })
  .chain((names) => fc.tuple(...names.map((name) => fc.constantFrom(...(byName.get(name) ?? [])))))
