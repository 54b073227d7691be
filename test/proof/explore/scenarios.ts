import { FIRST_CHARGE, type Notice, type Scenario, SECOND_CHARGE } from './scenario.ts'

type World = Omit<Scenario, 'name' | 'faults' | 'invocations'>

const A: Notice = { call: 'a', noticed_at: 1 }
const B: Notice = { call: 'b', noticed_at: 2 }
const WRONG: Notice = { call: 'wrong', noticed_at: 1, isRefused: true }
const RIGHT: Notice = { call: 'right', noticed_at: 2 }
const CHECKED = { mode: 'check', amount: 100 } as const
const MISTYPED = { mode: 'check', amount: 99 } as const

/** Each scenario is small enough to be explored completely. */
const WORLDS = {
  'a doubled notice': { notices: [A, A], orders: ['absent', 'open', 'waiting'] },
  'a sync answered with the order': { notices: [A, A], orders: ['waiting'], isWhole: true },
  'a wrong notice and the right one': { notices: [WRONG, RIGHT], orders: ['waiting'] },
  'a wrong notice, and the right one twice': { notices: [WRONG, RIGHT, { ...RIGHT, noticed_at: 3 }], orders: ['open'] },
  'two notices that contradict each other': { notices: [A, B], orders: ['waiting'] },
  'a statement, a wrong notice and the right one': { notices: [WRONG, RIGHT], orders: ['waiting'], isBooked: true },
  'persons who decide': { notices: [A], orders: ['absent', 'waiting'], persons: 2 },
  'a person between two notices': { notices: [WRONG, RIGHT], orders: ['waiting'], persons: 1 },
  'clocks that differ': { notices: [A, A], orders: ['waiting'], hasFastClocks: true },
  'old answers again': { notices: [A], orders: ['open'], hasReplays: true, hasFastClocks: true },
  'old answers again, and a person': { notices: [A], orders: ['waiting'], hasReplays: true, persons: 1 },
  'long waits': { notices: [A], orders: ['absent', 'open'], hasLongWaits: true },
  'long waits and a person': { notices: [A], orders: ['absent', 'open'], hasLongWaits: true, persons: 1 },
  'long waits for a sync answered with the order': {
    notices: [A],
    orders: ['waiting'],
    isWhole: true,
    hasLongWaits: true,
  },
  'long waits of the first order of a merchant': {
    notices: [A],
    orders: ['absent'],
    isUnmet: true,
    hasLongWaits: true,
    persons: 1,
  },
  'an order that is checked first': { notices: [{ ...A, ...CHECKED }], orders: ['open'], persons: 1 },
  'an order that is only observed': { notices: [{ ...A, mode: 'observe' }], orders: ['open'], persons: 1 },
  'a sum that differs': { notices: [{ ...A, ...MISTYPED }], orders: ['open'], persons: 1 },
  'a sum that differs, and is corrected': {
    notices: [
      { ...A, ...MISTYPED },
      { ...B, ...CHECKED },
    ],
    orders: ['waiting'],
  },
  'an order that is paid in part': { notices: [A], orders: ['part'], isWhole: true, persons: 1 },
  'an order that is paid in part, and is checked first': {
    notices: [{ ...A, ...CHECKED }],
    orders: ['part'],
    persons: 1,
  },
  'a sum that differs, and is closed or corrected': {
    notices: [
      { ...A, ...MISTYPED },
      { ...B, ...CHECKED },
    ],
    orders: ['waiting'],
    persons: 1,
  },
  'long waits of an order that is held': {
    notices: [{ ...A, ...MISTYPED, isOverCap: true }],
    orders: ['absent', 'waiting'],
    hasLongWaits: true,
  },
  'long waits of an order over the cap': {
    notices: [{ ...A, isOverCap: true }],
    orders: ['absent', 'waiting'],
    hasLongWaits: true,
  },
  'more notices than the merchant allows, to be checked': {
    notices: [{ ...A, ...MISTYPED, isOverCap: true }],
    orders: ['open'],
    persons: 1,
  },
  'a bill of an order that was rejected, and a notice': {
    notices: [A, B],
    ended: { rejected: ['waiting', 'charged', 'cancelled'] },
    orders: [],
    bills: 1,
  },
  'a bill of an order that was rejected, and a person': {
    notices: [A],
    ended: { rejected: ['waiting', 'charged'], 'closed as not double': ['charged'] },
    orders: [],
    bills: 2,
    persons: 1,
  },
  'a bill of an order that was synced': {
    notices: [A],
    ended: { proved: ['synced'], 'never proved': ['synced'] },
    orders: [],
    bills: 2,
    persons: 1,
  },
  'a bill of an order that was synced, of which WeChat Pay says otherwise': {
    notices: [A],
    ended: { proved: ['waiting', 'open', 'part'] },
    orders: [],
    bills: 1,
    persons: 1,
    isTakenBack: true,
  },
  'long waits for the answer to a bill': {
    notices: [A],
    ended: { rejected: ['charged'], proved: ['synced'], double: ['charged'] },
    orders: [],
    bills: 1,
    hasLongWaits: true,
  },
  'a case that is charged again': {
    notices: [A],
    ended: { double: ['charged'], unnumbered: ['charged'] },
    orders: [],
    bills: 2,
    persons: 1,
    isBlurred: true,
  },
  'a refund, and a second charge': {
    notices: [A],
    ended: { double: ['charged'] },
    orders: [],
    bills: 2,
    persons: 1,
    refunds: [{ amount: 100, transaction_id: FIRST_CHARGE }],
    isBlurred: true,
  },
  'a refund of a charge beside a rejected order': {
    notices: [A],
    ended: { 'rejected beside a charge': ['charged'] },
    orders: [],
    bills: 1,
    persons: 1,
    refunds: [{ amount: 100, transaction_id: FIRST_CHARGE }],
  },
  'a refund, and a person who settles': {
    notices: [A],
    ended: { double: ['charged'] },
    orders: [],
    persons: 2,
    refunds: [{ amount: 100, transaction_id: FIRST_CHARGE }],
  },
  'two refunds in part': {
    notices: [A],
    ended: { double: ['charged'] },
    orders: [],
    bills: 1,
    persons: 1,
    refunds: [
      { amount: 60, transaction_id: FIRST_CHARGE },
      { amount: 40, transaction_id: FIRST_CHARGE },
    ],
  },
  'refunds of two charges': {
    notices: [A],
    ended: { double: ['charged'] },
    orders: [],
    bills: 1,
    persons: 1,
    refunds: [
      { amount: 100, transaction_id: FIRST_CHARGE },
      { amount: 100, transaction_id: SECOND_CHARGE },
    ],
  },
  'long waits for a refund': {
    notices: [A],
    ended: { double: ['charged'] },
    orders: [],
    bills: 1,
    persons: 1,
    refunds: [{ amount: 100, transaction_id: FIRST_CHARGE }],
    hasLongWaits: true,
  },
  'more notices than the merchant allows': { notices: [{ ...A, isOverCap: true }], orders: ['open'], persons: 1 },
} as const satisfies Readonly<Record<string, World>>

