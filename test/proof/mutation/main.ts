// Lets Stryker alter the sources, one group after the other: in hours, but for what was found before and stayed as it was.
// --only GROUP,GROUP does those alone, --of core those that must be noticed whole, --of rest the others.
// --json FILE finds everything anew and writes the figures.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { countMutants } from './count.ts'
import { GROUPS, type Group } from './groups.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const { values } = parseArgs({
  options: { only: { type: 'string' }, of: { type: 'string' }, json: { type: 'string' } },
})

const measure = ({ name }: Group) => {
  const { status } = spawnSync(
    `${ROOT}node_modules/.bin/stryker`,
    ['run', 'test/proof/mutation/stryker.config.mjs', ...(values.json ? ['--force'] : [])],
    { cwd: ROOT, env: { ...process.env, MUTATION_GROUP: name }, stdio: 'inherit' },
  )
  const report = `${ROOT}.local/mutation/${name.replaceAll(' ', '-')}.json`
  return { isEnough: status === 0, ...countMutants(JSON.parse(readFileSync(report, 'utf8'))) }
}

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
if (values.json) writeFileSync(values.json, JSON.stringify(figures))
process.exitCode = results.every(({ isEnough }) => isEnough) ? 0 : 1
