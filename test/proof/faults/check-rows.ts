import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Row, STEPS } from './row.ts'
import { hasGuard } from './ways-without.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** What is wrong with the table: a guard or a test that is not there, a step without a fault, a test without a row. */
export const wrongRows = async (rows: readonly Row[]): Promise<readonly string[]> => [
  ...STEPS.filter((step) => rows.every((row) => row.step !== step)).map((step) => `${step}: has no fault`),
  ...(await Promise.all(rows.map(wrongGuard))).flat(),
  ...rows
    .filter(({ test: [file, title] }) => !titlesOf(file).includes(title))
    .map((row) => `${nameOf(row)}: no test "${row.test[1]}" in ${row.test[0]}`),
  ...ownTests()
    .filter(({ file, title }) => !rows.some(({ test }) => test[0] === file && test[1] === title))
    .map(({ file, title }) => `${file}: "${title}" is the test of no row`),
]

const wrongGuard = async (row: Row): Promise<readonly string[]> =>
  (await hasGuard(row, ROOT)) ? [] : [`${nameOf(row)}: there is no ${row.guard}`]

export const nameOf = ({ step, fault }: Row): string => `${step}: ${fault}`

/** Titles of a file's tests as they are written. */
const titlesOf = (file: string): readonly string[] => {
  const path = `${ROOT}test/${file}`
  const source = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return [...source.matchAll(/(['"`])((?:\\.|(?!\1).)+)\1/g)].map(([, , title = '']) => title.replaceAll('\\', ''))
}

/** The tests of this folder, but for the one of the table itself and that of the changes. */
const ownTests = () =>
  readdirSync(`${ROOT}test/proof/faults`)
    .filter((name) => name.endsWith('.test.ts') && name !== 'rows.test.ts' && name !== 'mutants.test.ts')
    .flatMap((name) =>
      [
        ...readFileSync(`${ROOT}test/proof/faults/${name}`, 'utf8').matchAll(
          /^ *it(?:\.each\([\s\S]*?\))?\(\s*(['"])(.+?)\1,/gm,
        ),
      ].map(([, , title = '']) => ({ file: `proof/faults/${name}`, title })),
    )
