import type { State } from '../../../lib/ledger/row.ts'
import type { Guard } from '../../proof/explore/guards.ts'

/** What is said of the transitions beside what the code says: when each is used. In the order of the page. */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'A notice, or a line of a list': {
    '0 book': "A line of a shop's list names an order that the ledger lacks.",
    '1 create':
      'The first notice of an order. Whoever creates the row makes its sync, unless the order is looked at first.',
    '2 claim':
      'A step is due: whoever claims it makes the one call. A notice that comes again may claim a due sync too.',
    '3 reopen':
      'A newer notice with another call comes for an order that is held, or was rejected and not closed by hand.',
    conflict: 'A notice with another call comes, and may not take the place of the first: it is only counted.',
  },
  'An answer to a sync': {
    '4 accepted': "WeChat Pay's signed word that it took the sync. It counts whoever got it, however late.",
    '4b keep': 'A signed word came for an order that is further already: the word is kept, and nothing else changes.',
    '5 later': 'Nothing was sent, since there was no connection or no key: the sync is due again by the schedule.',
    '6 ask':
      'The sync may have been taken, or was refused in words that name no order: a query comes before another sync.',
  },
  'An answer to a query': {
    '8 confirmed':
      "WeChat Pay's signed word that the order is done, and that only the merchant's own channel collected.",
    '9 collected': "WeChat Pay's signed word that it charged the order.",
    '10 unpaid': 'The order waits for payment: a sync is due at once.',
    '11 wait': 'The merchant has not completed the order yet.',
    '11 end': 'The order was cancelled or has expired, so nothing can be charged any more.',
    '12 ask again':
      'The query told nothing of how the order stands, or that it is unknown, which ends nothing at first.',
    '12 unproved': 'The sync was accepted 30 days ago, and no query has proved it since.',
    '9 another charge': "WeChat Pay's signed word names a further charge of an order that was known as charged twice.",
    '17 hold':
      'The order must be looked at by a person before a sync: its sum differs, a part is paid, it is only observed, or it is over the cap.',
  },
  'A trade bill, and its query': {
    '21 ask for the bill': 'The trade bill of a day has a charge for the order. The bill alone changes no state.',
    '21 as it stood':
      'The query for the bill found nothing new: the row has its former next call, or none. A rejected order stays rejected.',
    '21 ask later': 'The query for the bill told nothing of how the order stands: it is asked again for three days.',
    '26 note transaction': 'The trade bill has the number of a double charge whose answer had none that could be read.',
  },
  'A refund': {
    '22 note refund':
      'An operator, or the trade bill, names a refund of a double charge: WeChat Pay is asked about it.',
    '22 note refund of the charge': 'An operator names a refund of a charge on a row whose state says something else.',
    '23 refunded': "WeChat Pay's signed word that the refunds add up to what it charged: the case is settled.",
    '24 refund waits': 'A refund has not ended, or another one is asked about next.',
    '25 refund ended': 'No refund is left to ask about, and the money is not all back.',
  },
  'An answer that ends the order': {
    '7 reject':
      'A second refusal of a parameter in other signed words, an order unknown for 24 hours, or 30 days without an end.',
  },
  'A person, or the shop': {
    '13 expedite': 'A person, or the same notice again, asks for an order to be looked at sooner.',
    '14 reopen': 'A person takes a rejected order up again with the same call.',
    '15 close': 'A person says that nothing more shall be done about an order.',
    '15 stop asking': 'A person closes a synced order: it stays synced, and only the asking for a proof ends.',
    '16 settle': 'A person has given the money back at the till, or found that it was no double charge.',
    '16 settle the charge': 'The same, of a charge on a row whose state says something else.',
    '16 correct': 'A person replaces a settlement that was wrong.',
    '18 release': 'A person says that a held order may be synced after all.',
    '19 withdraw': 'The shop takes its notice back, while nothing was sent or WeChat Pay says that nothing was taken.',
  },
  Upkeep: {
    '20 reindex': '`payscore reindex` finds a row whose place in the index of those that wait for a person is wrong.',
  },
}

const STALE = 'the index would be written by how the row stood, and not by how it stands'

/** Why a clause is there that the explorer does not meet. */
export const UNEXPLORED: Readonly<Record<Guard, string>> = {
  '21 ask for the bill: state = HELD': 'an ended row would be asked about as well; how it stood is not written',
  '22 note refund of the charge: transaction_id missing': 'it never holds: a charge must have been recorded',
  '22 note refund: transaction_id missing': 'a refund would be noted of a charge that nobody had seen',
  '20 reindex: state =': STALE,
  '20 reindex: attempt =': STALE,
  '20 reindex: due_at =': STALE,
  '20 reindex: due_at missing': STALE,
  '20 reindex: settled_at =': STALE,
  '20 reindex: settled_at missing': STALE,
}

