// What proves by long runs: npm run prove -- NAME [OPTIONS]; without a name it lists them.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PROOFS } from './proofs.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const [name = '', ...options] = process.argv.slice(2)
const proof = Object.hasOwn(PROOFS, name) ? PROOFS[name] : undefined
if (proof) {
  if (proof.built)
    execFileSync('npm', ['run', '--silent', 'package'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
  if (name === 'bench')
    execFileSync('npm', ['ci', '--prefix', 'test/proof/bench', '--silent', '--no-audit', '--no-fund'], { cwd: ROOT })
  const { node = [], command } = proof
  process.exitCode =
    spawnSync(process.execPath, [...node, ...command, ...options], { cwd: ROOT, stdio: 'inherit' }).status ?? 1
} else {
  for (const [each, { proves, takes, when }] of Object.entries(PROOFS))
    console.log(`${each.padEnd(14)} ${proves}\n${' '.repeat(15)}${takes}; run it at ${when}`)
  if (name !== '') console.error(`\nno proof is called ${name}`)
  process.exitCode = name === '' ? 0 : 2
}
