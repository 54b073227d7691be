import { runWhole } from '../child.ts'
import { node } from '../programs.ts'
import type { Line, Setting } from './contest.ts'

/**
 * A small heap: V8 keeps the room that it once took, and how much that is depends on how fast the answers come here.
 * What stays resident is then what is held.
 */
const HEAP = ['--max-semi-space-size=2', '--max-old-space-size=64']

/** One process that dispatches `rows` orders: CPU of each, and memory at the end against a tenth of the way. */
export const reconcile = async ({ outside, programs }: Setting, rows: number): Promise<readonly Line[]> => {
  await outside.counts()
  const command = [...node('whole', programs.reconcile, HEAP), '1']
  const { cpuMs, printed } = await runWhole(command, { ...outside.env, BENCH_ROWS: String(rows) }, 'pipe')
  const { put = 0 } = await outside.counts()
  if (put !== rows / 10) throw new Error(`void: ${rows} orders take ${rows / 10} requests to the bus, not ${put}`)
  const { tenth, end } = JSON.parse(printed)
  const once = (value: number) => ({ median: value, q1: value, q3: value })
  const mb = (bytes: number) => once(bytes / 1e6)
  const perOrder = once((cpuMs * 1000) / rows)
  return [
    {
      what: `reconcile: memory after ${rows} orders / after a tenth of them`,
      unit: 'MB',
      ours: mb(end),
      other: mb(tenth),
      ratio: once(end / tenth),
      rounds: [end / tenth],
      atMost: 1.1,
    },
    {
      what: 'reconcile: CPU of an order',
      unit: 'us',
      ours: perOrder,
      other: once(Number.NaN),
      ratio: once(Number.NaN),
      rounds: [],
    },
  ]
}
