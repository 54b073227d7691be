import type { Slow } from '../bundles/sandboxes.ts'
import type { Case, Storm } from '../bundles/world.ts'
import type { Story } from '../orders/plan.ts'

/** Calls of one order beyond those that its story needs without faults. */
type Extra = { readonly syncs: number; readonly queries: number }

/**
 * The calls that a story needs. If the story has a later change, only calls after it count, since the calls before it
 * follow the retry schedule.
 */
const NEEDED: Readonly<Record<Story, Extra>> = {
  plain: { syncs: 1, queries: 1 },
  'charged before': { syncs: 1, queries: 1 },
  'charged meanwhile': { syncs: 1, queries: 1 },
  'charged after': { syncs: 1, queries: 1 },
  'cancelled before': { syncs: 1, queries: 1 },
  // A refusal names no order, so the order is queried and synced once more before it ends.
  refused: { syncs: 2, queries: 1 },
  'charge fails': { syncs: 1, queries: 2 },
  'charge succeeds': { syncs: 1, queries: 1 },
  'completed late': { syncs: 1, queries: 2 },
  'cancelled late': { syncs: 1, queries: 1 },
  // Queried for a day.
  'unknown to WeChat Pay': { syncs: 1, queries: Number.POSITIVE_INFINITY },
}

export const extraCalls = ({ truth: { plan, movedAt = 0 } }: Case, { history }: Storm): Extra => {
  const needed = NEEDED[plan.story]
  // In check mode there is one more query before the sync.
  const looks = plan.merchant.mode === 'check' && movedAt === 0 ? 1 : 0
  const since = (calls: ReturnType<typeof history.posts>) => calls.filter(({ start }) => start >= movedAt).length
  return {
    syncs: Math.max(0, since(history.posts(plan.out_order_no)) - needed.syncs),
    queries: Math.max(0, since(history.queries(plan.out_order_no)) - needed.queries - looks),
  }
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)

export const extraTotal = (storm: Storm, what: keyof Extra): number =>
  sum(storm.cases.healthy.map((one) => extraCalls(one, storm)[what]))

/** Number of faults by where they happened. */
export const faultTotals = (storm: Storm): Readonly<Record<string, number>> => ({
  'WeChat Pay': storm.history.calls.filter(({ fault }) => fault).length,
  ...Object.fromEntries(storm.faults.table().map(({ what, faults }) => [what, sum(Object.values(faults))])),
  'Secrets Manager': storm.secretCalls.filter(({ error, status }) => error !== '' || status === 0).length,
  'this machine': slowByMachine(storm).length,
})

export const faultTotal = (storm: Storm): number => sum(Object.values(faultTotals(storm)))

/** Faults that may have made more calls for one order. */
export const faultsOf = ({ truth }: Case, storm: Storm): number => {
  const { out_order_no } = truth.plan
  const calls = callsOf(storm, out_order_no).filter(({ fault }) => fault)
  const slow = storm.sandboxes.slow.filter((one) => one.out_order_no === out_order_no).filter(isMachines(storm))
  return storm.faults.ofOrder(out_order_no) + calls.length + slow.length
}

/**
 * Calls that were slower than their time limit because the machine was busy. If a fault made one slow, it is already
 * counted.
 */
const isMachines =
  (storm: Storm) =>
  ({ out_order_no, start, end }: Slow): boolean =>
    !callsOf(storm, out_order_no).some((call) => call.fault && call.start < end && call.end > start)

export const slowByMachine = (storm: Storm): readonly Slow[] => storm.sandboxes.slow.filter(isMachines(storm))

const callsOf = ({ history }: Storm, out_order_no: string) => [
  ...history.posts(out_order_no),
  ...history.queries(out_order_no),
]
