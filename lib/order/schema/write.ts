// npm run schemas: writes openapi.json and event-*.json beside this file.
import { readFileSync, writeFileSync } from 'node:fs'
import { schemaFiles } from './files.ts'

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))

for (const [name, text] of schemaFiles(version)) writeFileSync(new URL(name, import.meta.url), text)
