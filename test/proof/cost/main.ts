import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readTemplate, resourcesOf } from '../../../lib/local/stack/template.ts'
import { type Counted, dollarsOf } from './counted.ts'
import { countOrder, KIND_NAMES, type Kind, SHOWN } from './meter.ts'
import { MONTHLY } from './prices.ts'

/*
 * Counts what AWS bills for one order on the usual way, and for what goes on without orders. --api partner: another kind
 * of order, whatever stands in the documents. --outcomes ends: as the stack's parameter of that name. --write: keeps the
 * figures for docs/evidence.md (npm run documents).
 */
const { values } = parseArgs({
  options: {
    api: { type: 'string', multiple: true },
    outcomes: { type: 'string', default: 'all' },
    write: { type: 'boolean' },
  },
})

const kindOf = (name: string): Kind => {
  const kind = KIND_NAMES.find((one) => one === name)
  if (!kind) throw new Error(`--api ${name}: must be one of ${KIND_NAMES.join(', ')}`)
  return kind
}

if (values.outcomes !== 'all' && values.outcomes !== 'ends')
  throw new Error(`--outcomes ${values.outcomes}: must be all or ends`)

const lineOf = (...cells: readonly (string | number)[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(14) : String(cell).padStart(9))).join('')

const inWords = (kind: Kind, counted: Counted): string =>
  [
    `${kind}: one order, handed over by HTTP`,
    lineOf('write', 'table', 'indexes', 'row bytes'),
    ...counted.steps.map(({ step, table, indexes, bytes }) => lineOf(step, table, indexes, bytes)),
    lineOf('write units', counted.writeUnits),
    `${counted.httpRequests} request of the API, ${counted.lambdaRequests.toFixed(2)} of Lambda, ${counted.gbSeconds.toFixed(3)} GB-s, ` +
      `${counted.readUnits} read units, ${counted.events} events, ${counted.logBytes} bytes of log`,
    'dollars for a million:',
    ...Object.entries(dollarsOf(counted)).map(([name, dollars]) => lineOf(name, dollars.toFixed(2))),
    '',
  ].join('\n')

const kinds = values.api?.map(kindOf) ?? SHOWN
const counts: Partial<Record<Kind, Counted>> = {}
for (const kind of kinds) {
  const counted = await countOrder(kind, { OUTCOMES: values.outcomes })
  counts[kind] = counted
  console.log(inWords(kind, counted))
}
const alarms = resourcesOf(readTemplate(), 'AWS::CloudWatch::Alarm').length
console.log(
  `Each month, whatever the number of orders: ${alarms} alarms ${(alarms * MONTHLY.alarm).toFixed(2)}, ` +
    `a secret of each merchant ${MONTHLY.secret.toFixed(2)}, each metric ${MONTHLY.metric.toFixed(2)}, a dashboard ${MONTHLY.dashboard.toFixed(2)}.`,
)
if (values.write) {
  if (values.api || values.outcomes !== 'all')
    throw new Error('--write keeps what the documents show: leave --api and --outcomes out')
  writeFileSync(fileURLToPath(new URL('cost.json', import.meta.url)), `${JSON.stringify(counts, null, 2)}\n`)
}
