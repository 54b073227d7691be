import { readFileSync } from 'node:fs'
import { EQUIVALENT } from './equivalent.ts'

/** What of Stryker's report is read here. */
type Report = {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
  readonly testFiles?: Readonly<Record<string, { readonly tests: readonly unknown[] }>>
}
type Place = { readonly line: number; readonly column: number }
type Mutant = {
  readonly status: string
  readonly mutatorName: string
  readonly replacement?: string
  readonly location: { readonly start: Place; readonly end: Place }
  readonly testsCompleted?: number
}

export type Survivor = {
  readonly file: string
  readonly line: number
  readonly lineText: string
  readonly mutator: string
  readonly code: string
  readonly into: string
}

export type Figures = {
  readonly mutants: number
  readonly killed: number
  readonly equivalent: number
  readonly survivors: readonly Survivor[]
  /** How many tests ran for a mutant, on the average. */
  readonly testsPerMutant: number
}

/** Noticed: a test failed, or none came to its end. */
const NOTICED = new Set(['Killed', 'Timeout'])
/** No program at all. */
const NOT_A_PROGRAM = new Set(['CompileError', 'RuntimeError', 'Ignored'])

/** Throws when the report has no mutants or no tests: nothing was tested then. */
export const readReport = (path: string): Figures => {
  const { files, testFiles = {} } = JSON.parse(readFileSync(path, 'utf8')) as Report
  const all = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(({ status }) => !NOT_A_PROGRAM.has(status)).map((mutant) => ({ file, source, mutant })),
  )
  const tests = Object.values(testFiles).reduce((sum, one) => sum + one.tests.length, 0)
  if (all.length === 0 || tests === 0) throw new Error(`nothing was tested: ${all.length} mutants, ${tests} tests`)

  const noticed = all.filter(({ mutant }) => NOTICED.has(mutant.status))
  const left = all.filter(({ mutant }) => !NOTICED.has(mutant.status)).map(survivorOf)
  const survivors = left.filter((one) => !EQUIVALENT.some((known) => isSame(known, one)))
  return {
    mutants: all.length,
    killed: noticed.length,
    equivalent: left.length - survivors.length,
    survivors,
    testsPerMutant: all.reduce((sum, { mutant }) => sum + (mutant.testsCompleted ?? 0), 0) / all.length,
  }
}

const survivorOf = ({ file, source, mutant }: { file: string; source: string; mutant: Mutant }): Survivor => ({
  file,
  line: mutant.location.start.line,
  lineText: source.split('\n')[mutant.location.start.line - 1] ?? '',
  mutator: mutant.mutatorName,
  code: textAt(source, mutant.location),
  into: mutant.replacement ?? '',
})

const textAt = (source: string, { start, end }: Mutant['location']): string => {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  return lines
    .map((line, i) => line.slice(i === 0 ? start.column - 1 : 0, i === last ? end.column - 1 : undefined))
    .join('\n')
}

const isSame = (known: (typeof EQUIVALENT)[number], one: Survivor): boolean =>
  (one.file === known.file || (!known.file.endsWith('.ts') && one.file.startsWith(known.file))) &&
  known.mutator === one.mutator &&
  known.code === one.code &&
  known.into === one.into &&
  one.lineText.includes(known.line ?? '')
