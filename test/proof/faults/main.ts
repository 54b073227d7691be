// Shows for each fault of docs/faults.md that its test fails when the guard is taken away; in minutes.
// --write makes docs/faults.md anew; --only TEXT does those rows alone; --json FILE writes the figures.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { nameOf, wrongRows } from './check-rows.ts'
import { placeOf, type Row, TEMPLATE } from './row.ts'
import { ROWS } from './rows.ts'
import { faultsTable } from './table.ts'
import { copySources } from './without-guards.ts'

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' } },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

/** What became of a row: its test passes as things are, and with this change of its guard it fails. */
type Shown = { readonly row: Row; readonly passes: boolean; readonly without: string | undefined }

const isGreen = ({ passes, without }: Shown): boolean => passes && without !== undefined

const sayHow = (shown: Shown, seconds: number) => {
  const { row, passes, without } = shown
  const problem = passes ? '' : ' (its test does not pass as it is)'
  say(`${isGreen(shown) ? 'green' : 'RED  '} ${nameOf(row)}${problem} | ${seconds.toFixed(1)} s | ${row.guard}`)
  say(`      ${without ?? 'its test fails with no change of the guard'}`)
}

const showAll = async (rows: readonly Row[]): Promise<readonly Shown[]> => {
  const copy = copySources()
  const shown: Shown[] = []
  try {
    for (const needs of ['template', 'bundle'] as const) copy.make(needs)
    /** What was made last with a guard missing. */
    const stale = new Set<Row['needs']>()
    // What is made with a guard missing comes last, so that no world stands on it.
    const inTurn = [undefined, 'bundle', 'template'].flatMap((needs) => rows.filter((row) => row.needs === needs))
    for (const ofFile of Map.groupBy(inTurn, ({ test, needs }) => `${test[0]} ${needs}`).values()) {
      const needs = ofFile[0]?.needs
      if (stale.delete(needs)) copy.make(needs)
      const passing = await copy.passing(ofFile)
      for (const row of ofFile) {
        const startedAt = performance.now()
        const isMade = placeOf(row).file === TEMPLATE
        if (isMade && stale.delete(needs)) copy.make(needs)
        shown.push({ row, passes: passing.includes(row), without: await copy.failing(row) })
        if (needs && !isMade) stale.add(needs)
        sayHow(shown.at(-1) as Shown, (performance.now() - startedAt) / 1000)
      }
    }
  } finally {
    copy.remove()
  }
  return shown
}

if (values.write) writeFileSync(new URL('../../../docs/faults.md', import.meta.url), faultsTable(ROWS))
const wrong = await wrongRows(ROWS)
for (const what of wrong) say(`WRONG ${what}`)
if (!values.write && wrong.length === 0) {
  const shown = await showAll(ROWS.filter((row) => nameOf(row).includes(values.only ?? '')))
  const green = shown.filter(isGreen).length
  say(`${green} of ${shown.length} faults have a test that passes, and fails without the guard`)
  if (values.json) writeFileSync(values.json, JSON.stringify({ faults: shown.length, 'shown able to fail': green }))
  process.exitCode = green === shown.length ? 0 : 1
} else process.exitCode = wrong.length > 0 ? 1 : 0
