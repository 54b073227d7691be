import { and, equals, exists, missing } from '../../../lib/ledger/condition.ts'
import type { Row } from '../../../lib/ledger/row.ts'
import { afterSync } from '../../../lib/ledger/transitions/answer.ts'
import { DUE_ATTRIBUTES } from '../../../lib/ledger/transitions/lease.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import type { Verdict } from '../../../lib/wechatpay/verdict.ts'
import { signed, verdictOf } from './answers.ts'
import { NOW } from './canonical-row.ts'
import { type Design, REAL_DESIGN } from './design.ts'
import { withoutGuards } from './guards.ts'
import { altered, type Variant } from './variants.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

const FAILURES = ['5 later', '6 ask', '7 reject', '12 ask again']

/** Removes `due`, so that the row is not in the index. */
const unindexed = ({ set: { due: _, ...set } = {}, ...transition }: Transition): Transition => ({ ...transition, set })

/** Removes what says that a call is due, which the transition may remove already. */
const endingCalls = ({ remove = [], ...transition }: Transition): Transition => ({
  ...transition,
  remove: [...new Set([...remove, ...DUE_ATTRIBUTES])],
})

/** A refusal for which `ends` is true ends the order, as normally a second signed refusal does. */
const endingAt = (names: readonly string[], ends: (row: Row, verdict: Verdict) => boolean): Partial<Design> =>
  altered(names, (transition, { row, verdict }) =>
    row && verdict && ends(row, verdict)
      ? afterSync({ ...row, refused: 'OLD' }, verdictOf(signed('invalid'), 'sync', row), { now: NOW, random: 0.5 })
      : transition,
  )

