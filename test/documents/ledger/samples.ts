import { DECISIONS, type DecisionRequest, decisionTransition } from '../../../lib/intake/operator-decision.ts'
import type { PaymentNotice } from '../../../lib/ledger/notice.ts'
import type { Row, State } from '../../../lib/ledger/row.ts'
import { afterQuery, afterSync, type Moment } from '../../../lib/ledger/transitions/answer.ts'
import { askForBill, noteTransaction } from '../../../lib/ledger/transitions/bill.ts'
import { caseOf } from '../../../lib/ledger/transitions/case-index.ts'
import { claim, conflict, create, createFromStatement, reopen } from '../../../lib/ledger/transitions/notice.ts'
import { afterRefund } from '../../../lib/ledger/transitions/refund.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { reindex } from '../../../lib/ledger/transitions/waiting-index.ts'
import type { RefundVerdict } from '../../../lib/wechatpay/refund-api.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { CHECKED, CLAIMED, DAY, NOW, ORDER, PK, unleased } from '../../support/orders.ts'
import { VERDICTS, WORD } from '../../support/verdicts.ts'

const ORDERS: readonly PaymentNotice[] = [ORDER, CHECKED]
const CHARGE = { amount: 3900, transaction_id: '4200000446202611247000000001' }

const { due: _, due_at: __, next: ___, ...ENDED } = unleased(CLAIMED)
const LONG_AGO = NOW - 31 * DAY
const REJECTED: Row = { ...ENDED, state: 'REJECTED', reason: 'not_found' }
const HELD: Row = { ...CLAIMED, state: 'HELD', reason: 'paid_less', mode: 'check', expected_amount: 1 }

const OTHER_CHARGE = { amount: 3900, transaction_id: '4200000446202611247000000009' }

const NOTED = { out_refund_no: 'R-1', noted_at: NOW - DAY }
const DOUBLE: Row = { ...ENDED, ...CHARGE, ...caseOf(ENDED, NOW), state: 'DOUBLE_CHARGED' }
const SETTLED: Row = { ...DOUBLE, settled_at: NOW - DAY, settled_by: 'cash' }
/** Cases that are asked about for a bill, and one whose charge has no number. */
const ASKED = { next: 'query', due: '1900000109#0', due_at: NOW, bill: '20261123', bill_at: NOW } as const
const PROVED: Row = { ...ENDED, state: 'SYNCED', proved_at: WORD.sent_at }
const { transaction_id: _____, ...UNNUMBERED } = DOUBLE

/** Rows that a trade bill may find, and how they are claimed for its query. */
const BILLED: readonly Row[] = [CLAIMED, HELD, REJECTED, PROVED, DOUBLE]
const ASKED_ABOUT: readonly Row[] = [
  { ...REJECTED, ...ASKED },
  { ...REJECTED, ...ASKED, bill_at: LONG_AGO },
  { ...PROVED, ...ASKED },
  { ...DOUBLE, ...ASKED, transaction_id: OTHER_CHARGE.transaction_id },
  { ...DOUBLE, ...ASKED, refunds: [NOTED] },
  { ...UNNUMBERED, ...ASKED },
]

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
  DOUBLE,
  { ...DOUBLE, ...ASKED },
  SETTLED,
  UNNUMBERED,
]

/** A person's own words, where a transition puts them into `reason`. */
export const WHY = '…'

const SAID: readonly Partial<DecisionRequest>[] = [
  {},
  { notDouble: true },
  { corrects: true },
  { out_refund_no: 'R-2' },
  { out_refund_no: 'R-2', corrects: true },
]

const REFUND_ANSWERED: RefundVerdict = {
  ...{ kind: 'refunded', verified: true, signedResponse: WORD, transaction_id: CHARGE.transaction_id },
  ...{ refund_amount: 3900, total_amount: 3900 },
}

/** What WeChat Pay says of a refund that is the whole charge, or one of two. */
const REFUND_HEARD: readonly RefundVerdict[] = [
  REFUND_ANSWERED,
  { ...REFUND_ANSWERED, kind: 'processing' },
  { ...REFUND_ANSWERED, kind: 'closed' },
  { kind: 'config', verified: false },
]

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
  claim(PK, 'refund', now),
  claim(PK, 'sync', now, ORDER.call_hash),
]

const answers = (moment: Moment): readonly Transition[] =>
  [...ANSWERED, ...ASKED_ABOUT].flatMap((row) =>
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

const bills = (now: number): readonly Transition[] => [
  ...BILLED.flatMap((row) => askForBill(row, '20261122', now) ?? []),
  noteTransaction(UNNUMBERED, CHARGE.transaction_id, CHARGE.amount),
]

const refunds = (moment: Moment): readonly Transition[] =>
  REFUND_HEARD.flatMap((verdict) =>
    [[NOTED], [NOTED, { ...NOTED, out_refund_no: 'R-2' }]].map((noted) =>
      afterRefund({ ...DOUBLE, refunds: noted }, NOTED, verdict, moment),
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
    ...bills(moment.now),
    ...refunds(moment),
    ...unindexed.flatMap((row) => reindex(row) ?? []),
  ].flatMap(withOtherwise)

const withOtherwise = (transition: Transition): readonly Transition[] => [
  transition,
  ...(transition.otherwise ? withOtherwise(transition.otherwise) : []),
]

export const STATES = ['PENDING', 'HELD', 'SYNCED', 'REJECTED', 'DOUBLE_CHARGED'] as const satisfies readonly State[]
