// npm run prove -- served [--shops 100000] [--rounds 41]: a provider of many sub-merchants is packaged, and its functions start.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { table } from '../storm/scenario.ts'
import { measureInit } from './init.ts'
import { packageShops } from './packaged.ts'

const { values } = parseArgs({
  options: {
    shops: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '41' },
    json: { type: 'string' },
  },
})
const shops = wholeNumber('--shops', values.shops)
const rounds = wholeNumber('--rounds', values.rounds)

const packaged = await packageShops(shops)
const init = await measureInit(shops, rounds)
const verdict = {
  promises: [...packaged.promises, ...init.promises],
  figures: { ...packaged.figures, ...init.figures },
}
process.stdout.write(`${table(verdict)}\n`)
if (values.json) writeFileSync(values.json, JSON.stringify(verdict.figures))
process.exitCode = verdict.promises.every(({ broken }) => broken.length === 0) ? 0 : 1
