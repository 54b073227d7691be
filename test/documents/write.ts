// npm run documents: writes what comes from the code into the READMEs and docs/.
import { readFileSync, writeFileSync } from 'node:fs'
import { architectureTables } from './architecture/tables.ts'
import { ledgerPage } from './ledger/page.ts'
import { withTables } from './tables.ts'

for (const [file, language] of [
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
] as const)
  writeFileSync(file, withTables(readFileSync(file, 'utf8'), language))
writeFileSync('docs/ledger.md', ledgerPage())
const architecture = 'docs/architecture.md'
writeFileSync(architecture, withTables(readFileSync(architecture, 'utf8'), 'en', await architectureTables()))
