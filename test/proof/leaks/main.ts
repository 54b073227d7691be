// Looks for planted secrets and words about customers in all that thousands of orders leave behind: `npm run build` first.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { plantedFound } from './planted.ts'
import { runLeaks } from './run-leaks.ts'

const LEAST_LINES = 100_000
/** So many are told of. */
const WRONG_MOST = 40

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    json: { type: 'string' },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

say(`leaks of ${values.orders} orders; to repeat it: --orders ${values.orders} --seed ${values.seed}`)
const { scan, secrets, isKept, erasure, missingInBills, scanned, places, calls } = await runLeaks({
  orders: wholeNumber('--orders', values.orders),
  seed: wholeNumber('--seed', values.seed, 0),
  say,
})
const { planted, found } = plantedFound(secrets)
const figures = {
  'calls of WeChat Pay': calls,
  'values looked for': scan.values,
  'pieces of them': scan.pieces,
  'lines scanned': scan.lines(),
  'mails scanned': scanned.get('mail') ?? 0,
  'case pages scanned': scanned.get('case page') ?? 0,
  'bill reports scanned': scanned.get('bill report') ?? 0,
  hits: scan.leaks.length,
  'orders erased': erasure.orders,
  'words of their customers left': erasure.leaks.length,
  'leaks planted on purpose': planted + places.planted,
  'of them found': found + places.planted - places.missed.length,
}
const show = (label: string, figure: number) => say(`  ${label.padEnd(28)} ${String(figure).padStart(10)}`)
for (const [label, figure] of Object.entries(figures)) show(label, figure)
say('pieces scanned in each place')
for (const [place, pieces] of scanned) show(place, pieces)

const wrong = [
  ...new Set(scan.leaks.map(({ what, form, where }) => `a leak: ${what}, ${form}, in ${where}`)),
  ...(isKept ? [] : ['the words of customers never came in']),
  ...new Set(erasure.leaks.map(({ what, where }) => `left by an erasure: ${what}, in ${where}`)),
  ...erasure.wrong,
  ...(erasure.before === 0 ? ['nothing was kept of what was to be erased'] : []),
  ...missingInBills.map((what) => `no bill that was downloaded had this: ${what}`),
  ...(scan.lines() < LEAST_LINES ? [`fewer than ${LEAST_LINES} lines`] : []),
  ...[...scanned].flatMap(([place, pieces]) => (pieces === 0 ? [`nothing was scanned of this: ${place}`] : [])),
  ...(found < planted ? [`${planted - found} planted forms are not found`] : []),
  ...places.missed.map((where) => `what was planted there is not found: ${where}`),
]
for (const one of wrong.slice(0, WRONG_MOST)) say(`WRONG: ${one}`)
if (values.json) writeFileSync(values.json, JSON.stringify(figures))
process.exitCode = wrong.length === 0 ? 0 : 1
