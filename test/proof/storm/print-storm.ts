import { faultTotals, type Verdict } from './judge.ts'
import type { Storm } from './run-storm.ts'

const MOST_FINDINGS = 10

const line = (label: string, value: string | number): string => `  ${label.padEnd(44)} ${String(value).padStart(10)}`

/** The result of a run as a table for people. */
export const stormTable = (storm: Storm, { promises, figures }: Verdict): string => {
  const totals = faultTotals(storm)
  const faults = [
    ...storm.faults.table().map(({ what, looked, faults: kinds }) => [what, looked, kinds] as const),
    ['WeChat Pay', storm.history.calls.length, kindsOf(storm.history.calls.map(({ fault }) => fault))] as const,
    ['Secrets Manager', storm.secretCalls.length, kindsOf(storm.secretCalls.map(secretFault))] as const,
  ]
  return [
    '',
    ...Object.entries(figures).map(([label, value]) => line(label, value)),
    '',
    'invocations',
    ...[...storm.invocations].map(([name, count]) => line(name, count)),
    'answers to HTTP notices',
    ...[...storm.till.statuses].sort(([a], [b]) => a - b).map(([status, count]) => line(String(status), count)),
    'rows by state',
    ...Object.entries(kindsOf([...storm.rows.values()].map((row) => rowKind(row)))).map(([state, count]) =>
      line(state, count),
    ),
    'outcome events',
    ...[...storm.outcomes.counts].map(([type, count]) => line(type, count)),
    'faults (of all I/O there)',
    ...faults.map(([what, looked, kinds]) => {
      const struck = totals[what] ?? 0
      const named = Object.entries(kinds).map(([kind, count]) => `${kind} ${count}`)
      return `${line(what, `${struck} of ${looked}`)}  ${((100 * struck) / looked).toFixed(1)} %: ${named.join(', ')}`
    }),
    '',
    `${Math.round(storm.realMs / 1000)} s for ${Math.round(storm.worldMs / 3_600_000)} hours of the world's clock`,
    '',
    ...promises.flatMap(({ promise, broken }) => [
      `${broken.length === 0 ? 'kept  ' : 'BROKEN'} ${promise}${broken.length === 0 ? '' : `: ${broken.length}`}`,
      ...broken.slice(0, MOST_FINDINGS).map((finding) => `         ${finding}`),
    ]),
  ].join('\n')
}

const kindsOf = (kinds: readonly (string | undefined)[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const kind of kinds) if (kind) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const rowKind = ({ state, reason, proof }: Readonly<Record<string, unknown>>): string => {
  if (state === 'SYNCED') return proof ? 'SYNCED, confirmed' : 'SYNCED, unconfirmed'
  return reason ? `${state} ${reason}` : String(state)
}

const secretFault = ({ error, status }: Storm['secretCalls'][number]): string | undefined =>
  error || (status === 0 ? 'no answer' : undefined)
