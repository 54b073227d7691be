import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { placeOf, type Row, TEMPLATE } from './row.ts'
import { waysWithout } from './ways-without.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** So many changes of one guard are tried. */
const MOST = 25

type Run = { readonly passed: readonly string[]; readonly failed: readonly string[] }

/** A copy of the sources in which guards are taken away, one at a time. */
export const copySources = () => {
  const copy = mkdtempSync(join(tmpdir(), 'faults-'))
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  for (const file of String(files).split('\0'))
    if (file !== '' && file !== 'node_modules' && existsSync(join(ROOT, file)))
      cpSync(join(ROOT, file), join(copy, file))
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const make = (needs: Row['needs']) => {
    if (needs === 'bundle') execFileSync(process.execPath, ['stack/build.mjs'], { cwd: copy, stdio: 'pipe' })
    if (needs === 'template')
      execFileSync(join(ROOT, 'node_modules/.bin/serverless'), ['package'], { cwd: copy, stdio: 'pipe' })
  }

  /** Which of these rows, which are of one file, have a test that passes as things are. */
  const passing = async (rows: readonly Row[]): Promise<readonly Row[]> => {
    const run = await runTests(copy, rows)
    return rows.filter((row) => run.passed.some(isTestOf(row)) && !run.failed.some(isTestOf(row)))
  }

  /** The first change of the guard with which the row's test fails. Undefined: none of those that are tried. */
  const failing = async (row: Row): Promise<string | undefined> => {
    const { file } = placeOf(row)
    for (const { text, what } of (await waysWithout(row, copy)).slice(0, MOST)) {
      const { failed } = await runWith(join(copy, file), text, row)
      if (failed.some(isTestOf(row))) return what
    }
    return undefined
  }

  const runWith = async (path: string, text: string, row: Row): Promise<Run> => {
    const right = readFileSync(path, 'utf8')
    writeFileSync(path, text)
    try {
      if (!path.endsWith(TEMPLATE)) make(row.needs)
      return await runTests(copy, [row])
    } catch {
      // What cannot be built is no program whose test could fail.
      return { passed: [], failed: [] }
    } finally {
      writeFileSync(path, right)
    }
  }

  return { make, passing, failing, remove: () => rmSync(copy, { recursive: true, force: true }) }
}

const TEST_MS = 120_000
/** Tests without a world take seconds, unless they wait for what does not come. */
const UNIT_TEST_MS = 15_000

const runTests = (cwd: string, rows: readonly Row[]): Promise<Run> => {
  const [first] = rows
  const report = join(cwd, 'report.json')
  rmSync(report, { force: true })
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    `test/${first?.test[0]}`,
    '--testNamePattern',
    rows.map(({ test }) => patternOf(test[1])).join('|'),
    ...['--reporter', 'json', '--outputFile', report],
    ...(first?.needs === 'bundle' ? [] : ['--testTimeout', String(UNIT_TEST_MS)]),
  ]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, timeout: TEST_MS, maxBuffer: 2 ** 28 }, () => resolve(readReport(report)))
  })
}

/** As vitest matches titles: what a table of cases fills in may be anything. */
const patternOf = (title: string): string =>
  title
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/%(?:\d+\\\$)?[sijdof#]|\\\$\\\{.*?\\\}|\\\$[a-zA-Z]\w*(?:\\\.\w+)*/g, '.*')

const isTestOf = (row: Row) => (title: string) => new RegExp(`^${patternOf(row.test[1])}$`, 's').test(title)

const readReport = (report: string): Run => {
  if (!existsSync(report)) return { passed: [], failed: [] }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const titles = (status: string) =>
    testResults
      .flatMap(({ assertionResults }) => assertionResults.filter((one) => one.status === status))
      .map((one) => one.title)
  return { passed: titles('passed'), failed: titles('failed') }
}

/** What of vitest's JSON report is read here. */
type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[]
  }[]
}
