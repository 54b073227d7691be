import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guardedFile } from './check-rows.ts'
import type { Row } from './row.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** What became of a row: its test passes as things are, and fails without the guard. */
export type Shown = { readonly row: Row; readonly passes: boolean; readonly fails: boolean; readonly seconds: number }

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

  /** The tests of these rows, which are of one file, as things are. */
  const passing = async (rows: readonly Row[]): Promise<Run> => runTests(copy, rows)

  const failing = async (row: Row): Promise<Run> => {
    const file = guardedFile(row, `${copy}/`)
    if (!file) throw new Error(`no guard in ${row.file}`)
    const path = join(copy, file)
    const right = readFileSync(path, 'utf8')
    try {
      writeFileSync(
        path,
        right.replace(row.code, () => row.without),
      )
      make(row.needs)
      return await runTests(copy, [row])
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
export const patternOf = (title: string): string =>
  title
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/%(?:\d+\\\$)?[sijdof#]|\\\$\\\{.*?\\\}|\\\$[a-zA-Z]\w*(?:\\\.\w+)*/g, '.*')

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
