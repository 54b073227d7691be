import { readFileSync } from 'node:fs'
import { ROOT } from '../markdown.ts'
import { eventSchemas } from './events.ts'
import { openApi } from './openapi.ts'

/** Of the package, which is that of the schemas. */
export const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { readonly version: string }

/** Every file of docs/ that is made whole from the code: its path and its text. */
export const schemaFiles = (): readonly (readonly [path: string, text: string])[] => [
  ['docs/openapi.json', textOf(openApi(version))],
  ...Object.entries(eventSchemas(version)).map(([name, schema]) => [`docs/events/${name}`, textOf(schema)] as const),
]

const textOf = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`
