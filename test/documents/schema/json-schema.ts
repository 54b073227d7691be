import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'

export type Json = { readonly [name: string]: unknown }

/** What a program may rely on when it sends (`input`) or reads (`output`) this. */
export const jsonSchema = (
  schema: v.GenericSchema,
  typeMode: 'input' | 'output',
  target: NonNullable<ConversionConfig['target']> = 'draft-2020-12',
): Json => {
  const { $schema, ...rest } = toJsonSchema(schema, { typeMode, target, overrideAction: anyFlags }) as JsonSchema & Json
  return rest
}

/** JSON Schema reads every pattern as Unicode. */
const anyFlags: NonNullable<ConversionConfig['overrideAction']> = ({ valibotAction, jsonSchema: made }) => {
  const { type, requirement } = valibotAction as { type: string; requirement?: unknown }
  return type === 'regex' && requirement instanceof RegExp ? { ...made, pattern: requirement.source } : undefined
}

/** Says of members what they mean. Throws for one that is not there. */
export const described = (schema: Json, meanings: Readonly<Record<string, string>>): Json => {
  const properties = { ...(schema.properties as Record<string, Json>) }
  for (const [name, description] of Object.entries(meanings)) {
    if (!properties[name]) throw new TypeError(`no member ${name}`)
    properties[name] = { ...properties[name], description }
  }
  return { ...schema, properties }
}
