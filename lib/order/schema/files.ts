import { eventSchemas } from './events.ts'
import { openApi } from './openapi.ts'

/** Every file of this folder that is made from the code: its name and its text. */
export const schemaFiles = (version: string): readonly (readonly [name: string, text: string])[] =>
  Object.entries({ 'openapi.json': openApi(version), ...eventSchemas(version) }).map(([name, content]) => [
    name,
    `${JSON.stringify(content, null, 2)}\n`,
  ])
