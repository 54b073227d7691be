import { DECISIONS, type DecisionRequest, decisionTransition } from '../../../lib/intake/operator-decision.ts'
import type { PaymentNotice } from '../../../lib/ledger/notice.ts'
import type { Row, State } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync, type Moment } from '../../../lib/ledger/transitions/answer.ts'
import { claim, conflict, create, createFromStatement, reopen } from '../../../lib/ledger/transitions/notice.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { reindex } from '../../../lib/ledger/transitions/waiting-index.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { CHECKED, CLAIMED, DAY, NOW, ORDER, PK } from '../../support/orders.ts'
import { VERDICTS } from '../../support/verdicts.ts'

const ORDERS: readonly PaymentNotice[] = [ORDER, CHECKED]
const CHARGE = { amount: 3900, transaction_id: '4200000446202611247000000001' }

const { due: _, due_at: __, next: ___, ...ENDED } = CLAIMED
const LONG_AGO = NOW - 31 * DAY
const REJECTED: Row = { ...ENDED, state: 'REJECTED', reason: 'not_found' }
const HELD: Row = { ...CLAIMED, state: 'HELD', reason: 'paid_less', mode: 'check', expected_amount: 1 }

/** Rows that an answer may find, of each kind that makes a difference. */
const ANSWERED: readonly Row[] = [
  CLAIMED,
  { ...CLAIMED, created_at: LONG_AGO, absent_since: LONG_AGO },
  { ...CLAIMED, refused: 'other words' },
  { ...CLAIMED, transaction_id: CHARGE.transaction_id },
  { ...CLAIMED, mode: 'observe' },
  { ...CLAIMED, mode: 'check', expected_amount: 3900 },
  { ...CLAIMED, mode: 'check', expected_amount: 1 },
  { ...CLAIMED, mode: 'check', expected_amount: 9999 },
  { ...CLAIMED, mode: 'check', expected_amount: 3900, created_at: NOW - DAY },
  { ...CLAIMED, mode: 'check', cleared: true },
  HELD,
  { ...HELD, created_at: LONG_AGO, absent_since: LONG_AGO },
  { ...HELD, reason: 'over_cap' },
  { ...CLAIMED, state: 'SYNCED' },
  { ...CLAIMED, state: 'SYNCED', created_at: LONG_AGO },
]

const SUMMED = [{}, { total_amount: 3900 }] as const
const HEARD: readonly Verdict[] = Object.values(VERDICTS).flatMap((verdict) =>
  SUMMED.map((sum): Verdict => ({ ...verdict, ...sum })),
)
/** A charge that cannot be read, and a call that could not be signed. */
const ODD: readonly Verdict[] = [
  { ...VERDICTS.collected, charge: {} },
  { kind: 'config', verified: false, code: 'ERR_CONFIG' },
]

/** Rows that a person may find. */
const DECIDED_OF: readonly Row[] = [
  CLAIMED,
  { ...CLAIMED, attempt: 0 },
  HELD,
  { ...HELD, reason: 'over_cap' },
  { ...HELD, transaction_id: CHARGE.transaction_id },
  { ...HELD, reason: 'part_paid', transaction_id: CHARGE.transaction_id },
  REJECTED,
]

/** A person's own words, where a transition puts them into `reason`. */
export const WHY = '…'

const SAID: readonly Partial<DecisionRequest>[] = [{}, { notDouble: true }, { corrects: true }]

const notices = (now: number): readonly Transition[] =>
  ORDERS.flatMap((order) => [
    ...[false, true].flatMap((isOverCap) => [
      createFromStatement(order, now, '1900000109/list.csv', isOverCap),
      create(order, now, isOverCap),
      ...(['HELD', 'REJECTED'] as const).flatMap((state) =>
        [{}, { transaction_id: CHARGE.transaction_id }].map((charge) =>
          reopen(order, { ...CLAIMED, state, ...charge }, now, isOverCap),
        ),
      ),
    ]),
    conflict(order),
  ])

const claims = (now: number): readonly Transition[] => [
  claim(PK, 'sync', now),
  claim(PK, 'query', now),
  claim(PK, 'sync', now, ORDER.call_hash),
]

const answers = (moment: Moment): readonly Transition[] =>
  ANSWERED.flatMap((row) =>
    [...HEARD, ...ODD].flatMap((verdict) => [
      ...(row.state === 'PENDING' ? [afterSync(row, verdict, moment)] : []),
      afterQuery(row, verdict, moment),
    ]),
  )

const decisions = (now: number): readonly Transition[] =>
  DECIDED_OF.flatMap((row) =>
    DECISIONS.flatMap((what) =>
      SAID.flatMap((said) => {
        const request = { mchid: ORDER.mchid, out_order_no: ORDER.out_order_no, what, why: WHY, by: 'x', ...said }
        return decisionTransition(row, request, now) ?? []
      }),
    ),
  )

const unindexed: readonly Row[] = [HELD, { ...REJECTED, settled_at: NOW, reason: 'too_old' }]

/** Every transition of the code, in all its forms: the same list at each moment, only the times in it differ. */
export const samplesAt = (moment: Moment): readonly Transition[] =>
  [
    ...notices(moment.now),
    ...claims(moment.now),
    ...answers(moment),
    ...decisions(moment.now),
    ...unindexed.flatMap((row) => reindex(row) ?? []),
  ].flatMap(withOtherwise)

const withOtherwise = (transition: Transition): readonly Transition[] => [
  transition,
  ...(transition.otherwise ? withOtherwise(transition.otherwise) : []),
]

export const STATES = ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'] as const satisfies readonly State[]
