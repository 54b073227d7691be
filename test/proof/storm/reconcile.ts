// Reconcile over a million due rows, of one merchant and of a thousand: node test/proof/storm/reconcile.ts
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { runReconcile } from './run-reconcile.ts'

/** A small heap: V8 uses all memory that it may, and with this limit a leak would soon end the process. */
const HEAP = ['--max-semi-space-size=2', '--max-old-space-size=64']
const MOST_GROWTH = 1.1
const MOST_PER_SECOND = 20

const say = (text: string) => process.stdout.write(`${text}\n`)

const measure = async (merchants: number, rowsEach: number): Promise<boolean> => {
  say(`${merchants} merchants with ${rowsEach} due rows each`)
  const load = await runReconcile(merchants, rowsEach, say)
  const { rows, runs, ordersPerSecond, cpuMicrosPerOrder, rssAtTenth, rssAtEnd, mostPerSecond } = load
  const growth = rssAtEnd / rssAtTenth
  const isFlat = growth <= MOST_GROWTH
  const isPaced = mostPerSecond <= MOST_PER_SECOND
  say(`  ${rows} orders in ${runs} runs`)
  say(`  ${Math.round(ordersPerSecond)} orders a second, ${cpuMicrosPerOrder.toFixed(1)} us of CPU each`)
  say(
    `  at most resident ${inMb(rssAtTenth)} by a tenth, ${inMb(rssAtEnd)} by the end: ${growth.toFixed(2)} ${kept(isFlat)}`,
  )
  say(`  dispatches of one merchant within a second, at most: ${mostPerSecond} ${kept(isPaced)}`)
  return isFlat && isPaced
}

const inMb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
const kept = (isKept: boolean): string => (isKept ? 'kept' : 'BROKEN')

/** Runs each load in its own process. */
const measureApart = (merchants: number, rowsEach: number): boolean => {
  const args = [...HEAP, import.meta.filename, '--merchants', String(merchants), '--each', String(rowsEach)]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    merchants: { type: 'string' },
    each: { type: 'string', default: '1000' },
  },
})

const rows = wholeNumber('--rows', values.rows)
const areKept = values.merchants
  ? [await measure(wholeNumber('--merchants', values.merchants), wholeNumber('--each', values.each))]
  : [measureApart(1, rows), measureApart(1_000, Math.ceil(rows / 1_000))]
process.exitCode = areKept.every(Boolean) ? 0 : 1
