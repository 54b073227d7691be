import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Piscina } from 'piscina'
import { BROKEN_VARIANTS } from './broken-variants.ts'
import type { Guard } from './guards.ts'
import { REDUNDANT_GUARDS, REQUIRED_GUARDS } from './required-guards.ts'
import type { Scenario } from './scenario.ts'
import { LARGE, SMALL } from './scenarios.ts'
import { reportInWords } from './search.ts'
import type { Done, Task } from './task.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const isSmall = positionals[0] === 'small'

const threads = new Piscina<Task, Done>({
  filename: new URL('task.ts', import.meta.url).href,
  minThreads: 1,
  maxThreads: availableParallelism(),
})

/** Explores as many at once as there are processors, and tells of each when it has ended. */
const each = async <T>(all: readonly T[], task: (one: T) => Task, tell: (one: T, done: Done) => void) => {
  await Promise.all(all.map(async (one) => tell(one, await threads.run(task(one)))))
}

/**
 * Runs all explorations. The exit code is 1 if a result is not as expected. `small`: one fault, takes seconds.
 * Otherwise two faults, and also each redundant clause; takes minutes.
 */
const main = async (): Promise<void> => {
  console.log('The real design, whatever happens in whatever order:')
  const sound = await walk(isSmall ? SMALL : LARGE)

  console.log('\nDesigns near to it, which must fail:')
  const survivors: string[] = []
  await each(
    BROKEN_VARIANTS,
    ({ name }) => ({ variant: name }),
    ({ name }, { report }) => {
      console.log(`- ${name} | ${report && reportInWords(report)}`)
      if (!report?.violation) survivors.push(name)
    },
  )

  console.log('\nThe real design without one clause, which must fail unless it is known why not:')
  const all = new Set<Guard>([...sound.guards, ...Object.keys(REQUIRED_GUARDS), ...Object.keys(REDUNDANT_GUARDS)])
  const unexpected: Guard[] = []
  await each(
    [...all].sort(),
    (guard) => ({ without: guard, tried: triedWithout(guard) }),
    (guard, done) => {
      if (!sound.guards.has(guard)) console.log(`- ${guard} | is asked for nowhere`)
      if (!sound.guards.has(guard) || !isAsExpected(guard, done)) unexpected.push(guard)
    },
  )

  const isRight = sound.violations === 0 && survivors.length === 0 && unexpected.length === 0
  console.log(isRight ? '\nAll is as it should be.' : '\nSomething is wrong: see above.')
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify({
        'explored states': sound.states,
        violations: sound.violations,
        'designs that must fail, and do': BROKEN_VARIANTS.length - survivors.length,
        'clauses looked at': all.size,
      }),
    )
  process.exitCode = isRight ? 0 : 1
}

const walk = async (scenarios: readonly Scenario[]) => {
  const guards = new Set<Guard>()
  let [states, seconds, violations] = [0, 0, 0]
  await each(
    scenarios,
    (scenario) => ({ walk: scenario }),
    (_, { report, guards: asked }) => {
      if (!report) throw new Error('an exploration gave no report')
      console.log(`- ${reportInWords(report)}`)
      for (const guard of asked) guards.add(guard)
      states += report.states
      seconds += report.seconds
      violations += report.violation ? 1 : 0
    },
  )
  console.log(`Together ${states} states, ${seconds.toFixed(1)} s of the processor, ${violations} violations.`)
  return { states, violations, guards }
}

/** A redundant clause can be told only by scenarios in which nothing breaks, which takes long. */
const triedWithout = (guard: Guard): readonly Scenario[] => {
  const failure = REQUIRED_GUARDS[guard]
  return failure ? [failure.scenario] : isSmall ? [] : SMALL
}

const isAsExpected = (guard: Guard, { report }: Done): boolean => {
  if (!report?.violation) {
    console.log(`- ${guard} | ${REDUNDANT_GUARDS[guard] ?? 'nothing is broken, and nobody knows why'}`)
    return REDUNDANT_GUARDS[guard] !== undefined
  }
  const expected = REQUIRED_GUARDS[guard]?.broken
  console.log(`- ${guard} | ${reportInWords(report)}`)
  const isExpected = report.violation.broken === expected
  if (!isExpected) console.log(`    not, as is said of it: ${expected ?? REDUNDANT_GUARDS[guard] ?? 'nothing yet'}`)
  return isExpected
}

await main()
await threads.destroy()
