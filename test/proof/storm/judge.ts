import { extraCalls } from './calls.ts'
import { keyOf, nameOf, notWaiting, untold, wrongCharge, wrongEnd } from './expected-end.ts'
import { MERCHANTS } from './merchants.ts'
import type { Storm } from './run-storm.ts'
import type { Slow } from './sandboxes.ts'
import type { Truth } from './story.ts'

/** A promise, and every case that broke it. */
export type Promised = { readonly promise: string; readonly broken: readonly string[] }

export type Verdict = {
  readonly promises: readonly Promised[]
  readonly figures: Readonly<Record<string, number>>
}

/** Compares the history of the local WeChat Pay with the ledger and the order events. */
export const judgeStorm = (storm: Storm): Verdict => {
  const cases = [...storm.truths.values()].map((truth) => ({
    truth,
    row: storm.rows.get(keyOf(truth)),
  }))
  const healthy = cases.filter(({ truth }) => !truth.plan.merchant.isBroken)
  const broken = cases.filter(({ truth }) => truth.plan.merchant.isBroken)
  const charged = healthy.filter(({ truth }) => truth.charge)
  const faultsOf = countFaults(storm)
  const faults = [...Object.values(faultTotals(storm))].reduce((sum, count) => sum + count, 0)
  const extras = healthy.map(({ truth }) => ({ truth, extra: extraCalls(truth, storm.history) }))
  const sum = (name: 'syncs' | 'queries') => extras.reduce((total, { extra }) => total + extra[name], 0)
  const overlaps = storm.history.overlaps()

  const findings = (list: readonly (string | undefined)[]): readonly string[] =>
    list.filter((finding) => finding !== undefined)
  const promises: readonly Promised[] = [
    {
      promise: 'no notice is lost: each has a row',
      broken: findings(cases.map(({ truth, row }) => (row ? undefined : `${nameOf(truth)} has no row`))),
    },
    {
      promise: 'every row of a healthy merchant ended as it should',
      broken: findings(healthy.map(({ truth, row }) => wrongEnd(truth, row, storm))),
    },
    {
      promise: 'every row of the broken merchant waits in the index',
      broken: findings(broken.map(({ truth, row }) => notWaiting(truth, row, storm))),
    },
    {
      promise: 'no two calls for one order were out at once',
      broken: overlaps.map(([a, b]) => `${a.out_order_no}: ${a.kind} at ${a.start} and ${b.kind} at ${b.start}`),
    },
    {
      promise: 'no more extra syncs than faults',
      broken: [
        ...(sum('syncs') > faults ? [`${sum('syncs')} extra syncs, ${faults} faults`] : []),
        ...findings(extras.map(({ truth, extra }) => tooMany(truth, 'syncs', extra.syncs, faultsOf(truth)))),
      ],
    },
    {
      promise: 'no more extra queries than faults',
      broken: [
        ...(sum('queries') > faults ? [`${sum('queries')} extra queries, ${faults} faults`] : []),
        ...findings(extras.map(({ truth, extra }) => tooMany(truth, 'queries', extra.queries, faultsOf(truth)))),
      ],
    },
    {
      promise: 'every double charge is found and named, and no other is reported',
      broken: findings(healthy.map(({ truth, row }) => wrongCharge(truth, row, storm))),
    },
    {
      promise: 'every end is told by an outcome event',
      broken: findings(healthy.map(({ truth, row }) => untold(truth, row, storm))),
    },
    {
      promise: 'only what met an unreachable ledger or a dying sandbox is a dead letter',
      broken: findings(storm.deadLetters.map(needlessLetter)),
    },
  ]

  return {
    promises,
    figures: {
      merchants: MERCHANTS.length + 1,
      'orders of healthy merchants': healthy.length,
      'orders of the broken merchant': broken.length,
      'notices handed over': storm.till.figures.http + storm.till.figures.event,
      'of them over HTTP': storm.till.figures.http,
      'of them by event': storm.till.figures.event,
      'handed over again after a 5xx': storm.till.figures.again,
      'calls that WeChat Pay saw': storm.history.calls.length,
      'double charges injected': charged.length,
      'double charges found': healthy.filter(({ row }) => row?.state === 'DOUBLE_CHARGED').length,
      'faults injected': faults,
      'of them by a machine too busy': storm.slow.filter(isMachines(storm)).length,
      'extra syncs': sum('syncs'),
      'extra queries': sum('queries'),
      'calls that overlapped': overlaps.length,
      'dead letters, all redriven': storm.redriven,
      'events delivered twice at once': storm.deliveredTwice,
      'sandboxes started': storm.coldStarts,
    },
  }
}

/** Number of faults by where they happened. */
export const faultTotals = (storm: Storm): Readonly<Record<string, number>> => ({
  'WeChat Pay': storm.history.calls.filter(({ fault }) => fault).length,
  ...Object.fromEntries(
    storm.faults
      .table()
      .map(({ what, faults }) => [what, Object.values(faults).reduce((sum, count) => sum + count, 0)]),
  ),
  'Secrets Manager': storm.secretCalls.filter(({ error, status }) => error !== '' || status === 0).length,
  'this machine': storm.slow.filter(isMachines(storm)).length,
})

const countFaults = (storm: Storm) => {
  const { history, faults } = storm
  const slow = Map.groupBy(storm.slow.filter(isMachines(storm)), ({ out_order_no }) => out_order_no)
  return ({ plan: { out_order_no } }: Truth): number =>
    faults.ofOrder(out_order_no) +
    callsOf(history, out_order_no).filter(({ fault }) => fault).length +
    (slow.get(out_order_no)?.length ?? 0)
}

const callsOf = (history: Storm['history'], out_order_no: string) => [
  ...history.posts(out_order_no),
  ...history.queries(out_order_no),
]

/**
 * A call that was slower than its time limit because the machine was busy. If a fault made it slow, it is already
 * counted.
 */
const isMachines =
  ({ history }: Storm) =>
  ({ out_order_no, start, end }: Slow): boolean =>
    !callsOf(history, out_order_no).some((call) => call.fault && call.start < end && call.end > start)

const tooMany = (truth: Truth, what: string, extra: number, faults: number): string | undefined =>
  extra > faults ? `${nameOf(truth)}: ${extra} extra ${what}, ${faults} faults of its own` : undefined

const EXCUSED = new Set(['UnavailableError', 'Runtime.ExitError', 'Sandbox.Timedout'])

const needlessLetter = ({ responsePayload }: Storm['deadLetters'][number]): string | undefined => {
  const { errorType } = responsePayload as { readonly errorType: string }
  return EXCUSED.has(errorType) ? undefined : JSON.stringify(responsePayload).slice(0, 300)
}
