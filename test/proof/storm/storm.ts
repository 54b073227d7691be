// A storm of orders, doubled payment notices, faults and charges over the built functions: `npm run build` first.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { judgeStorm } from './judge.ts'
import { judgeObserved } from './judge-observed.ts'
import { stormTable } from './print-storm.ts'
import { runStorm } from './run-storm.ts'

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    sandboxes: { type: 'string', default: '8' },
    observe: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

const again = `--orders ${values.orders} --seed ${values.seed}${values.observe ? ' --observe' : ''}`

say(`storm of ${values.orders} orders; to repeat it: ${again}`)
const storm = await runStorm({
  orders: wholeNumber('--orders', values.orders),
  seed: wholeNumber('--seed', values.seed, 0),
  sandboxes: wholeNumber('--sandboxes', values.sandboxes),
  observe: values.observe,
  say,
})
const verdict = values.observe ? judgeObserved(storm) : judgeStorm(storm)
say(stormTable(storm, verdict))
if (values.json) {
  const [lost] = verdict.promises
  writeFileSync(values.json, JSON.stringify({ 'orders lost': lost?.broken.length, ...verdict.figures }))
}
if (verdict.promises.some(({ broken }) => broken.length > 0)) {
  say(`a promise broke; to repeat: node test/proof/storm/storm.ts ${again}`)
  process.exitCode = 1
}
