import type { Row } from '../../../lib/ledger/row.ts'
import type { VerdictKind } from '../../../lib/wechatpay/verdict-kinds.ts'

/** What the notice said of the amount, and the answer of the total. */
export const AMOUNTS = {
  'no amount': { expected: undefined, total: 3900 },
  'an equal total': { expected: 3900, total: 3900 },
  'a fen more': { expected: 3900, total: 3901 },
  'a fen less': { expected: 3900, total: 3899 },
  'no total': { expected: 3900, total: undefined },
} as const

export type Sums = (typeof AMOUNTS)[keyof typeof AMOUNTS]
/** For each of the amounts the name of a transition, or why the order is held. */
export type Line = { readonly [amounts in keyof typeof AMOUNTS]: string }

/** Such an answer settles nothing about the amount. */
const always = (name: string): Line => ({
  'no amount': name,
  'an equal total': name,
  'a fen more': name,
  'a fen less': name,
  'no total': name,
})
/** Such an answer is about an order of that total, whatever else it says. */
const compared = (none: string, equal = none): Line => ({
  'no amount': none,
  'an equal total': equal,
  'a fen more': 'paid_less',
  'a fen less': 'paid_more',
  'no total': 'amount_unknown',
})

/** What a query's answer does to an order that awaits its first look. */
const CHECK = {
  confirmed: compared('8 confirmed'),
  collected: compared('9 collected'),
  undecided: compared('12 ask again'),
  unpaid: compared('10 unpaid'),
  // Whatever the amounts are: the sum is not the whole any more.
  part_paid: always('part_paid'),
  // A total is not final before the order is completed.
  open: always('11 wait'),
  closed: compared('11 end'),
  absent: always('12 ask again'),
  state: always('12 ask again'),
  busy: always('12 ask again'),
  unknown: always('12 ask again'),
  unsent: always('12 ask again'),
  throttled: always('12 ask again'),
  config: always('12 ask again'),
  invalid: always('12 ask again'),
} as const satisfies Partial<Record<VerdictKind, Line>>

export type Asked = keyof typeof CHECK
type Table = { readonly [kind in Asked]: Line }

const OBSERVE: Table = { ...CHECK, unpaid: compared('observe_only') }

/** A held order ends by itself only where WeChat Pay says that it has ended, and nothing speaks against it. */
const HELD: Table = {
  confirmed: compared('8 confirmed'),
  collected: compared('9 collected'),
  undecided: compared('over_cap'),
  unpaid: compared('over_cap'),
  part_paid: always('part_paid'),
  open: always('over_cap'),
  closed: compared('11 end'),
  absent: always('over_cap'),
  state: always('over_cap'),
  busy: always('over_cap'),
  unknown: always('over_cap'),
  unsent: always('over_cap'),
  throttled: always('over_cap'),
  config: always('over_cap'),
  invalid: always('over_cap'),
}

const HELD_OBSERVED: Table = { ...HELD, unpaid: compared('observe_only') }

/** What WeChat Pay charged before stays a person's to settle, whatever it says now. */
const HELD_CHARGED: Table = {
  ...HELD,
  confirmed: always('over_cap'),
  collected: compared('9 collected'),
  undecided: always('over_cap'),
  unpaid: always('over_cap'),
  closed: always('over_cap'),
}

/** Nothing is compared any more. */
const UNHELD: Table = {
  ...CHECK,
  confirmed: always('8 confirmed'),
  collected: always('9 collected'),
  undecided: always('12 ask again'),
  unpaid: always('10 unpaid'),
  closed: always('11 end'),
}

/** It had ended, and is asked about for a trade bill: only a charge changes it. */
const ENDED: Table = {
  confirmed: always('21 as it stood'),
  collected: always('9 collected'),
  undecided: always('21 ask later'),
  unpaid: always('21 as it stood'),
  part_paid: always('21 as it stood'),
  open: always('21 as it stood'),
  closed: always('21 as it stood'),
  absent: always('21 ask later'),
  state: always('21 ask later'),
  busy: always('21 ask later'),
  unknown: always('21 ask later'),
  unsent: always('21 ask later'),
  throttled: always('21 ask later'),
  config: always('21 ask later'),
  invalid: always('21 ask later'),
}

const CHARGED_BEFORE: Table = {
  ...ENDED,
  collected: always('9 another charge'),
  part_paid: always('9 another charge'),
}

type Given = Pick<Row, 'state' | 'mode' | 'reason' | 'cleared' | 'transaction_id'>

/** Every way in which an order can stand when it is asked about, and what the answers do to it. */
export const TABLES: readonly (readonly [string, { readonly [name in keyof Given]?: Given[name] }, Table])[] = [
  ['pending in check mode', { mode: 'check' }, CHECK],
  ['pending in observe mode', { mode: 'observe' }, OBSERVE],
  ['pending, synced at once', {}, CHECK],
  ['pending and charged', { mode: 'check', transaction_id: '42000004' }, CHECK],
  ['held in check mode', { state: 'HELD', reason: 'over_cap', mode: 'check' }, HELD],
  ['held in observe mode', { state: 'HELD', reason: 'over_cap', mode: 'observe' }, HELD_OBSERVED],
  ['held before it was synced at once', { state: 'HELD', reason: 'over_cap' }, HELD],
  ['held and charged', { state: 'HELD', reason: 'over_cap', mode: 'check', transaction_id: '42000004' }, HELD_CHARGED],
  ['cleared in check mode', { mode: 'check', cleared: true }, UNHELD],
  ['cleared in observe mode', { mode: 'observe', cleared: true }, UNHELD],
  ...(['check', 'observe'] as const).flatMap(
    (mode) =>
      [
        [`SYNCED in ${mode} mode`, { state: 'SYNCED', mode }, UNHELD],
        [`REJECTED in ${mode} mode`, { state: 'REJECTED', mode }, ENDED],
        [`DOUBLE_CHARGED in ${mode} mode`, { state: 'DOUBLE_CHARGED', mode }, CHARGED_BEFORE],
      ] as const,
  ),
]
