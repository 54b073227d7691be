import { PROOFS } from '../proof/proofs.ts'
import { code, tableOf } from './tables.ts'

const HEAD = ['proof', 'proves', 'takes', 'run it at']

/** test/proof/README.md: what proves by long runs, as `npm run prove` lists it. */
export const proofPage = (): string => {
  const rows = Object.entries(PROOFS).map(([name, { command, proves, takes, when }]) => {
    const [program = ''] = command
    return [`[${name}](${program.replace('test/proof/', '')})`, proves, takes, when]
  })
  return `# What proves by long runs

Made from ${code('test/proof/proofs.ts')}: ${code('npm run documents')}.

${code('npm run prove -- NAME')} runs one of these, with the options of its program, and fails if it finds what must not be: ${code('npm run prove -- storm --orders 3000')}. The times are of two cores. The long tests, ${code('npm run test:long')}, run small ones of most. What was measured last stands in [Evidence](../../docs/evidence.md).

${tableOf(HEAD, rows)}
`
}
