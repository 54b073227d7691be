import type { Guard } from './guards.ts'
import type { Scenario } from './scenario.ts'
import { scenario } from './scenarios.ts'

const TWO = { faults: 2 }

/** Where the real design fails without this clause. */
export const FOUND: Readonly<Record<Guard, Scenario>> = {
  '0 book: pk missing': scenario('a statement, a wrong notice and the right one'),
  '1 create: pk missing': scenario('a doubled notice'),
  '10 unpaid: attempt =': scenario('a sum that differs, and is corrected'),
  '10 unpaid: due exists': scenario('a sync answered with the order'),
  '11 end: attempt =': scenario('an order that is only observed'),
  '11 wait: attempt =': scenario('old answers again'),
  '11 wait: due exists': scenario('an order that is only observed'),
  '12 ask again: attempt =': scenario('long waits'),
  '12 ask again: next =': scenario('long waits'),
  '12 unproved: attempt =': scenario('long waits for a sync answered with the order', TWO),
  '12 unproved: due exists': scenario('long waits for a sync answered with the order', TWO),
  '13 expedite: attempt =': scenario('an order that is only observed'),
  '13 expedite: due_at >': scenario('persons who decide'),
  '13 expedite: state = PENDING': scenario('old answers again, and a person'),
  '14 reopen: state = REJECTED': scenario('persons who decide'),
  '15 close: (due_at <= or due_at >)': scenario('persons who decide'),
  '15 close: (state = PENDING or state = HELD)': scenario('a person between two notices'),
  '15 close: attempt =': scenario('an order that is only observed'),
  '15 close: transaction_id missing': scenario('a sum that differs'),
  '15 stop asking: (due_at <= or due_at >)': scenario('persons who decide'),
  '15 stop asking: attempt =': scenario('old answers again, and a person', TWO),
  '15 stop asking: state = SYNCED': scenario('persons who decide'),
  '16 settle: settled_at missing': scenario('persons who decide'),
  '16 settle: state = DOUBLE_CHARGED': scenario('persons who decide'),
  '16 settle the charge: (due_at missing or (due_at <= or due_at >))': scenario('a sum that differs'),
  '16 settle the charge: attempt =': scenario('a sum that differs', TWO),
  '16 settle the charge: transaction_id exists': scenario('a sum that differs'),
  '16 settle the charge: reason <>': scenario('an order that is paid in part'),
  '17 hold: (attempt = and due exists)': scenario('a sum that differs, and is corrected'),
  '18 release: (due_at <= or due_at >)': scenario('more notices than the merchant allows'),
  '18 release: transaction_id missing': scenario('a sum that differs'),
  '18 release: attempt =': scenario('an order that is only observed', TWO),
  '19 withdraw: (due_at <= or due_at >)': scenario('more notices than the merchant allows'),
  '19 withdraw: attempt =': scenario('an order that is checked first'),
  '19 withdraw: transaction_id missing': scenario('a sum that differs'),
  '2 claim: due_at <=': scenario('a doubled notice'),
  '2 claim: next =': scenario('a sync answered with the order'),
  '3 reopen: (due_at <= or due_at >)': scenario('a sum that differs, and is corrected'),
  '3 reopen: (noticed_at missing or noticed_at <)': scenario('a sum that differs, and is corrected'),
  '3 reopen: transaction_id missing': scenario('a sum that differs, and is corrected'),
  '3 reopen: attempt =': scenario('a sum that differs, and is corrected', TWO),
  '4 accepted: (transaction_id missing or settled_at exists)': scenario('an order that is paid in part'),
  '4 accepted: state <> DOUBLE_CHARGED': scenario('an order that is paid in part'),
  '4 accepted: state <> SYNCED': scenario('a sync answered with the order'),
  '5 later: attempt =': scenario('a doubled notice', TWO),
  '5 later: state = PENDING': scenario('a doubled notice', TWO),
  '6 ask: attempt =': scenario('old answers again'),
  '6 ask: state = PENDING': scenario('long waits and a person'),
  '7 reject: attempt =': scenario('a wrong notice and the right one'),
  '7 reject: state = HELD': scenario('long waits of an order over the cap'),
  '7 reject: state = PENDING': scenario('long waits'),
  '9 collected: (settled_at missing or state <> DOUBLE_CHARGED)': scenario('persons who decide'),
  'conflict: call_hash <>': scenario('a wrong notice and the right one'),
}

const NEVER_GONE = 'an answer comes only to whoever claimed a row, and no row is ever deleted but by its expiry'
const DUE_TOGETHER = 'due, due_at and next are present together, and the comparison of a missing due_at is false'

const SEEN = 'an order is charged once here, so a charge that was seen is the one that is there'
const NUMBERED =
  'each of the two finds a charge here: it has a number, and its state says so or a person has settled it'

/** The clauses that the design could do without, as long as nothing else about it changes. */
export const NEEDLESS: Readonly<Record<Guard, string>> = {
  '4 accepted: pk exists': NEVER_GONE,
  '4b keep: pk exists': NEVER_GONE,
  '8 confirmed: pk exists': NEVER_GONE,
  '9 collected: pk exists': NEVER_GONE,
  'conflict: pk exists': NEVER_GONE,
  '2 claim: due exists': DUE_TOGETHER,
  '13 expedite: due exists': DUE_TOGETHER,
  '15 stop asking: due exists': DUE_TOGETHER,
  '2 claim: state = PENDING': 'next is a sync only while the row is PENDING',
  '2 claim: call_hash =': "whoever claims makes the row's own call, whichever notice brought him",
  '3 reopen: call_hash <>': 'the call of a row changes only with a new attempt',
  '3 reopen: state = HELD': 'what ends a held row without a new attempt takes its due_at away',
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
  '18 release: state = HELD': 'a reason to hold an order stands on a held one alone',
  '3 reopen: state = REJECTED': 'what was read as rejected is told apart by its attempt',
  '8 confirmed: (transaction_id missing or settled_at exists)': NUMBERED,
  '8 confirmed: state <> DOUBLE_CHARGED': NUMBERED,
  '16 settle the charge: settled_at missing': 'a second settlement changes only who settled it, and how',
  '16 settle the charge: state <> PENDING':
    'a charged row is PENDING once a person has released it, and nobody here decides of one row twice',
  '19 withdraw: state = PENDING':
    'once an answer has ruled a sync out, only a charge takes the row out of PENDING before its next attempt',
  '19 withdraw: state = HELD': 'what ends a held row without a new attempt takes its due_at away',
}
