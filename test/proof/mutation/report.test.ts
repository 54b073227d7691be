import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { EQUIVALENT } from './equivalent.ts'
import { readReport } from './report.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'mutation-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SOURCE = 'const answer = true\nconst other = false\n'

const mutant = (status: string, line = 1, testsCompleted = 2) => ({
  status,
  mutatorName: 'BooleanLiteral',
  replacement: 'false',
  location: { start: { line, column: 16 }, end: { line, column: 20 } },
  testsCompleted,
})

const reportOf = (mutants: readonly object[], tests: readonly object[] = [{}]) => {
  const path = join(folder, 'report.json')
  const files = { 'lib/x.ts': { source: SOURCE, mutants } }
  writeFileSync(path, JSON.stringify({ files, testFiles: { 'x.test.ts': { tests } } }))
  return readReport(path)
}

describe('a report of mutants', () => {
  it('counts what was noticed, and names what was not', () => {
    const figures = reportOf([mutant('Killed'), mutant('Timeout'), mutant('Survived'), mutant('NoCoverage', 1, 0)])

    expect(figures).toMatchObject({ mutants: 4, killed: 2, equivalent: 0, testsPerMutant: 1.5 })
    expect(figures.survivors[0]).toStrictEqual({
      file: 'lib/x.ts',
      line: 1,
      lineText: 'const answer = true',
      mutator: 'BooleanLiteral',
      code: 'true',
      into: 'false',
    })
  })

  it('leaves out what is no program', () => {
    expect(reportOf([mutant('Killed'), mutant('CompileError'), mutant('Ignored')])).toMatchObject({ mutants: 1 })
  })

  it('is refused when nothing was tested', () => {
    expect(() => reportOf([])).toThrow('nothing was tested: 0 mutants, 1 tests')
    expect(() => reportOf([mutant('Survived')], [])).toThrow('nothing was tested: 1 mutants, 0 tests')
  })
})

it.each(EQUIVALENT)('$file still has the line of the equivalent mutant $code', ({ file, code, line = '' }) => {
  const files = globSync(file.endsWith('.ts') ? file : [`${file}*.ts`, `${file}/**/*.ts`], { cwd: ROOT })
  const lines = files.flatMap((path) => readFileSync(`${ROOT}${path}`, 'utf8').split('\n'))

  expect(lines.filter((one) => one.includes(code) && one.includes(line))).not.toEqual([])
})
