// Shows for each fault of docs/faults.md that its test fails when the guard is taken away; in minutes.
// --write makes docs/faults.md anew; --only TEXT does those rows alone; --json FILE writes the figures.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { nameOf, wrongRows } from './check-rows.ts'
import type { Row } from './row.ts'
import { ROWS } from './rows.ts'
import { faultsTable } from './table.ts'
import { copySources, patternOf, type Shown } from './without-guards.ts'

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' } },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

const showAll = async (rows: readonly Row[]): Promise<readonly Shown[]> => {
  const copy = copySources()
  const shown: Shown[] = []
  try {
    for (const needs of ['template', 'bundle'] as const) copy.make(needs)
    /** What was made last with a guard missing. */
    const stale = new Set<Row['needs']>()
    // What is made with a guard missing comes last, so that no world stands on it.
    const inTurn = [undefined, 'bundle', 'template'].flatMap((needs) => rows.filter((row) => row.needs === needs))
    const files = [...new Set(inTurn.map(({ test, needs }) => `${test[0]}\n${needs ?? ''}`))]
    for (const file of files) {
      const ofFile = rows.filter(({ test, needs }) => file === `${test[0]}\n${needs ?? ''}`)
      const needs = ofFile[0]?.needs
      if (stale.delete(needs)) copy.make(needs)
      const asItIs = await copy.passing(ofFile)
      for (const row of ofFile) {
        const startedAt = performance.now()
        const isIts = (title: string) => new RegExp(`^${patternOf(row.test[1])}$`, 's').test(title)
        const passes = asItIs.passed.some(isIts) && !asItIs.failed.some(isIts)
        const fails = (await copy.failing(row)).failed.some(isIts)
        if (needs) stale.add(needs)
        const seconds = (performance.now() - startedAt) / 1000
        shown.push({ row, passes, fails, seconds })
        say(
          `${passes && fails ? 'green' : 'RED  '} ${nameOf(row)}${passes ? '' : ' (its test does not pass as it is)'}${fails ? '' : ' (its test does not fail without the guard)'} | ${row.test[0]} | ${seconds.toFixed(1)} s`,
        )
      }
    }
  } finally {
    copy.remove()
  }
  return shown
}

if (values.write) writeFileSync(new URL('../../../docs/faults.md', import.meta.url), faultsTable(ROWS))
const wrong = wrongRows(ROWS)
for (const what of wrong) say(`WRONG ${what}`)
if (!values.write && wrong.length === 0) {
  const shown = await showAll(ROWS.filter((row) => nameOf(row).includes(values.only ?? '')))
  const green = shown.filter(({ passes, fails }) => passes && fails).length
  say(`${green} of ${shown.length} faults have a test that passes, and fails without the guard`)
  if (values.json) writeFileSync(values.json, JSON.stringify({ faults: shown.length, 'shown able to fail': green }))
  process.exitCode = green === shown.length ? 0 : 1
} else process.exitCode = wrong.length > 0 ? 1 : 0
