// npm run prove -- damaged-bills [--runs 100000] [--seed 1]: damaged trade bills, each read by the product and by a second reader.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { fuzzBills } from './fuzz-bills.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

const startedAt = performance.now()
const fuzzed = await fuzzBills(wholeNumber('--runs', values.runs), wholeNumber('--seed', values.seed, 0))
const { bills, refused, same, another, audited, auditedAndAgreed, actedOn, sound, soundActedOn, found } = fuzzed
const seconds = Math.round((performance.now() - startedAt) / 1000)
const all = Object.values(refused).reduce((sum, count) => sum + count, 0)
say(`${bills} bills in ${seconds} s: ${all} refused, ${same} whole all the same, ${another} another bill that agrees`)
for (const [reason, count] of Object.entries(refused).toSorted((a, b) => b[1] - a[1]))
  say(`  ${reason.padEnd(14)} ${String(count).padStart(7)}`)
say(`${audited} of them through the audit: ${audited - auditedAndAgreed} refused, ${actedOn} of those acted on`)
say(`${sound} undamaged ones through the audit: ${soundActedOn} acted on`)
for (const finding of found.slice(0, 10)) say(`FOUND ${finding}`)
say(found.length === 0 ? 'no crash, each refusal named, a second reader agrees with each' : `${found.length} found`)
if (values.json) writeFileSync(values.json, JSON.stringify({ bills, refused: all, found: found.length }))
process.exitCode = found.length === 0 ? 0 : 1
