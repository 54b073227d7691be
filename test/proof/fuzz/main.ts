// Notices and answers, right and wrong, against an oracle that shares no line with the product.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    json: { type: 'string' },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

say(`${values.runs} runs; to repeat them: --runs ${values.runs} --seed ${values.seed}`)
const startedAt = performance.now()
const { inputs, refused, taken, answers, believed } = fuzz(
  wholeNumber('--runs', values.runs),
  wholeNumber('--seed', values.seed, 0),
)
const seconds = Math.round((performance.now() - startedAt) / 1000)
say(
  `${inputs} notices: ${refused} refused, ${taken} taken; ${answers} answers: ${answers - believed} not believed, ${believed} believed; ${seconds} s`,
)
say('the oracle agrees with each')
if (values.json)
  writeFileSync(
    values.json,
    JSON.stringify({
      inputs,
      'bad inputs, all refused': refused,
      answers,
      'tampered answers, none believed': answers - believed,
    }),
  )
