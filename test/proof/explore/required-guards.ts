import type { Guard } from './guards.ts'
import { BROKEN } from './invariants.ts'
import type { Scenario } from './scenario.ts'
import { type ScenarioName, scenario } from './scenarios.ts'

const TWO = { faults: 2 }

type Size = NonNullable<Parameters<typeof scenario>[1]>

/** The scenario in which the design without the clause fails, and the first violation. */
type Failure = { readonly scenario: Scenario; readonly broken: string }

const fails = (name: ScenarioName, broken: keyof typeof BROKEN, size: Size = {}): Failure => ({
  scenario: scenario(name, size),
  broken: BROKEN[broken],
})

/** Clauses that the design needs, with the violation that occurs without them. */
export const REQUIRED_GUARDS: Readonly<Record<Guard, Failure>> = {
  '0 book: pk missing': fails('a statement, a wrong notice and the right one', 'silentUndone'),
  '1 create: pk missing': fails('a doubled notice', 'overlap'),
  '10 unpaid: attempt =': fails('a sum that differs, and is corrected', 'lease'),
  '10 unpaid: due exists': fails('a sync answered with the order', 'silentUndone'),
  '11 end: attempt =': fails('an order that is only observed', 'closedUnderCall'),
  '11 wait: attempt =': fails('old answers again', 'silentUndone'),
  '11 wait: due exists': fails('an order that is only observed', 'index'),
  '12 ask again: attempt =': fails('long waits', 'lease'),
  '12 ask again: next =': fails('long waits', 'waits'),
  '12 unproved: attempt =': fails('long waits for a sync answered with the order', 'closedUnderCall', TWO),
  '12 unproved: due exists': fails('long waits for a sync answered with the order', 'doubted', TWO),
  '13 expedite: due_at >': fails('persons who decide', 'postponed'),
  '13 expedite: state = PENDING': fails('old answers again, and a person', 'undone'),
  '14 reopen: state = REJECTED': fails('persons who decide', 'silentUndone'),
  '15 close: (leased_until missing or leased_until <=)': fails('persons who decide', 'closedUnderCall'),
  '15 close: (state = PENDING or state = HELD)': fails('a person between two notices', 'silentUndone'),
  '15 close: transaction_id missing': fails('a sum that differs', 'forgottenCharge'),
  '15 stop asking: due exists': fails('persons who decide', 'doubted'),
  '15 stop asking: (leased_until missing or leased_until <=)': fails('persons who decide', 'closedUnderCall'),
  '15 stop asking: state = SYNCED': fails('persons who decide', 'untrueEnd'),
  '16 settle: settled_at missing': fails('persons who decide', 'settledTwice'),
  '16 settle: state = DOUBLE_CHARGED': fails('persons who decide', 'falseCharge'),
  '16 settle the charge: (leased_until missing or leased_until <=)': fails('a sum that differs', 'closedUnderCall'),
  '16 settle the charge: transaction_id exists': fails('a sum that differs', 'falseCharge'),
  '16 settle the charge: reason <>': fails('an order that is paid in part', 'falseCharge'),
  '16 settle the charge: attempt =': fails('a refund of a charge beside a rejected order', 'billForgotten'),
  '17 hold: (attempt = and due exists)': fails('a sum that differs, and is corrected', 'lease'),
  '18 release: transaction_id missing': fails('a sum that differs', 'neededNoSync'),
  '18 release: state = HELD': fails('persons who decide', 'index'),
  '19 withdraw: (leased_until missing or leased_until <=)': fails(
    'more notices than the merchant allows',
    'closedUnderCall',
  ),
  '19 withdraw: attempt =': fails('an order that is checked first', 'closedUnderCall'),
  '19 withdraw: state = HELD': fails('a sum that differs, and is closed or corrected', 'refunded'),
  '19 withdraw: transaction_id missing': fails('a sum that differs', 'forgottenCharge'),
  '2 claim: (leased_until missing or leased_until <=)': fails('a doubled notice', 'overlap'),
  '2 claim: due_at <=': fails('old answers again', 'undone'),
  '2 claim: next =': fails('a sync answered with the order', 'toldAgain'),
  '3 reopen: (noticed_at missing or noticed_at <)': fails('a sum that differs, and is corrected', 'older'),
  '3 reopen: transaction_id missing': fails('a sum that differs, and is corrected', 'waits'),
  '3 reopen: attempt =': fails('a person between two notices', 'overruledPerson', { persons: 2 }),
  '3 reopen: state = HELD': fails('a sum that differs, and is closed or corrected', 'overruledPerson'),
  '4 accepted: (transaction_id missing or settled_at exists)': fails('an order that is paid in part', 'waits'),
  '4 accepted: state <> DOUBLE_CHARGED': fails('an order that is paid in part', 'refunded'),
  '4 accepted: state <> SYNCED': fails('a sync answered with the order', 'receipt'),
  '5 later: attempt =': fails('a doubled notice', 'lease', TWO),
  '5 later: state = PENDING': fails('a doubled notice', 'index', TWO),
  '6 ask: attempt =': fails('old answers again', 'lease'),
  '6 ask: state = PENDING': fails('long waits and a person', 'index'),
  '7 reject: attempt =': fails('a wrong notice and the right one', 'closedUnderCall'),
  '7 reject: state = HELD': fails('long waits of an order over the cap', 'refunded'),
  '7 reject: state = PENDING': fails('long waits', 'refunded'),
  '15 close: bill_at missing': fails(
    'a bill of an order that was synced, of which WeChat Pay says otherwise',
    'billForgotten',
    { bills: 2 },
  ),
  '15 stop asking: bill_at missing': fails('a bill of an order that was synced', 'billForgotten'),
  '16 correct: attempt =': fails('a refund, and a second charge', 'billForgotten'),
  '16 correct: settled_at exists': fails('a bill of an order that was rejected, and a person', 'caseLeft'),
  '16 settle the charge: state <> DOUBLE_CHARGED': fails(
    'a bill of an order that was rejected, and a person',
    'caseLeft',
  ),
  '16 settle: (leased_until missing or leased_until <=)': fails('long waits for a refund', 'closedUnderCall'),
  '16 settle: attempt =': fails('a bill of an order that was rejected, and a person', 'billForgotten'),
  '21 as it stood: attempt =': fails('long waits for the answer to a bill', 'closedUnderCall'),
  '21 as it stood: state = REJECTED': fails('a bill of an order that was rejected, and a person', 'waits'),
  '21 ask for the bill: attempt =': fails(
    'a bill of an order that was synced, of which WeChat Pay says otherwise',
    'waits',
  ),
  '21 ask for the bill: state = SYNCED': fails('a bill of an order that was rejected, and a notice', 'waits'),
  '21 ask later: attempt =': fails('a bill of an order that was rejected, and a person', 'revived', TWO),
  '21 ask later: next =': fails('long waits for the answer to a bill', 'index', TWO),
  '22 note refund of the charge: (attempt = and transaction_id exists and state <> DOUBLE_CHARGED and state <> PENDING and reason <> and settled_at missing and (leased_until missing or leased_until <=))':
    fails('a refund of a charge beside a rejected order', 'billForgotten'),
  '22 note refund: attempt =': fails('long waits for a refund', 'billForgotten'),
  '22 note refund: next =': fails('a refund of a charge beside a rejected order', 'unaskedRefund', { bills: 2 }),
  '23 refunded: attempt =': fails('long waits for a refund', 'billForgotten'),
  '24 refund waits: attempt =': fails('long waits for a refund', 'billForgotten'),
  '25 refund ended: attempt =': fails('long waits for a refund', 'billForgotten'),
  '26 note transaction: attempt =': fails('a case that is charged again', 'waits'),
  '26 note transaction: state = DOUBLE_CHARGED': fails('a bill of an order that was rejected, and a notice', 'waits'),
  '26 note transaction: transaction_id missing': fails(
    'a bill of an order that was rejected, and a notice',
    'lostCharge',
  ),
  '3 reopen: (leased_until missing or leased_until <=)': fails(
    'a bill of an order that was rejected, and a notice',
    'overlap',
  ),
  '8 confirmed: bill_at missing': fails('a bill of an order that was rejected, and a notice', 'billForgotten'),
  '8 confirmed: state <> DOUBLE_CHARGED': fails('a bill of an order that was synced', 'refunded'),
  '9 another charge: attempt =': fails('long waits for the answer to a bill', 'closedUnderCall'),
  '9 another charge: transaction_id missing': fails('a case that is charged again', 'unsettled'),
  '9 collected: (state <> DOUBLE_CHARGED or (settled_at missing and transaction_id =))': fails(
    'a bill of an order that was rejected, and a person',
    'unsettled',
  ),
  '9 collected: (state <> DOUBLE_CHARGED or (settled_at missing and transaction_id missing))': fails(
    'long waits for the answer to a bill',
    'lostCharge',
  ),
  '9 collected: refunds missing': fails('a refund of a charge beside a rejected order', 'waits'),
  '9 collected: settled_at missing': fails('a refund of a charge beside a rejected order', 'unsettled'),
  '9 collected: transaction_id =': fails('a bill of an order that was rejected, and a person', 'lostCharge'),
  '9 collected: transaction_id missing': fails('long waits for the answer to a bill', 'lostCharge'),
  'conflict: call_hash <>': fails('a wrong notice and the right one', 'mistaken'),
}