export type ScenarioName = keyof typeof WORLDS

const NAMES = Object.keys(WORLDS) as readonly ScenarioName[] // the keys of the object above

type Size = Pick<Scenario, 'faults' | 'invocations'>

/** By default one fault and two invocations at the same time. */
export const scenario = (
  name: ScenarioName,
  size: Partial<Size> & Pick<Scenario, 'bills' | 'persons'> = {},
): Scenario => ({
  ...{ name, faults: 1, invocations: 2 },
  ...WORLDS[name],
  ...size,
})

/** Three payment notices have so many orders of arrival that only the long run explores them. */
const LONG: readonly ScenarioName[] = ['a wrong notice, and the right one twice']

/** Scenarios that are small enough for three invocations at the same time. */
const CROWDED: readonly ScenarioName[] = [
  'a doubled notice',
  'a sync answered with the order',
  'a wrong notice and the right one',
  'two notices that contradict each other',
  'an order that is checked first',
  'a sum that differs, and is corrected',
]

/** Takes seconds. */
export const SMALL: readonly Scenario[] = NAMES.filter((name) => !LONG.includes(name)).map((name) =>
  scenario(name, { invocations: CROWDED.includes(name) ? 3 : 2 }),
)

/** Takes minutes. */
export const LARGE: readonly Scenario[] = [
  ...NAMES.map((name) =>
    LONG.includes(name) ? scenario(name) : scenario(name, { faults: 2, invocations: CROWDED.includes(name) ? 3 : 2 }),
  ),
]
