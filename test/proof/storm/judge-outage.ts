import type { Promised } from './judge.ts'
import type { Outage } from './run-outage.ts'
import type { Waits } from './waits.ts'

const MINUTE = 60_000

/** Checks what is promised for the time after an outage of a day. */
export const judgeOutage = (outage: Outage): readonly Promised[] => {
  const { orders, synced, confirmed, mostPerSecond, healthyWaits, calls } = outage
  const within = (waits: Waits, minutes: number): readonly string[] => [
    ...(waits.count() === orders ? [] : [`${waits.count()} of ${orders}`]),
    ...(waits.most() <= minutes * MINUTE ? [] : [`the last one after ${inMinutes(waits.most())}`]),
  ]
  const isAtMost = (name: string, value: number, most: number): readonly string[] =>
    value <= most ? [] : [`${name}: ${value}`]
  return [
    { promise: 'all are synced within 75 minutes after the outage', broken: within(synced, 75) },
    { promise: 'all are confirmed within 90 minutes after the outage', broken: within(confirmed, 90) },
    {
      promise: 'at most 20 dispatches a second and merchant',
      broken: isAtMost('dispatches within a second', mostPerSecond, 20),
    },
    {
      promise: 'a healthy merchant waits as long as ever: 60 s at most, at p99',
      broken: Object.entries(healthyWaits).flatMap(([when, waits]) => isAtMost(when, waits.percentile(0.99), MINUTE)),
    },
    { promise: 'no two calls for one order are out at once', broken: isAtMost('overlaps', calls.overlaps, 0) },
  ]
}

const inMinutes = (ms: number): string => `${(ms / MINUTE).toFixed(1)} min`
const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const distribution = (waits: Waits, shown: (ms: number) => string): string =>
  [['p50', waits.percentile(0.5)] as const, ['p99', waits.percentile(0.99)] as const, ['most', waits.most()] as const]
    .map(([name, ms]) => `${name} ${shown(ms)}`)
    .join(', ')

const line = (label: string, value: string | number): string => `  ${label.padEnd(44)} ${value}`

export const outageTable = (outage: Outage, promises: readonly Promised[]): string =>
  [
    '',
    line('orders of the three merchants', outage.orders),
    line('synced, from the end of the outage', distribution(outage.synced, inMinutes)),
    line('confirmed, from the end of the outage', distribution(outage.confirmed, inMinutes)),
    line('rows due at its end', `${outage.backlog.rows}, the oldest for ${inSeconds(outage.backlog.lagMs)}`),
    line('dispatches by reconcile', outage.dispatched),
    line('of one merchant within a second, at most', outage.mostPerSecond),
    ...Object.entries(outage.healthyWaits).map(([when, waits]) =>
      line(`healthy merchant, due to claimed, ${when}`, `${distribution(waits, inSeconds)} (${waits.count()} claims)`),
    ),
    line('calls that failed', outage.calls.failed),
    line('calls that WeChat Pay answered', outage.calls.answered),
    line('syncs that it took', outage.calls.applied),
    line('real time', inSeconds(outage.realMs)),
    '',
    ...promises.flatMap(({ promise, broken }) => [
      `${broken.length === 0 ? 'kept  ' : 'BROKEN'} ${promise}`,
      ...broken.map((finding) => `         ${finding}`),
    ]),
  ].join('\n')
