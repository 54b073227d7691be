// An outage of WeChat Pay of a day for three merchants, on virtual time. Compares the time afterwards with the
// promises.
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { judgeOutage, outageTable } from './judge-outage.ts'
import { runOutage } from './run-outage.ts'

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '24' }, seed: { type: 'string', default: '1' } },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

const outage = await runOutage({
  outageHours: wholeNumber('--hours', values.hours),
  hoursAfter: 3,
  seed: wholeNumber('--seed', values.seed, 0),
  say,
})
const promises = judgeOutage(outage)
say(outageTable(outage, promises))
if (promises.some(({ broken }) => broken.length > 0)) process.exitCode = 1
