// npm run prove -- bench: every ratio of the table in one run, from whole processes that are measured from outside.
// --cold N, --warm N: rounds. --rows N: orders for reconcile. --draft: nothing is written.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { chart } from './chart.ts'
import { cold } from './contests/cold.ts'
import type { Line } from './contests/contest.ts'
import { ill } from './contests/ill.ts'
import { reconcile } from './contests/reconcile.ts'
import { small } from './contests/small.ts'
import { warm } from './contests/warm.ts'
import { startOutside } from './outside.ts'
import { buildPrograms } from './programs.ts'
import { hasFailed, table } from './report.ts'

const { values } = parseArgs({
  options: {
    cold: { type: 'string', default: '15' },
    warm: { type: 'string', default: '15' },
    rows: { type: 'string', default: '1000000' },
    draft: { type: 'boolean', default: false },
  },
})
const say = (words: string) => process.stdout.write(`${words}\n`)

const outside = await startOutside()
const programs = await buildPrograms()
const setting = { outside, programs }
const lines: Line[] = []
const add = (more: readonly Line[]): void => {
  say(`${table(more)}\n`)
  lines.push(...more)
}
const skipped: string[] = []
try {
  say(`cold: ${values.cold} rounds`)
  add(await cold(setting, wholeNumber('--cold', values.cold)))
  say(`at 512 MB: ${values.cold} rounds`)
  const waited = await small(setting, wholeNumber('--cold', values.cold))
  if (typeof waited === 'string') skipped.push(`at 512 MB: ${waited}`)
  else add(waited)
  say('init with something wrong: 3 rounds')
  add(await ill(setting, 3))
  say(`warm: ${values.warm} rounds`)
  if (!programs.go) skipped.push('the official Go SDK: Go is not installed')
  add(await warm(setting, wholeNumber('--warm', values.warm)))
  say(`reconcile: ${values.rows} orders`)
  add(await reconcile(setting, wholeNumber('--rows', values.rows)))
} finally {
  outside.close()
  programs.remove()
}

const instead = programs.instead.map(({ words, bytes }) => ({ what: words, gzipBytes: bytes }))
const bundle = { gzipBytes: programs.gzipBytes, atMost: 45 * 1024, aim: 40 * 1024 }
const written = {
  load: loadavg().map((load) => Math.round(load * 10) / 10),
  node: process.version,
  processors: `${cpus().length} x ${cpus()[0]?.model}`,
  rounds: { cold: wholeNumber('--cold', values.cold), warm: wholeNumber('--warm', values.warm) },
  bundle,
  instead,
  skipped,
  lines,
}
say(`\nbundle of sync, gzip: ${bundle.gzipBytes} bytes of at most ${bundle.atMost}, aim ${bundle.aim}`)
for (const { what, gzipBytes } of instead) say(`${what}, gzip: ${gzipBytes} bytes`)
for (const what of skipped) say(`skipped: ${what}`)
if (!values.draft) {
  const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  writeFileSync(at('bench.json'), JSON.stringify(written))
  writeFileSync(at('bench.svg'), chart(lines))
  execFileSync('npx', ['biome', 'format', '--write', at('bench.json')], { stdio: 'ignore' })
}
process.exitCode = !lines.some(hasFailed) && bundle.gzipBytes <= bundle.atMost ? 0 : 1
