// npm run explore: the ledger wherever two faults can happen, and three invocations at once. Takes minutes.
import { SCENARIO_NAMES, type ScenarioName, scenario } from './scenarios.ts'
import { explore } from './search.ts'

/** In these, two faults with all the rest go beyond what a machine holds: one fault, and more at once. */
const WIDE: readonly ScenarioName[] = ['persons who decide', 'long waits and a person', 'a person between two notices']

let states = 0
let violations = 0
for (const name of SCENARIO_NAMES) {
  const isWide = WIDE.includes(name)
  const report = explore(scenario(name, { faults: isWide ? 1 : 2, invocations: isWide ? 2 : 3 }))
  states += report.states
  if (report.violation) violations += 1
  console.log(
    `${name}, ${isWide ? 1 : 2} faults: ${report.states} states, ${report.moves} moves, ` +
      `${report.seconds.toFixed(1)} s, ${Math.round(report.megabytes)} MB: ${report.violation?.broken ?? 'nothing broken'}`,
  )
  for (const line of report.violation?.trace ?? []) console.log(`  ${line}`)
}
console.log(`together: ${states} states, ${violations} violations`)
process.exitCode = violations === 0 ? 0 : 1
