// npm run documents: writes what comes from the code: the pages and tables of the documents, docs/openapi.json, docs/events.
import { readFileSync, writeFileSync } from 'node:fs'
import { architectureTables } from './architecture/tables.ts'
import { DOCUMENTS } from './documents.ts'
import { ledgerPage } from './ledger/page.ts'
import { proofPage } from './proof-page.ts'
import { schemaFiles } from './schema/files.ts'
import { withTables } from './tables.ts'

for (const [file, language] of DOCUMENTS) writeFileSync(file, withTables(readFileSync(file, 'utf8'), language))
for (const [file, text] of schemaFiles()) writeFileSync(file, text)
writeFileSync('docs/ledger.md', ledgerPage())
writeFileSync('test/proof/README.md', proofPage())
const architecture = 'docs/architecture.md'
writeFileSync(architecture, withTables(readFileSync(architecture, 'utf8'), 'en', await architectureTables()))
