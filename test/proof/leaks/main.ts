// Looks for planted secrets and words about customers in all that thousands of orders leave behind: `npm run build` first.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { plantedFound } from './planted.ts'
import { runLeaks } from './run-leaks.ts'

const LEAST_LINES = 100_000

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '13000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    json: { type: 'string' },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

say(`leaks of ${values.orders} orders; to repeat it: --orders ${values.orders} --seed ${values.seed}`)
const { scan, secrets, isInTable, calls } = await runLeaks({
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
  hits: scan.leaks.length,
  'leaks planted on purpose': planted,
  'of them found': found,
}
for (const [label, figure] of Object.entries(figures)) say(`  ${label.padEnd(28)} ${String(figure).padStart(10)}`)
for (const { what, form, where } of scan.leaks.slice(0, 20)) say(`LEAK ${what}, ${form}, in ${where}`)
if (!isInTable) say('WRONG: the words of customers never came in')
if (scan.lines() < LEAST_LINES) say(`WRONG: fewer than ${LEAST_LINES} lines`)
if (values.json) writeFileSync(values.json, JSON.stringify(figures))
process.exitCode = scan.leaks.length === 0 && isInTable && found === planted && scan.lines() >= LEAST_LINES ? 0 : 1