const NEVER_GONE = 'an answer comes only to whoever claimed a row, and no row is ever deleted but by its expiry'
const DUE_TOGETHER = 'due, due_at and next are present together, and the comparison of a missing due_at is false'

const SEEN = 'an order is charged once here, so a charge that was seen is the one that is there'
const COUNTED = 'whatever settles or charges the row, or notes a refund, counts `attempt`'
const AS_SHOWN = 'a person decides of the row as it was shown; nothing here tells what he would have said of another'
const STAYS = 'nothing takes a row out of DOUBLE_CHARGED'

/** Clauses that are redundant, as long as the rest of the design does not change, with the reason. */
export const REDUNDANT_GUARDS: Readonly<Record<Guard, string>> = {
  '4 accepted: pk exists': NEVER_GONE,
  '4b keep: pk exists': NEVER_GONE,
  '8 confirmed: pk exists': NEVER_GONE,
  '9 collected: pk exists': NEVER_GONE,
  'conflict: pk exists': NEVER_GONE,
  '2 claim: due exists': DUE_TOGETHER,
  '13 expedite: due exists': DUE_TOGETHER,
  '2 claim: state = PENDING': 'next is a sync only while the row is PENDING',
  '2 claim: call_hash =': "whoever claims makes the row's own call, whichever notice brought him",
  '3 reopen: call_hash <>': 'the call of a row changes only with a new attempt',
  '14 reopen: attempt =': AS_SHOWN,
  '15 close: attempt =': AS_SHOWN,
  '15 stop asking: attempt =': AS_SHOWN,
  '18 release: attempt =': AS_SHOWN,
  '11 end: due exists':
    'an order that is cancelled was never done, so only a person can have closed its row, and REJECTED it stays',
  '12 unproved: state = SYNCED': 'while a row is due, nothing takes it out of SYNCED without a new attempt',
  '17 hold: (state = PENDING or state = HELD or state = SYNCED)':
    'while a row is due, nothing takes it to another state without a new attempt',
  '15 stop asking: transaction_id missing':
    'what was charged is told on a held row, and no sync of it is taken after that',
  '15 close: transaction_id =': SEEN,
  '15 stop asking: transaction_id =': SEEN,
  '19 withdraw: transaction_id =': SEEN,
  '3 reopen: transaction_id =': SEEN,
  '18 release: reason =': 'a row is held for something else only after a new attempt',
  '3 reopen: state = REJECTED': 'what was read as rejected is told apart by its attempt',
  '8 confirmed: (transaction_id missing or settled_at exists)':
    'a charge says so by its state here as well, or a person has settled it',
  '16 settle the charge: settled_at missing': 'a second settlement changes only who settled it, and how',
  '16 settle the charge: state <> PENDING':
    'a charged row is PENDING once a person has released it, and nobody here decides of one row twice',
  '19 withdraw: state = PENDING':
    'once an answer has ruled a sync out, only a charge takes the row out of PENDING before its next attempt',
  '16 correct: (leased_until missing or leased_until <=)':
    'a settled row is due only for a bill or for the refund that corrects it, and whoever asks then is told apart by `attempt`',
  '16 correct: state = DOUBLE_CHARGED': 'what was settled on a row in another state is a charge all the same',
  '21 as it stood: state = DOUBLE_CHARGED': STAYS,
  '21 as it stood: state = SYNCED':
    'while a call is out, only a signed answer ends a synced row, and it finds no lease then',
  '21 ask for the bill: state = DOUBLE_CHARGED': STAYS,
  '21 ask for the bill: state = PENDING': 'an ended row is asked about as well, and how it stood is not written',
  '21 ask for the bill: state = REJECTED':
    'a row in another state is asked about as well, and how it stood is not written',
  '22 note refund of the charge: transaction_id =': SEEN,
  '22 note refund: settled_at exists': COUNTED,
  '22 note refund: settled_at missing': COUNTED,
  '22 note refund: state = DOUBLE_CHARGED': STAYS,
  '22 note refund: transaction_id =': COUNTED,
  '9 another charge: state = DOUBLE_CHARGED': STAYS,
  '9 another charge: transaction_id =': COUNTED,
  '23 refunded: state = DOUBLE_CHARGED': STAYS,
  '23 refunded: transaction_id =': COUNTED,
  '24 refund waits: state = DOUBLE_CHARGED': STAYS,
  '24 refund waits: transaction_id =': COUNTED,
  '25 refund ended: state = DOUBLE_CHARGED': STAYS,
  '25 refund ended: transaction_id =': COUNTED,
}
