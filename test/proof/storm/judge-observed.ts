import { keyOf, nameOf, wrongCharge } from './expected-end.ts'
import type { Promised, Verdict } from './judge.ts'
import { faultTotals } from './judge.ts'
import type { Storm } from './run-storm.ts'
import type { Truth } from './story.ts'

/** Checks a storm in observe mode: queries are sent, and nothing is changed at WeChat Pay. */
export const judgeObserved = (storm: Storm): Verdict => {
  const truths = [...storm.truths.values()]
  const healthy = truths.filter(({ plan }) => !plan.merchant.isBroken)
  const rowOf = (truth: Truth) => storm.rows.get(keyOf(truth))
  const posts = storm.history.calls.filter(({ kind }) => kind === 'sync')
  const overlaps = storm.history.overlaps()
  const findings = (list: readonly (string | undefined)[]): readonly string[] =>
    list.filter((finding) => finding !== undefined)

  const promises: readonly Promised[] = [
    { promise: 'no sync is sent', broken: posts.map(({ out_order_no, start }) => `${out_order_no} at ${start}`) },
    {
      promise: 'no notice is lost: each has a row',
      broken: findings(truths.map((truth) => (rowOf(truth) ? undefined : `${nameOf(truth)} has no row`))),
    },
    {
      promise: 'what waits for payment is held for a person, and asked about again',
      broken: findings(
        healthy.map((truth) => {
          if (truth.order?.state !== 'finished' || truth.charge) return undefined
          const row = rowOf(truth)
          const isHeld = row?.state === 'HELD' && row.reason === 'observe_only' && storm.indexed.has(keyOf(truth))
          return isHeld ? undefined : `${nameOf(truth)}: ${row?.state} ${row?.reason}`
        }),
      ),
    },
    {
      promise: 'every double charge is found and named, and no other is reported',
      broken: findings(healthy.map((truth) => wrongCharge(truth, rowOf(truth), storm))),
    },
    {
      promise: 'no two calls for one order were out at once',
      broken: overlaps.map(([a, b]) => `${a.out_order_no}: ${a.kind} at ${a.start} and ${b.kind} at ${b.start}`),
    },
  ]
  return {
    promises,
    figures: {
      'orders of healthy merchants': healthy.length,
      'notices handed over': storm.till.figures.http + storm.till.figures.event,
      'faults injected': Object.values(faultTotals(storm)).reduce((sum, count) => sum + count, 0),
      'syncs sent': posts.length,
      'queries sent': storm.history.calls.length - posts.length,
      'orders held': [...storm.rows.values()].filter(({ state }) => state === 'HELD').length,
      'double charges injected': healthy.filter(({ charge }) => charge).length,
      'double charges found': healthy.filter((truth) => rowOf(truth)?.state === 'DOUBLE_CHARGED').length,
    },
  }
}