/** What each state says; README tells what to do about it. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  PENDING: 'the notice is in the ledger, and WeChat Pay has not taken its sync yet',
  HELD: 'nothing is sent until a person has decided; the order is asked about meanwhile',
  SYNCED: 'WeChat Pay took the sync; with a `proof` nothing is left to do, else a query is owed',
  REJECTED: 'nothing more is done: `reason` says why',
  DOUBLE_CHARGED: 'WeChat Pay charged the order as well; open until a person settles it (`settled_at`)',
}

const HELD = 'of a held order'
const REJECTED = 'of a rejected order'
const PENDING = 'of a pending order'
const REPEATED = 'for a notice that came again'
const UNCHARGED = 'where no charge was read'
const CHARGED = 'where one was read'
const UNKNOWING = 'unless the person has seen a charge, and says that it is no double one'
const KNOWING = 'where the person says so'
const AS_IT_WAS = 'where it was so'
const NO_BILL = 'where it was not asked about for a bill'
const SYNCED = 'of a synced order'
const DOUBLE = 'of a double charge'
const CORRECTING = 'where it corrects a settlement'

/** When a clause is asked for that a transition does not always ask for. */
export const ONLY: Readonly<Record<Guard, string>> = {
  '2 claim: state = PENDING': REPEATED,
  '2 claim: call_hash =': REPEATED,
  '3 reopen: state = HELD': HELD,
  '3 reopen: state = REJECTED': REJECTED,
  '3 reopen: transaction_id missing': UNCHARGED,
  '3 reopen: transaction_id =': CHARGED,
  '4 accepted: (transaction_id missing or settled_at exists)': UNCHARGED,
  '7 reject: state = PENDING': PENDING,
  '7 reject: state = HELD': HELD,
  '8 confirmed: (transaction_id missing or settled_at exists)': UNCHARGED,
  '15 close: transaction_id missing': UNKNOWING,
  '15 close: transaction_id =': KNOWING,
  '15 stop asking: transaction_id missing': UNKNOWING,
  '15 stop asking: transaction_id =': KNOWING,
  '18 release: transaction_id missing': 'unless it is held because a part was paid',
  '19 withdraw: state = PENDING': PENDING,
  '19 withdraw: state = HELD': HELD,
  '19 withdraw: (leased_until missing or leased_until <=)': HELD,
  '19 withdraw: transaction_id missing': UNKNOWING,
  '19 withdraw: transaction_id =': KNOWING,
  '8 confirmed: bill_at missing': NO_BILL,
  '9 collected: (state <> DOUBLE_CHARGED or (settled_at missing and transaction_id missing))': UNCHARGED,
  '9 collected: (state <> DOUBLE_CHARGED or (settled_at missing and transaction_id =))': CHARGED,
  '9 another charge: transaction_id =': CHARGED,
  '9 another charge: transaction_id missing': UNCHARGED,
  '21 ask for the bill: state = PENDING': PENDING,
  '21 ask for the bill: state = HELD': HELD,
  '21 ask for the bill: state = REJECTED': REJECTED,
  '21 ask for the bill: state = SYNCED': SYNCED,
  '21 ask for the bill: state = DOUBLE_CHARGED': DOUBLE,
  '21 as it stood: state = REJECTED': REJECTED,
  '21 as it stood: state = DOUBLE_CHARGED': DOUBLE,
  '22 note refund: transaction_id =': CHARGED,
  '22 note refund: transaction_id missing': UNCHARGED,
  '22 note refund: settled_at missing': 'unless it corrects a settlement',
  '22 note refund: settled_at exists': CORRECTING,
  '22 note refund: next =': 'where it is asked about for a bill',
  '22 note refund of the charge: transaction_id =': CHARGED,
  '22 note refund of the charge: transaction_id missing': UNCHARGED,
  '20 reindex: due_at =': AS_IT_WAS,
  '20 reindex: due_at missing': AS_IT_WAS,
  '20 reindex: settled_at =': AS_IT_WAS,
  '20 reindex: settled_at missing': AS_IT_WAS,
}

/** What is not said of a transition as of all others: this one is made to set what the others only derive. */
export const OWN_EFFECTS: Readonly<Record<string, string>> = {
  '20 reindex': '- sets `waits`, or removes it, by how the row stands',
}

/** What a log line says as `transition` where none was applied. */
export const NOT_APPLIED: Readonly<Record<string, string>> = {
  fenced: 'an answer came, and somebody else had taken the row on since: his writes stand, and nothing was written',
  'not recorded':
    'an answer came, and the ledger could not be reached: the row stands with a query owed, which asks again',
  'not claimed': 'the due step was taken by somebody else, or is due no more',
  'held over the cap': 'a new notice is held (`1 create` or `3 reopen`), and nothing is sent',
  'asked about first':
    'a new notice is in the ledger (`1 create` or `3 reopen`), and a query of its order is due at once',
  none: 'there was nothing to do: the same notice again, or an order that is not in the ledger',
  refused: "a person's decision does not fit the order as it stands",
  'decided already': 'this very decision stands already: its first answer was lost',
}
