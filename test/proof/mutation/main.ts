// Alters the sources one place at a time and shows which changes no unit test notices: in hours.
// --only GROUP,GROUP does those alone, --of core those that must be noticed whole, --of rest the others.
import { spawnSync } from 'node:child_process'
import { globSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GROUPS, type Group } from './groups.ts'
import { readReport } from './report.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const REPORT = `${ROOT}.local/mutation.json`
/** An older Stryker ran no test at all with this vitest, and every mutant survived or was called killed by nobody. */
const LEAST_TESTS_PER_MUTANT = 1

const { values } = parseArgs({
  options: { only: { type: 'string' }, of: { type: 'string' }, json: { type: 'string' } },
})
const say = (text: string) => process.stdout.write(`${text}\n`)

const measure = ({ name, mutate, tests, least }: Group) => {
  const files = mutate.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  rmSync(REPORT, { force: true })
  const { status } = spawnSync(
    process.execPath,
    [`${ROOT}node_modules/@stryker-mutator/core/bin/stryker.js`, 'run', '--mutate', files.join()],
    {
      cwd: ROOT,
      env: { ...process.env, MUTATION_TESTS: tests.join(' ') },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  if (status !== 0) throw new Error(`Stryker ended with ${status} for ${name}`)
  const { mutants, killed, equivalent, survivors, testsPerMutant } = readReport(REPORT)
  const percent = (100 * (killed + equivalent)) / mutants
  const isEnough = percent >= (least ?? 0) && testsPerMutant >= LEAST_TESTS_PER_MUTANT
  say(
    `${isEnough ? 'enough' : 'TOO FEW'} ${name}: ${killed} of ${mutants} noticed, ${equivalent} equivalent, ${survivors.length} survived: ` +
      `${percent.toFixed(1)} %, ${testsPerMutant.toFixed(1)} tests a mutant`,
  )
  for (const { file, line, mutator, code, into } of survivors)
    say(`  ${file}:${line} ${mutator}: ${oneLine(code)} -> ${oneLine(into)}`)
  return { mutants, killed, equivalent, survived: survivors.length, isEnough }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 100)

const wanted = values.only?.split(',')
const isOf = ({ least }: Group): boolean => values.of === undefined || (values.of === 'core') === (least !== undefined)
const groups = GROUPS.filter((group) => isOf(group) && (!wanted || wanted.includes(group.name)))
if (groups.length === 0) throw new Error(`no such group; there are ${GROUPS.map(({ name }) => name).join(', ')}`)
const results = groups.map(measure)

const sum = (of: 'mutants' | 'killed' | 'equivalent' | 'survived') =>
  results.reduce((total, result) => total + result[of], 0)
const figures = {
  mutants: sum('mutants'),
  killed: sum('killed'),
  equivalent: sum('equivalent'),
  survived: sum('survived'),
}
say(`${figures.killed} of ${figures.mutants} noticed, ${figures.equivalent} equivalent, ${figures.survived} survived`)
if (values.json) writeFileSync(values.json, JSON.stringify(figures))
process.exitCode = results.every(({ isEnough }) => isEnough) ? 0 : 1
