import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Row, STEPS } from './row.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The file that a row means: its `file`, or the one whose path begins so and that holds the code. Undefined for none. */
export const guardedFile = ({ file, code }: Row, root = ROOT): string | undefined => {
  if (/\.\w+$/.test(file)) return countIn(readFileSync(`${root}${file}`, 'utf8'), code) === 1 ? file : undefined
  const folder = file.slice(0, file.lastIndexOf('/'))
  const holders = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((path) => path.startsWith(file) && path.endsWith('.ts'))
    .filter((path) => countIn(readFileSync(`${root}${path}`, 'utf8'), code) > 0)
  const [only] = holders
  return holders.length === 1 && only && countIn(readFileSync(`${root}${only}`, 'utf8'), code) === 1 ? only : undefined
}

const countIn = (text: string, part: string): number => text.split(part).length - 1

/** What is wrong with the table: a guard or a test that is not there, a step without a fault, a test without a row. */
export const wrongRows = (rows: readonly Row[]): readonly string[] => [
  ...STEPS.filter((step) => rows.every((row) => row.step !== step)).map((step) => `${step}: has no fault`),
  ...rows.flatMap((row) => [
    ...(guardedFile(row) ? [] : [`${nameOf(row)}: the guard does not stand once in ${row.file}`]),
    ...(titlesOf(row.test[0]).includes(row.test[1])
      ? []
      : [`${nameOf(row)}: no test "${row.test[1]}" in ${row.test[0]}`]),
  ]),
  ...ownTests()
    .filter(({ file, title }) => !rows.some(({ test }) => test[0] === file && test[1] === title))
    .map(({ file, title }) => `${file}: "${title}" is the test of no row`),
]

export const nameOf = ({ step, fault }: Row): string => `${step}: ${fault}`

/** Titles of a file's tests as they are written. */
const titlesOf = (file: string): readonly string[] => {
  const source = readOrNothing(`${ROOT}test/${file}`)
  return [...source.matchAll(/(['"`])((?:\\.|(?!\1).)+)\1/g)].map(([, , title = '']) => title.replaceAll('\\', ''))
}

const readOrNothing = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The tests of this folder, but for the one of the table itself. */
const ownTests = () =>
  readdirSync(`${ROOT}test/proof/faults`)
    .filter((name) => name.endsWith('.test.ts') && name !== 'rows.test.ts')
    .flatMap((name) =>
      [
        ...readFileSync(`${ROOT}test/proof/faults/${name}`, 'utf8').matchAll(
          /^ *it(?:\.each\([\s\S]*?\))?\(\s*(['"])(.+?)\1,/gm,
        ),
      ].map(([, , title = '']) => ({ file: `faults/${name}`, title })),
    )
