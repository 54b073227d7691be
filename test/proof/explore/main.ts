import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BROKEN_VARIANTS } from './broken-variants.ts'
import { type Guard, watched, withoutGuards } from './guards.ts'
import { REDUNDANT_GUARDS, REQUIRED_GUARDS } from './required-guards.ts'
import type { Scenario } from './scenario.ts'
import { LARGE, SMALL } from './scenarios.ts'
import { explore, reportInWords } from './search.ts'
import { breakBy } from './variants.ts'

/**
 * Runs all explorations. The exit code is 1 if a result is not as expected. `small`: one fault, takes seconds.
 * Otherwise two faults, and also each redundant clause; takes minutes.
 */
const main = (isSmall: boolean, json: string | undefined): void => {
  const guards = new Set<Guard>()

  console.log('The real design, whatever happens in whatever order:')
  const sound = walk(isSmall ? SMALL : LARGE, guards)

  console.log('\nDesigns near to it, which must fail:')
  const survivors = BROKEN_VARIANTS.filter((variant) => {
    const report = breakBy(variant)
    console.log(`- ${variant.name} | ${reportInWords(report)}`)
    return !report.violation
  })

  console.log('\nThe real design without one clause, which must fail unless it is known why not:')
  const all = new Set<Guard>([...guards, ...Object.keys(REQUIRED_GUARDS), ...Object.keys(REDUNDANT_GUARDS)])
  const unexpected = [...all].sort().filter((guard) => {
    const isMet = guards.has(guard)
    if (!isMet) console.log(`- ${guard} | is asked for nowhere`)
    return !isMet || !isAsExpected(guard, isSmall)
  })

  const isRight = sound.violations === 0 && survivors.length === 0 && unexpected.length === 0
  console.log(isRight ? '\nAll is as it should be.' : '\nSomething is wrong: see above.')
  if (json)
    writeFileSync(
      json,
      JSON.stringify({
        'explored states': sound.states,
        violations: sound.violations,
        'designs that must fail, and do': BROKEN_VARIANTS.length - survivors.length,
        'clauses looked at': all.size,
      }),
    )
  process.exitCode = isRight ? 0 : 1
}

const walk = (scenarios: readonly Scenario[], guards: Set<Guard>) => {
  const reports = scenarios.map((scenario) => {
    const report = explore(scenario, { design: watched(guards) })
    console.log(`- ${reportInWords(report)}`)
    return report
  })
  const states = reports.reduce((sum, report) => sum + report.states, 0)
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0)
  const broken = reports.filter(({ violation }) => violation).length
  console.log(`Together ${states} states, ${seconds.toFixed(1)} s of the processor, ${broken} violations.`)
  return { states, violations: broken }
}

const isAsExpected = (guard: Guard, isSmall: boolean): boolean => {
  const failure = REQUIRED_GUARDS[guard]
  for (const tried of failure ? [failure.scenario] : isSmall ? [] : SMALL) {
    const report = explore(tried, { design: withoutGuards([guard]), isWhole: false })
    if (!report.violation) continue
    console.log(`- ${guard} | ${reportInWords(report)}`)
    const isExpected = report.violation.broken === failure?.broken
    if (failure && !isExpected) console.log(`    not, as is said of it: ${failure.broken}`)
    return isExpected
  }
  console.log(`- ${guard} | ${REDUNDANT_GUARDS[guard] ?? 'nothing is broken, and nobody knows why'}`)
  return REDUNDANT_GUARDS[guard] !== undefined
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
main(positionals[0] === 'small', values.json)
