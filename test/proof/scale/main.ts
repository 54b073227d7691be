// A large day, as docs/scale.md has it: node test/proof/scale/main.ts [OPTIONS]
import { runScenario } from '../storm/run-scenario.ts'
import { scenario } from './scenario.ts'

await runScenario('scale', scenario, process.argv.slice(2))
