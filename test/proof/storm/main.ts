// Lets a scenario happen and compares it with what is promised: node test/proof/storm/main.ts SCENARIO [OPTIONS]
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'

/** Each is loaded alone, since reconcile measures its memory. */
const SCENARIOS: Readonly<Record<string, () => Promise<{ readonly scenario: Scenario }>>> = {
  storm: () => import('./scenarios/storm.ts'),
  outage: () => import('./scenarios/outage.ts'),
  reconcile: () => import('./scenarios/reconcile.ts'),
  month: () => import('./scenarios/month.ts'),
  'wrong-notices': () => import('./scenarios/wrong-notices.ts'),
  bill: () => import('./scenarios/bill.ts'),
  shops: () => import('./scenarios/shops.ts'),
  takeover: () => import('./scenarios/takeover.ts'),
}

const [name = '', ...args] = process.argv.slice(2)
const load = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined
if (load) await runScenario(name, (await load()).scenario, args)
else {
  process.stderr.write(`no scenario is called ${name}; there are ${Object.keys(SCENARIOS).join(', ')}\n`)
  process.exitCode = 2
}
