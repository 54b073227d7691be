import type { Row } from './row.ts'

/** docs/faults.md. */
export const faultsTable = (rows: readonly Row[]): string => `# Faults

Every fault that we know of on the way of an order, what must happen, what sees to it, and the test that shows it.
\`npm run prove -- faults\` takes each guard away, one clause at a time, and fails unless its test does. Made from \`test/proof/faults/rows/\`: \`npm run prove -- faults --write\`.

| where | fault | what must happen | guard | test |
| --- | --- | --- | --- | --- |
${rows.map(lineOf).join('\n')}
`

const lineOf = (row: Row): string =>
  `| ${[row.step, row.fault, row.must, `\`${row.guard}\``, `${row.test[0]} > ${row.test[1]}`].map(cellOf).join(' | ')} |`

const cellOf = (text: string): string => text.replaceAll('|', '\\|')
