import type { Storm } from '../bundles/world.ts'
import type { Figures } from '../scenario.ts'
import { extraTotal, faultTotal, faultTotals, slowByMachine } from './counts.ts'

export const stormFigures = (storm: Storm): Figures => {
  const { all, healthy, broken } = storm.cases
  const { calls } = storm.history
  const syncs = calls.filter(({ kind }) => kind === 'sync').length
  const { http, event, again } = storm.till.figures
  return {
    merchants: new Set(all.map(({ truth }) => truth.plan.merchant)).size,
    'orders of healthy merchants': healthy.length,
    'orders of a merchant that cannot be served': broken.length,
    'orders lost': all.filter(({ row }) => !row).length,
    'orders held': all.filter(({ row }) => row?.state === 'HELD').length,
    'notices handed over': http + event,
    'of them over HTTP': http,
    'of them by event': event,
    'handed over again after a 5xx': again,
    'calls that WeChat Pay saw': calls.length,
    'syncs sent': syncs,
    'queries sent': calls.length - syncs,
    'double charges injected': healthy.filter(({ truth }) => truth.charge).length,
    'double charges found': healthy.filter(({ row }) => row?.state === 'DOUBLE_CHARGED').length,
    'faults injected': faultTotal(storm),
    'of them by a machine too busy': slowByMachine(storm).length,
    'extra syncs': extraTotal(storm, 'syncs'),
    'extra queries': extraTotal(storm, 'queries'),
    'calls that overlapped': storm.history.overlaps().length,
    'dead letters, all redriven': storm.redriven,
    'events delivered twice at once': storm.sandboxes.twice,
    'sandboxes started': storm.coldStarts,
    'real time': `${Math.round(storm.realMs / 1000)} s`,
    'by the world’s clock': `${Math.round(storm.worldMs / 3_600_000)} hours`,
  }
}

export const stormDetails = (storm: Storm): Readonly<Record<string, Figures>> => {
  const totals = faultTotals(storm)
  const faults = [
    ...storm.faults.table().map(({ what, looked, faults: kinds }) => [what, looked, kinds] as const),
    ['WeChat Pay', storm.history.calls.length, countOf(storm.history.calls.map(({ fault }) => fault))] as const,
    ['Secrets Manager', storm.secretCalls.length, countOf(storm.secretCalls.map(secretFault))] as const,
  ]
  const shown = (struck: number, looked: number, kinds: Readonly<Record<string, number>>) =>
    `${struck} of ${looked}, ${((100 * struck) / looked).toFixed(1)} %: ${Object.entries(kinds)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`
  return {
    invocations: Object.fromEntries(storm.sandboxes.calls),
    'answers to HTTP notices': Object.fromEntries(storm.till.statuses),
    'rows by state': countOf([...storm.rows.values()].map(rowKind)),
    'outcome events': Object.fromEntries(storm.outcomes.counts),
    'faults (of all I/O there)': Object.fromEntries(
      faults.map(([what, looked, kinds]) => [what, shown(totals[what] ?? 0, looked, kinds)]),
    ),
  }
}

const countOf = (kinds: readonly (string | undefined)[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const kind of kinds) if (kind) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const rowKind = ({ state, reason, proved_at }: Readonly<Record<string, unknown>>): string => {
  if (state === undefined) return 'what is known of a merchant'
  if (state === 'SYNCED') return proved_at ? 'SYNCED, confirmed' : 'SYNCED, unconfirmed'
  return reason ? `${state} ${reason}` : String(state)
}

const secretFault = ({ error, status }: Storm['secretCalls'][number]): string | undefined =>
  error || (status === 0 ? 'no answer' : undefined)
