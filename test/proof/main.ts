// Runs the measured checks, hours in all, and gathers their figures in proof.json; --only PART,PART does those alone.
// What follows -- goes to the check: --only storm -- --orders 2000. --show prints what was measured last.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { PARTS, type Part } from './parts.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PROVE = fileURLToPath(new URL('prove.ts', import.meta.url))
const PROOF = fileURLToPath(new URL('proof.json', import.meta.url))
const FIGURES = `${ROOT}.local/figures.json`

/** What a part measured, and on which commit. `dirty`: with changes that no commit has. */
type Proved = { readonly commit: string; readonly dirty?: true; readonly figures: Readonly<Record<string, number>> }
type Measured = Readonly<Record<string, Proved>>

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, show: { type: 'boolean' } },
})

const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()

const readProof = (): Measured => (existsSync(PROOF) ? JSON.parse(readFileSync(PROOF, 'utf8')) : {})

/** Undefined when the check failed, or said nothing. */
const prove = ({ name, proof = name, options = [], figures }: Part): Proved | undefined => {
  mkdirSync(`${ROOT}.local`, { recursive: true })
  rmSync(FIGURES, { force: true })
  const { status } = spawnSync(process.execPath, [PROVE, proof, ...options, '--json', FIGURES, ...positionals], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0 || !existsSync(FIGURES)) return undefined
  const measured = JSON.parse(readFileSync(FIGURES, 'utf8')) as Readonly<Record<string, number>>
  return {
    commit: git('rev-parse', '--short=12', 'HEAD'),
    ...(git('status', '--porcelain', '--untracked-files=no') !== '' && { dirty: true as const }),
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, words]) => [words.en, measured[name] ?? Number.NaN]),
    ),
  }
}

const table = (proof: Measured): string =>
  Object.entries(proof)
    .flatMap(([name, { commit, dirty, figures }]) => [
      `${name}, at ${commit}${dirty ? ' and changes' : ''}`,
      ...Object.entries(figures).map(
        ([words, figure]) => `  ${words.padEnd(46)} ${figure.toLocaleString('en').padStart(14)}`,
      ),
    ])
    .join('\n')

const failed: string[] = []
if (!values.show) {
  const wanted = values.only?.split(',') ?? PARTS.map(({ name }) => name)
  const unknown = wanted.filter((name) => !PARTS.some((part) => part.name === name))
  if (unknown.length > 0)
    throw new Error(`no such part: ${unknown.join()}; there are ${PARTS.map(({ name }) => name).join()}`)
  for (const part of PARTS.filter(({ name }) => wanted.includes(name))) {
    const proved = prove(part)
    if (!proved) {
      failed.push(part.name)
      continue
    }
    const merged = { ...readProof(), [part.name]: proved }
    const sorted = PARTS.flatMap(({ name }) => (merged[name] ? [[name, merged[name]] as const] : []))
    writeFileSync(PROOF, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
  }
}
process.stdout.write(`${table(readProof())}\n`)
for (const name of failed) process.stdout.write(`FAILED ${name}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