export const BROKEN_VARIANTS: readonly Variant[] = [
  {
    name: 'an index key set only after a failure',
    scenario: 'a doubled notice',
    design: {
      alter: (transition) => {
        if (transition.name === '1 create') return unindexed(transition)
        if (!FAILURES.includes(transition.name) || transition.name === '7 reject') return transition
        return { ...transition, set: { ...transition.set, due: '1900000109#0' } }
      },
    },
  },
  {
    name: 'a fenced success',
    scenario: 'persons who decide',
    design: altered(['4 accepted'], (transition, { row }) => ({
      ...transition,
      when: and(transition.when, equals('attempt', row?.attempt ?? 0)),
    })),
  },
  {
    name: 'a success that leaves the fence where it was',
    scenario: 'a doubled notice',
    design: altered(['4 accepted'], ({ count: _, ...transition }) => transition),
  },
  {
    name: 'an unfenced failure',
    scenario: 'a wrong notice and the right one',
    design: withoutGuards(FAILURES.map((name) => `${name}: attempt =`)),
  },
  {
    name: 'an unsigned refusal made final',
    scenario: 'a doubled notice',
    design: endingAt(['6 ask'], (_, { kind, verified }) => kind === 'invalid' && !verified),
  },
  {
    name: 'a single refusal that ends',
    scenario: 'a doubled notice',
    design: endingAt(['6 ask'], (_, { kind, verified }) => kind === 'invalid' && verified),
  },
  {
    name: 'one refusal that ends when it is given twice',
    scenario: 'a doubled notice',
    faults: 2,
    design: endingAt(
      ['6 ask'],
      ({ refused }, { kind, verified }) => kind === 'invalid' && verified && refused !== undefined,
    ),
  },
  ...(['config', 'throttled'] as const).map(
    (kind): Variant => ({
      name: `an unsigned refusal taken for nothing taken: ${kind}`,
      scenario: 'persons who decide',
      design: {
        hear: (verdict, step) =>
          step === 'sync' && verdict.kind === kind && !verdict.verified ? { ...verdict, kind: 'unsent' } : verdict,
      },
    }),
  ),
  {
    name: 'a signed refusal, which names no order, taken for nothing taken',
    scenario: 'persons who decide',
    design: {
      hear: (verdict, step) =>
        step === 'sync' && verdict.kind === 'throttled' && verdict.verified ? { ...verdict, kind: 'unsent' } : verdict,
    },
  },
  {
    name: 'a conflict that is told without another look',
    scenario: 'a wrong notice and the right one',
    design: { readsAgain: false },
  },
  {
    name: 'a refusal of the state made final',
    scenario: 'a doubled notice',
    design: {
      hear: (verdict, step) =>
        verdict.kind === 'state' && step === 'sync' ? { ...verdict, kind: 'invalid', verified: true } : verdict,
    },
  },
  {
    name: 'a refusal of the query that closes',
    scenario: 'a doubled notice',
    design: endingAt(['12 ask again'], (_, { kind }) => kind === 'invalid'),
  },
  {
    name: 'a rejected row that swallows the corrected notice',
    scenario: 'a wrong notice and the right one',
    design: {
      ...altered(['3 reopen'], (transition) => ({ ...transition, when: and(exists('pk'), missing('pk')) })),
      isSettled: (row) => row.state === 'REJECTED' || REAL_DESIGN.isSettled(row),
    },
  },
  {
    name: 'a till that takes up what a person closed',
    scenario: 'a person between two notices',
    design: { mayReopen: ({ state }) => state === 'REJECTED' || state === 'HELD' },
  },
  {
    name: 'a held order that is given up though it was charged',
    scenario: 'long waits of an order that is held',
    design: altered(['17 hold'], (transition, { row, verdict }) =>
      row?.state === 'HELD' && verdict?.kind === 'unknown' && row.created_at < NOW - 30 * DAY
        ? { ...transition, name: '7 reject', set: { ...transition.set, state: 'REJECTED', reason: 'too_old' } }
        : transition,
    ),
  },
  {
    name: 'an older notice that replaces a newer',
    scenario: 'a person between two notices',
    design: withoutGuards(['3 reopen: (noticed_at missing or noticed_at <)']),
  },
  {
    name: 'a conflict that returns while the query is still owed',
    scenario: 'two notices that contradict each other',
    design: { isSettled: ({ state }) => state === 'SYNCED' || state === 'DOUBLE_CHARGED' },
  },
  {
    name: 'absent_since that nothing removes',
    scenario: 'long waits',
    design: {
      alter: ({ remove = [], ...transition }) => ({
        ...transition,
        remove: remove.filter((name) => name !== 'absent_since'),
      }),
    },
  },
  {
    name: 'a record deleted on error',
    scenario: 'a doubled notice',
    design: altered(['5 later', '6 ask'], ({ set: _, keep: __, ...transition }) => ({
      ...transition,
      remove: WHOLE_ROW,
    })),
  },
  {
    name: 'an order that was paid in part, taken for one that is unpaid',
    scenario: 'an order that is paid in part, and is checked first',
    faults: 0,
    design: { hear: (verdict) => (verdict.kind === 'part_paid' ? { ...verdict, kind: 'unpaid' } : verdict) },
  },
  {
    name: 'a hold that forgets what was charged',
    scenario: 'an order that is paid in part',
    design: altered(['17 hold'], ({ set: { amount: _, transaction_id: __, ...set } = {}, ...transition }) => ({
      ...transition,
      set,
    })),
  },
  {
    name: 'a fault of the configuration that ends an order',
    scenario: 'long waits of the first order of a merchant',
    design: {
      hear: (verdict, step) =>
        verdict.kind === 'config' && verdict.verified && step === 'query' ? { ...verdict, kind: 'absent' } : verdict,
    },
  },
  { name: 'no second try by the platform', scenario: 'a doubled notice', design: { attempts: 1 } },
  {
    name: 'the check in the same invocation',
    scenario: 'old answers again',
    limits: { confirmDelay: 0 },
  },
  {
    name: 'a late success that ends the lease of another, and a confirm delay under the lease',
    scenario: 'a doubled notice',
    limits: { confirmDelay: 10 * SECOND },
    design: altered(['4 accepted'], ({ remove = [], ...transition }) => ({
      ...transition,
      remove: [...remove, 'leased_until'],
    })),
  },
  {
    name: 'a confirm delay under the signature window',
    scenario: 'old answers again',
    limits: { confirmDelay: 4 * MINUTE },
  },
  {
    name: "a lease under the function's limit",
    scenario: 'clocks that differ',
    limits: { lease: 12 * SECOND },
  },
  {
    name: 'a lease shorter than a call',
    scenario: 'an order that is only observed',
    faults: 0,
    limits: { lease: 5 * SECOND },
    isWhole: true,
  },
  {
    name: 'a question that is asked again at once',
    scenario: 'an order that is only observed',
    faults: 0,
    design: altered(['11 wait'], (transition) => ({ ...transition, set: { ...transition.set, due_at: NOW } })),
    isWhole: true,
  },
  {
    name: 'a row that stays among those that wait for a person once somebody has acted',
    scenario: 'more notices than the merchant allows',
    faults: 0,
    design: altered(['18 release'], ({ remove = [], ...transition }) => ({
      ...transition,
      remove: remove.filter((name) => name !== 'waits'),
    })),
  },
  {
    name: 'a dispatch that does not claim',
    scenario: 'a doubled notice',
    design: altered(['2 claim'], (transition) => ({ ...transition, when: exists('pk') })),
  },
  {
    name: '`later` guarded by "is due"',
    scenario: 'a doubled notice',
    faults: 2,
    design: altered(['5 later'], (transition) => ({ ...transition, when: exists('due') })),
  },
  {
    name: 'a claim that owes no query',
    scenario: 'a doubled notice',
    design: altered(['1 create', '2 claim'], (transition) => ({
      ...transition,
      set: { ...transition.set, next: 'sync' },
    })),
  },
  {
    name: 'a corrected notice that forgets what WeChat Pay charged',
    scenario: 'a sum that differs, and is corrected',
    design: altered(['3 reopen'], (transition) => ({
      ...transition,
      remove: [...(transition.remove ?? []), 'amount', 'transaction_id'],
    })),
  },
  {
    name: 'a held order that is closed by hand though it was charged',
    scenario: 'a sum that differs',
    design: withoutGuards(['15 close: transaction_id missing', '19 withdraw: transaction_id missing']),
  },
  {
    name: 'a call that does not look at its lease',
    scenario: 'a doubled notice',
    limits: { call: Number.NEGATIVE_INFINITY },
  },
  {
    name: 'a rejected order that the query for a bill takes up',
    scenario: 'a bill of an order that was rejected, and a notice',
    faults: 0,
    design: altered(['21 as it stood'], (transition, { row, verdict }) =>
      row?.state === 'REJECTED' && verdict?.kind === 'unpaid'
        ? { ...transition, set: { state: 'PENDING', next: 'sync', due_at: NOW }, remove: ['reason', 'expires_at'] }
        : transition,
    ),
  },
  {
    name: 'an order that is taken up again while the query for a bill is out',
    scenario: 'a bill of an order that was rejected, and a notice',
    design: withoutGuards(['3 reopen: (leased_until missing or leased_until <=)']),
  },
  {
    name: 'a settlement while a refund is asked about',
    scenario: 'long waits for a refund',
    design: withoutGuards(['16 settle: (leased_until missing or leased_until <=)']),
  },
  {
    name: 'a settlement that ends the query for a bill',
    scenario: 'a case that is charged again',
    faults: 0,
    design: altered(['16 settle'], endingCalls),
  },
  {
    name: 'a bill that does not count as a claim',
    scenario: 'a case that is charged again',
    faults: 0,
    design: altered(['21 ask for the bill'], ({ count: _, ...transition }) => transition),
  },
  {
    name: 'a settlement that does not count as a claim',
    scenario: 'a refund, and a person who settles',
    faults: 0,
    design: altered(['16 settle'], ({ count: _, ...transition }) => transition),
  },
  {
    name: 'a noted refund that does not count as a claim',
    scenario: 'two refunds in part',
    design: altered(['22 note refund'], ({ count: _, ...transition }) => transition),
  },
  {
    name: 'a row that forgets its open refund after a bill',
    scenario: 'long waits for a refund',
    faults: 0,
    design: altered(['21 as it stood'], ({ set: _, ...transition }) => endingCalls(transition)),
  },
  {
    name: 'a second charge beside the sum of the first',
    scenario: 'a refund, and a second charge',
    faults: 0,
    design: altered(['9 another charge'], ({ remove = [], ...transition }) => ({
      ...transition,
      remove: remove.filter((name) => name !== 'amount'),
    })),
  },
  {
    name: 'a refund in part that settles',
    scenario: 'two refunds in part',
    faults: 0,
    design: altered(['25 refund ended'], (transition, { step }) => {
      if (step !== 'refund' || !transition.answer) return transition
      const { waits: _, ...set } = transition.set ?? {}
      return {
        ...transition,
        name: '23 refunded',
        set: { ...set, settled_at: NOW, settled_by: 'refund', expires_at: NOW },
        remove: [...DUE_ATTRIBUTES, 'case', 'case_at', 'waits'],
      }
    }),
  },
  {
    name: 'an answer about a refund from before a second charge',
    scenario: 'refunds of two charges',
    design: withoutGuards(
      ['23 refunded', '24 refund waits', '25 refund ended'].flatMap((name) => [
        `${name}: attempt =`,
        `${name}: transaction_id =`,
      ]),
    ),
  },
  {
    name: 'a bill that says of a charge that it was a double one',
    scenario: 'a bill of an order that was rejected, and a notice',
    faults: 0,
    design: altered(['21 ask for the bill'], (transition, { row }) =>
      row?.state === 'REJECTED' ? { ...transition, set: { ...transition.set, state: 'DOUBLE_CHARGED' } } : transition,
    ),
  },
  {
    name: 'a charge that was settled as not double, opened by the same charge',
    scenario: 'a bill of an order that was rejected, and a person',
    faults: 0,
    design: altered(['21 as it stood'], (transition, { row, verdict, step }) =>
      row?.state === 'REJECTED' && verdict?.kind === 'collected' && step === 'query'
        ? { ...transition, set: { state: 'DOUBLE_CHARGED' }, remove: [...(transition.remove ?? []), 'settled_at'] }
        : transition,
    ),
  },
]

const WHOLE_ROW = ['pk'] as const satisfies readonly (keyof Row)[]
