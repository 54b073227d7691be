// npm run documents: writes the tables that come from the code into both READMEs.
import { readFileSync, writeFileSync } from 'node:fs'
import { withTables } from './tables.ts'

for (const [file, language] of [
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
] as const)
  writeFileSync(file, withTables(readFileSync(file, 'utf8'), language))
